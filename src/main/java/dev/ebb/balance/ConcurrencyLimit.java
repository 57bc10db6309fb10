package dev.ebb.balance;

/**
 * The limit of one endpoint on one event loop: how many requests may be in it at once. Grown and
 * shrunk by what is measured, if it adapts. Single-threaded.
 */
sealed interface ConcurrencyLimit permits ConcurrencyLimit.Constant, Gradient2 {
    static ConcurrencyLimit of(LimitPolicy policy, LoopShare share) {
        // No switch over types: the JVM makes its code anew at each start, which nothing prepares.
        if (policy instanceof LimitPolicy.Fixed fixed) {
            return new Constant(share.of(fixed.requests()));
        }
        return policy instanceof LimitPolicy.Adaptive adaptive
                ? new Gradient2(adaptive, share)
                : new Constant(Integer.MAX_VALUE);
    }

    /** Requests in flight at most. */
    int limit();

    /**
     * The head of an answer came, or none in time.
     *
     * @param latencyNanos since the attempt's start
     * @param inFlight requests in the endpoint from this loop, this one included
     */
    default void sample(long latencyNanos, int inFlight, long nowNanos) {}

    /** Another endpoint has left: this one's load, and so its latency, may rise and be no fault. */
    default void rebaseline() {}

    /** Says the same always. */
    record Constant(int limit) implements ConcurrencyLimit {}
}
