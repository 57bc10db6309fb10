package dev.ebb.balance;

import java.util.random.RandomGenerator;

/** Waits that grow, and waits that differ: so that many do not do the same at the same moment. */
public final class Backoff {
    private Backoff() {}

    /**
     * {@code base} doubled for each time after the first, at most {@code max}. Never overflows.
     *
     * @param times from 1
     */
    public static long doubled(long baseNanos, long maxNanos, int times) {
        if (baseNanos <= 0) {
            return 0;
        }
        int doublings = Math.max(0, times - 1);
        boolean fits = doublings < Long.numberOfLeadingZeros(baseNanos) - 1;
        return fits ? Math.min(maxNanos, baseNanos << doublings) : maxNanos;
    }

    /** {@code nanos} moved by up to {@code share} of it, in both directions, never below 0. */
    public static long jittered(long nanos, double share, RandomGenerator random) {
        double moved = nanos * (1 + share * (2 * random.nextDouble() - 1));
        return Math.max(0, Math.round(moved));
    }

    /** Anything from 0 to {@code nanos}: for the first of many equal timers. */
    public static long spread(long nanos, RandomGenerator random) {
        return nanos <= 0 ? 0 : random.nextLong(nanos);
    }
}
