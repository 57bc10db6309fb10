package dev.ebb.sim.balancer;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.EjectionPolicy;
import dev.ebb.balance.StrategyKind;
import java.time.Duration;

/**
 * What is compared.
 *
 * @param metrics whether weights follow measured utilization; without, weighted is round robin
 * @param detection whether failing instances are ejected
 * @param retries whether a request of which nothing was answered is tried elsewhere
 */
record Setup(
        String name, StrategyKind strategy, boolean metrics, boolean detection, boolean retries) {
    private static final EjectionPolicy NEVER =
            new EjectionPolicy(
                    0,
                    0,
                    2,
                    Integer.MAX_VALUE,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(5),
                    0,
                    0);

    BalancePolicy policy() {
        BalancePolicy normal = BalancePolicy.DEFAULT;
        return new BalancePolicy(
                strategy,
                normal.slowStart(),
                normal.check(),
                detection ? normal.ejection() : NEVER,
                normal.retry());
    }

    static Setup[] all(boolean detection, boolean retries) {
        return new Setup[] {
            new Setup("random", StrategyKind.RANDOM, false, detection, retries),
            new Setup("round robin", StrategyKind.WEIGHTED, false, detection, retries),
            new Setup("weighted", StrategyKind.WEIGHTED, true, detection, retries),
            new Setup(
                    "least-response-time",
                    StrategyKind.LEAST_RESPONSE_TIME,
                    false,
                    detection,
                    retries),
            new Setup("least-requests", StrategyKind.LEAST_REQUESTS, false, detection, retries)
        };
    }
}
