package dev.ebb.platform.kubernetes;

import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Holds writes back: so many a second at most, and none for a while after the API server has said
 * that it has too much to do. What is held back is not queued; whoever wants it finds out again
 * what is wanted then. Thread-safe.
 */
final class Pace implements Fence {
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int BACKOFF_MAX_SECONDS = 60;
    private static final long SECOND = 1_000_000_000L;

    private final Fence inner;
    private final double perSecond;
    private final double burst;
    private final LongSupplier nanoTime;
    private double tokens;
    private long filledNanos;
    private long quietUntilNanos;
    private int refusals;

    /**
     * @param burst how many at once after a pause
     */
    Pace(Fence inner, double perSecond, int burst, LongSupplier nanoTime) {
        this.inner = inner;
        this.perSecond = perSecond;
        this.burst = burst;
        this.nanoTime = nanoTime;
        this.tokens = burst;
        this.filledNanos = nanoTime.getAsLong();
        this.quietUntilNanos = filledNanos;
    }

    @Override
    public Optional<String> closed() {
        return paced().or(inner::closed);
    }

    private synchronized Optional<String> paced() {
        long now = nanoTime.getAsLong();
        if (now - quietUntilNanos < 0) {
            return Optional.of("the API server has asked for fewer requests");
        }
        tokens = Math.min(burst, tokens + (now - filledNanos) * perSecond / SECOND);
        filledNanos = now;
        if (tokens < 1) {
            return Optional.of("too many writes within a second");
        }
        tokens--;
        return Optional.empty();
    }

    /** After a 429: as long as was asked for, or longer with each. */
    @Override
    public synchronized void written(Written what, int code, int retryAfterSeconds) {
        if (code != TOO_MANY_REQUESTS) {
            refusals = 0;
            return;
        }
        refusals = Math.min(refusals + 1, 16);
        int doubled = Math.min(BACKOFF_MAX_SECONDS, 1 << Math.min(refusals - 1, 6));
        long seconds = Math.clamp(Math.max(retryAfterSeconds, doubled), 1, BACKOFF_MAX_SECONDS);
        quietUntilNanos = nanoTime.getAsLong() + seconds * SECOND;
    }
}
