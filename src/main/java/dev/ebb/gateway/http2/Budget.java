package dev.ebb.gateway.http2;

/** So many at once, filling up again at a rate. One event loop. */
final class Budget {
    private static final long SECOND = 1_000_000_000L;

    private final int most;
    private final int perSecond;
    private long left;
    private long filledNanos;

    Budget(int most, int perSecond, long nowNanos) {
        this.most = most;
        this.perSecond = perSecond;
        left = most;
        filledNanos = nowNanos;
    }

    /** Takes so many; false when there are not enough left. */
    boolean take(int amount, long nowNanos) {
        if (left < amount) {
            fill(nowNanos);
        }
        left -= amount;
        return left >= 0;
    }

    void add(int amount) {
        left = Math.min(most, left + amount);
    }

    private void fill(long nowNanos) {
        long passed = Math.max(0, Math.min(nowNanos - filledNanos, 10 * SECOND));
        // Whole ones only; the time that makes up no whole one is left to count again.
        long more = passed * perSecond / SECOND;
        if (more > 0) {
            filledNanos = nowNanos;
            left = Math.min(most, left + more);
        }
    }
}
