package dev.ebb.balance;

import java.time.Duration;

/**
 * Everything about one service that its balancing and failure detection depend on.
 *
 * @param slowStart how long a new or readmitted endpoint's share grows to full; zero for not
 */
public record BalancePolicy(
        StrategyKind strategy,
        Duration slowStart,
        CheckPolicy check,
        EjectionPolicy ejection,
        RetryPolicy retry,
        HedgePolicy hedge,
        LimitPolicy limit,
        QueuePolicy queue) {
    public static final BalancePolicy DEFAULT =
            new BalancePolicy(
                    StrategyKind.LEAST_RESPONSE_TIME,
                    Duration.ofSeconds(10),
                    CheckPolicy.DEFAULT,
                    EjectionPolicy.DEFAULT,
                    RetryPolicy.DEFAULT);

    /** Without hedging and limits. */
    public BalancePolicy(
            StrategyKind strategy,
            Duration slowStart,
            CheckPolicy check,
            EjectionPolicy ejection,
            RetryPolicy retry) {
        this(
                strategy,
                slowStart,
                check,
                ejection,
                retry,
                HedgePolicy.DEFAULT,
                LimitPolicy.Unlimited.DEFAULT,
                QueuePolicy.DEFAULT);
    }

    public BalancePolicy withCheck(CheckPolicy other) {
        return new BalancePolicy(strategy, slowStart, other, ejection, retry, hedge, limit, queue);
    }

    public BalancePolicy withRetry(RetryPolicy other) {
        return new BalancePolicy(strategy, slowStart, check, ejection, other, hedge, limit, queue);
    }

    public BalancePolicy withHedge(HedgePolicy other) {
        return new BalancePolicy(strategy, slowStart, check, ejection, retry, other, limit, queue);
    }

    public BalancePolicy withLimit(LimitPolicy other, QueuePolicy waiting) {
        return new BalancePolicy(
                strategy, slowStart, check, ejection, retry, hedge, other, waiting);
    }
}
