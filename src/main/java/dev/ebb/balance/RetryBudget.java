package dev.ebb.balance;

/**
 * How many retries may be made, so that they never multiply an overload: a share of the requests,
 * plus a floor per second so that a quiet service can retry at all. A bucket of tokens; what is not
 * used within ten seconds is forgotten. Refused connects do not ask (nothing was processed, and
 * they cost the instances nothing). Single-threaded: one to a service and event loop. The floor is
 * per budget, so a gateway of n loops gives each floor / n. Hedges have a budget of their own.
 */
public final class RetryBudget {
    private static final double KEPT_SECONDS = 10;
    private static final double NANOS = 1e9;

    /** A whole token, less what rounding may have taken from it. */
    private static final double ONE = 1 - 1e-6;

    /** Tokens that requests may leave unused at most: those of so many requests. */
    private static final double KEPT_REQUESTS = 1000;

    private final double share;
    private final double floorPerSecond;
    private double fromRequests;
    private double fromFloor;
    private long lastNanos;

    public RetryBudget(RetryPolicy policy, long nowNanos) {
        this(policy, 1, nowNanos);
    }

    /**
     * @param loops how many budgets share the policy's floor
     */
    public RetryBudget(RetryPolicy policy, int loops, long nowNanos) {
        this(
                policy.enabled() ? policy.budgetShare() : 0,
                policy.enabled() ? policy.budgetFloorPerSecond() / loops : 0,
                nowNanos);
    }

    /** For hedges: a share of the requests, and no floor. */
    public RetryBudget(HedgePolicy policy, long nowNanos) {
        this(policy.enabled() ? policy.budgetShare() : 0, 0, nowNanos);
    }

    private RetryBudget(double share, double floorPerSecond, long nowNanos) {
        this.share = share;
        this.floorPerSecond = floorPerSecond;
        this.fromFloor = Math.max(floorPerSecond, floorPerSecond > 0 ? 1 : 0);
        this.lastNanos = nowNanos;
    }

    /** A request came in (its first attempt, not its retries). */
    public void request(long nowNanos) {
        refill(nowNanos);
        fromRequests = Math.min(share * KEPT_REQUESTS, fromRequests + share);
    }

    /** Whether one more retry fits in; takes it from the budget if so. */
    public boolean tryRetry(long nowNanos) {
        refill(nowNanos);
        if (fromRequests >= ONE) {
            fromRequests = Math.max(0, fromRequests - 1);
            return true;
        }
        if (fromFloor >= ONE) {
            fromFloor = Math.max(0, fromFloor - 1);
            return true;
        }
        double both = fromRequests + fromFloor;
        if (both >= ONE) {
            fromRequests = 0;
            fromFloor = Math.max(0, both - 1);
            return true;
        }
        return false;
    }

    private void refill(long nowNanos) {
        double seconds = Math.max(0, nowNanos - lastNanos) / NANOS;
        lastNanos = Math.max(lastNanos, nowNanos);
        double most = Math.max(1, floorPerSecond);
        if (floorPerSecond > 0) {
            fromFloor = Math.min(most, fromFloor + seconds * floorPerSecond);
        }
        fromRequests *= Math.max(0, 1 - seconds / KEPT_SECONDS);
    }
}
