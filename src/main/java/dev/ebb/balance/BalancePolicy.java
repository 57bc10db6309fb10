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
        RetryPolicy retry) {
    public static final BalancePolicy DEFAULT =
            new BalancePolicy(
                    StrategyKind.LEAST_RESPONSE_TIME,
                    Duration.ofSeconds(10),
                    CheckPolicy.DEFAULT,
                    EjectionPolicy.DEFAULT,
                    RetryPolicy.DEFAULT);
}
