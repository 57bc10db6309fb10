package dev.ebb.sim.balancer;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.EjectionPolicy;
import dev.ebb.balance.HashKey;
import dev.ebb.balance.HashPolicy;
import dev.ebb.balance.HedgePolicy;
import dev.ebb.balance.LimitPolicy;
import dev.ebb.balance.StrategyKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is compared.
 *
 * @param metrics whether weights follow measured utilization; without, weighted is round robin
 * @param detection whether failing instances are ejected
 * @param hedge when a request goes to a second instance
 * @param limit how many requests an instance works on at once
 * @param hash for the strategy {@code hash}: by what requests are placed
 * @param retries whether a request of which nothing was answered is tried elsewhere
 */
record Setup(
        String name,
        StrategyKind strategy,
        boolean metrics,
        boolean detection,
        boolean retries,
        HedgePolicy hedge,
        LimitPolicy limit,
        Optional<HashPolicy> hash) {
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

    /** Without hedging and limits. */
    Setup(String name, StrategyKind strategy, boolean metrics, boolean detection, boolean retries) {
        this(
                name,
                strategy,
                metrics,
                detection,
                retries,
                HedgePolicy.OFF,
                LimitPolicy.Unlimited.DEFAULT,
                Optional.empty());
    }

    BalancePolicy policy() {
        BalancePolicy normal = BalancePolicy.DEFAULT;
        BalancePolicy policy =
                new BalancePolicy(
                        strategy,
                        normal.slowStart(),
                        normal.check(),
                        detection ? normal.ejection() : NEVER,
                        normal.retry(),
                        hedge,
                        limit,
                        normal.queue());
        return hash.map(policy::withHash).orElse(policy);
    }

    /** By keys, with this bound. */
    private static Setup keyed(String name, double bound) {
        return new Setup(
                name,
                StrategyKind.HASH,
                false,
                true,
                true,
                HedgePolicy.OFF,
                LimitPolicy.Unlimited.DEFAULT,
                Optional.of(new HashPolicy(List.of(new HashKey.Path()), bound)));
    }

    /** By keys, with and without a bound, beside what knows no keys. */
    static List<Setup> keyed() {
        return List.of(
                new Setup("random", StrategyKind.RANDOM, false, true, true),
                new Setup(
                        "least-response-time", StrategyKind.LEAST_RESPONSE_TIME, false, true, true),
                keyed("hash, no bound", HashPolicy.UNBOUNDED),
                keyed("hash, 200%", 2),
                keyed("hash, 150%", 1.5),
                keyed("hash, 125%", 1.25));
    }

    /** By the default strategy, with nothing else than this. */
    static Setup with(String name, HedgePolicy hedge, LimitPolicy limit) {
        return new Setup(
                name,
                StrategyKind.LEAST_RESPONSE_TIME,
                false,
                true,
                true,
                hedge,
                limit,
                Optional.empty());
    }

    /** Against stragglers and overload. */
    static List<Setup> guards() {
        LimitPolicy none = LimitPolicy.Unlimited.DEFAULT;
        return List.of(
                with("nothing", HedgePolicy.OFF, none),
                with("hedging", HedgePolicy.ON, none),
                with("fixed limit", HedgePolicy.OFF, new LimitPolicy.Fixed(16)),
                with("adaptive limit", HedgePolicy.OFF, LimitPolicy.Adaptive.DEFAULT),
                with("both", HedgePolicy.ON, LimitPolicy.Adaptive.DEFAULT));
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
