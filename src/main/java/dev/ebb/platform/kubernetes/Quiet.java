package dev.ebb.platform.kubernetes;

import java.util.function.LongSupplier;

/**
 * After the API server has said that it has too much to do (429): for how long nothing is asked of
 * it. Watches that are open stay so, and the Lease is renewed meanwhile. Thread-safe.
 */
final class Quiet {
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int MAX_SECONDS = 60;
    private static final long SECOND = 1_000_000_000L;

    private final LongSupplier nanoTime;
    private long untilNanos;
    private int refusals;

    Quiet(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.untilNanos = nanoTime.getAsLong();
    }

    /** The end of the newest one; long ago when there was none. */
    synchronized long untilNanos() {
        return untilNanos;
    }

    /** 0 when it may be asked. */
    synchronized long leftNanos() {
        return Math.max(0, untilNanos - nanoTime.getAsLong());
    }

    /**
     * To be told of each answer. The first 429 counts for a second, and each further one that comes
     * after that for twice as long, up to a minute; those of requests that were on their way do not
     * count again.
     *
     * @param code of the answer; 0 when there was none
     * @param retryAfterSeconds what was asked for, 0 when nothing was
     */
    synchronized void heard(int code, int retryAfterSeconds) {
        long now = nanoTime.getAsLong();
        boolean quiet = untilNanos - now > 0;
        if (code != TOO_MANY_REQUESTS) {
            refusals = quiet ? refusals : 0;
            return;
        }
        if (!quiet) {
            refusals = Math.min(refusals + 1, 16);
        }
        int doubled = Math.min(MAX_SECONDS, 1 << Math.min(refusals - 1, 6));
        long seconds = Math.clamp(Math.max(retryAfterSeconds, quiet ? 0 : doubled), 0, MAX_SECONDS);
        long until = now + seconds * SECOND;
        untilNanos = until - untilNanos > 0 ? until : untilNanos;
    }
}
