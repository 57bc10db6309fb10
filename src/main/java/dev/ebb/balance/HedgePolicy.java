package dev.ebb.balance;

import java.time.Duration;

/**
 * When a request that has no answer yet is sent to a second instance as well, and the first answer
 * is taken (Dean and Barroso, "The Tail at Scale", CACM 2013). Only requests whose method may be
 * repeated ({@link RetryPolicy#methods}), whose body is all here, and at most one extra attempt.
 *
 * @param enabled off by default: it is extra load on purpose
 * @param percentile of the service's latency to the head of an answer, 0 to 1, after which the
 *     second attempt starts; one minus it is what hedging asks for at most while all is well
 * @param earliest no second attempt before this, however fast the service is
 * @param budgetShare second attempts as a share of requests; there is no floor
 */
public record HedgePolicy(
        boolean enabled, double percentile, Duration earliest, double budgetShare) {
    public static final HedgePolicy OFF = new HedgePolicy(false, 0.95, Duration.ofMillis(5), 0.05);

    /** Off by default. */
    public static final HedgePolicy DEFAULT = OFF;

    public static final HedgePolicy ON = new HedgePolicy(true, 0.95, Duration.ofMillis(5), 0.05);

    public HedgePolicy {
        if (!(percentile >= 0.5 && percentile <= 0.9999)) {
            throw new IllegalArgumentException("percentile must be 0.5 to 0.9999: " + percentile);
        }
        if (!(budgetShare >= 0 && budgetShare <= 1)) {
            throw new IllegalArgumentException("budgetShare must be 0 to 1: " + budgetShare);
        }
        if (earliest.isNegative()) {
            throw new IllegalArgumentException("earliest must not be negative: " + earliest);
        }
    }
}
