package dev.ebb.platform.kubernetes;

import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Holds requests of one sort back: so many a second at most, and none after a 429 for as long as
 * {@link Backpressure} says. What is held back is not queued; whoever wants it finds out again what
 * is wanted then. Thread-safe.
 */
final class Pace implements Fence {
    private static final long SECOND = 1_000_000_000L;

    private final Fence inner;
    private final double perSecond;
    private final double burst;
    private final Backpressure backpressure;
    private final LongSupplier nanoTime;
    private double tokens;
    private long filledNanos;

    /**
     * @param inner asked first: what it refuses is not counted
     * @param burst how many at once after a pause
     * @param backpressure shared by all who ask the same API server
     */
    Pace(
            Fence inner,
            double perSecond,
            int burst,
            Backpressure backpressure,
            LongSupplier nanoTime) {
        this.inner = inner;
        this.perSecond = perSecond;
        this.burst = burst;
        this.backpressure = backpressure;
        this.nanoTime = nanoTime;
        this.tokens = burst;
        this.filledNanos = nanoTime.getAsLong();
    }

    @Override
    public Optional<String> closed() {
        return inner.closed().or(this::paced);
    }

    private synchronized Optional<String> paced() {
        fill();
        if (backpressure.leftNanos() > 0) {
            return Optional.of("the API server has asked for fewer requests");
        }
        if (tokens < 1) {
            return Optional.of("too many requests within a second");
        }
        tokens--;
        return Optional.empty();
    }

    /** What was saved up before a refusal is not let loose after it, nor is what it took. */
    private void fill() {
        long now = nanoTime.getAsLong();
        long quietUntil = backpressure.untilNanos();
        if (quietUntil - filledNanos > 0) {
            tokens = Math.min(1, tokens);
            filledNanos = quietUntil - now > 0 ? now : quietUntil;
        }
        tokens = Math.min(burst, tokens + (now - filledNanos) * perSecond / SECOND);
        filledNanos = now;
    }

    /** Nanoseconds until it may be open; 0 when it may be now. For one that would rather wait. */
    synchronized long waitNanos() {
        fill();
        long missing = (long) Math.ceil((1 - tokens) * SECOND / perSecond);
        return Math.max(backpressure.leftNanos(), Math.max(0, missing));
    }
}
