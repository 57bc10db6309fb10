package dev.ebb.balance;

import java.time.Duration;
import java.util.Optional;

/**
 * Everything about one service that its balancing and failure detection depend on.
 *
 * @param slowStart how long a new or readmitted endpoint's share grows to full; zero for not
 * @param affinity what ties requests to endpoints
 */
public record BalancePolicy(
        StrategyKind strategy,
        Duration slowStart,
        CheckPolicy check,
        EjectionPolicy ejection,
        RetryPolicy retry,
        HedgePolicy hedge,
        LimitPolicy limit,
        QueuePolicy queue,
        Affinity affinity) {
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

    /** In which nothing ties a request to an endpoint. */
    public BalancePolicy(
            StrategyKind strategy,
            Duration slowStart,
            CheckPolicy check,
            EjectionPolicy ejection,
            RetryPolicy retry,
            HedgePolicy hedge,
            LimitPolicy limit,
            QueuePolicy queue) {
        this(strategy, slowStart, check, ejection, retry, hedge, limit, queue, Affinity.NONE);
    }

    public BalancePolicy {
        if (strategy != StrategyKind.HASH && affinity.hash().isPresent()) {
            throw new IllegalArgumentException("keys are for the strategy hash");
        }
    }

    /** How requests are placed by keys; empty where they are not. */
    Optional<HashPolicy> hash() {
        return affinity.hash();
    }

    /** With sessions. */
    public BalancePolicy withSessions(SessionPolicy kept) {
        return new BalancePolicy(
                strategy,
                slowStart,
                check,
                ejection,
                retry,
                hedge,
                limit,
                queue,
                affinity.with(kept));
    }

    /** By keys instead of by the strategy that is here. */
    public BalancePolicy withHash(HashPolicy by) {
        return new BalancePolicy(
                StrategyKind.HASH,
                slowStart,
                check,
                ejection,
                retry,
                hedge,
                limit,
                queue,
                affinity.with(by));
    }

    public BalancePolicy withCheck(CheckPolicy other) {
        return new BalancePolicy(
                strategy, slowStart, other, ejection, retry, hedge, limit, queue, affinity);
    }

    public BalancePolicy withRetry(RetryPolicy other) {
        return new BalancePolicy(
                strategy, slowStart, check, ejection, other, hedge, limit, queue, affinity);
    }

    public BalancePolicy withHedge(HedgePolicy other) {
        return new BalancePolicy(
                strategy, slowStart, check, ejection, retry, other, limit, queue, affinity);
    }

    public BalancePolicy withLimit(LimitPolicy other, QueuePolicy waiting) {
        return new BalancePolicy(
                strategy, slowStart, check, ejection, retry, hedge, other, waiting, affinity);
    }
}
