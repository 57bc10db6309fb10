package dev.ebb.sim.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.HedgePolicy;
import dev.ebb.balance.LimitPolicy;
import dev.ebb.balance.StrategyKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the documentation promises of each strategy, held against the simulator. */
class BalancerSimulatorTest {

    private static Result run(String scenario, StrategyKind kind, boolean on) {
        Scenario chosen =
                Scenario.all().stream()
                        .filter(one -> one.name().equals(scenario))
                        .findFirst()
                        .orElseThrow();
        boolean metrics = kind == StrategyKind.WEIGHTED;
        return Run.of(chosen, new Setup(kind.name(), kind, metrics, on, on), 7);
    }

    @Test
    void theSameSeedGivesTheSameResult() {
        Result first = run("one killed", StrategyKind.LEAST_RESPONSE_TIME, true);
        assertThat(run("one killed", StrategyKind.LEAST_RESPONSE_TIME, true)).isEqualTo(first);
    }

    @ParameterizedTest
    @EnumSource(StrategyKind.class)
    void oneKilledOfFiveCostsNoRequest(StrategyKind kind) {
        Result result = run("one killed", kind, true);
        assertThat(result.errorShare()).isZero();
        assertThat(result.retryShare()).isLessThan(0.001);
    }

    @ParameterizedTest
    @EnumSource(StrategyKind.class)
    void noStrategyIsABlackHoleEvenWithoutDetection(StrategyKind kind) {
        for (String fault : List.of("one fails fast", "one killed", "one frozen")) {
            assertThat(run(fault, kind, false).oddShare()).as(fault).isLessThan(1.06);
        }
    }

    @ParameterizedTest
    @EnumSource(StrategyKind.class)
    void aColdInstanceIsNotFlooded(StrategyKind kind) {
        assertThat(run("cold one joins", kind, true).oddShare()).isLessThan(0.7);
    }

    @Test
    void aStarvedInstanceIsAvoidedByThoseThatCanSeeIt() {
        String starved = "one has 10 % CPU";
        assertThat(run(starved, StrategyKind.LEAST_RESPONSE_TIME, false).oddShare())
                .isLessThan(0.1);
        assertThat(run(starved, StrategyKind.LEAST_REQUESTS, false).oddShare()).isLessThan(0.3);
        assertThat(run(starved, StrategyKind.WEIGHTED, false).oddShare()).isLessThan(0.6);
    }

    @Test
    void sheddingKeepsTheGoodputInAnOverload() {
        Result without = guarded(Scenario.OVERLOAD, HedgePolicy.OFF, UNLIMITED);
        assertThat(without.errorShare()).as("all is answered too late").isGreaterThan(0.95);
        for (LimitPolicy limit : List.of(new LimitPolicy.Fixed(16), LimitPolicy.Adaptive.DEFAULT)) {
            Result with = guarded(Scenario.OVERLOAD, HedgePolicy.OFF, limit);
            assertThat(with.errorShare()).as("half is what it can do").isLessThan(0.52);
            assertThat(with.p99Millis()).isLessThan(200);
        }
    }

    @Test
    void hedgingCutsTheTailForATwentiethMoreLoad() {
        Result without = guarded(Scenario.STALLS, HedgePolicy.OFF, UNLIMITED);
        Result with = guarded(Scenario.STALLS, HedgePolicy.ON, UNLIMITED);
        assertThat(with.p99Millis()).isLessThan(0.75 * without.p99Millis());
        assertThat(with.hedgeShare()).isBetween(0.01, 0.05);
        assertThat(with.errorShare()).isZero();
    }

    @Test
    void limitsDoNoHarmBelowThem() {
        Scenario calm = Scenario.calm("steady", 10, 0.7);
        Result without = guarded(calm, HedgePolicy.OFF, UNLIMITED);
        Result with = guarded(calm, HedgePolicy.OFF, LimitPolicy.Adaptive.DEFAULT);
        assertThat(with.errorShare()).isZero();
        assertThat(with.p99Millis()).isLessThan(1.1 * without.p99Millis());
    }

    private static final LimitPolicy UNLIMITED = LimitPolicy.Unlimited.DEFAULT;

    private static Result guarded(Scenario scenario, HedgePolicy hedge, LimitPolicy limit) {
        return Run.of(scenario, Setup.with("guarded", hedge, limit), 7);
    }

    /**
     * Hot keys drown an instance, unless the load on it is bounded; most keys stay all the same.
     */
    @Test
    void aBoundKeepsHotKeysFromDrowningAnInstance() {
        Map<String, Result> results = new HashMap<>();
        Map<String, Double> kept = new HashMap<>();
        for (Setup setup : Setup.keyed()) {
            var keys = new Keys(Scenario.KEYS, 1);
            results.put(setup.name(), Run.of(Scenario.KEYED, setup, keys, 7));
            kept.put(setup.name(), keys.kept());
        }
        Result unbounded = Objects.requireNonNull(results.get("hash, no bound"));
        Result bounded = Objects.requireNonNull(results.get("hash, 150%"));
        Result random = Objects.requireNonNull(results.get("random"));
        assertThat(unbounded.p99Millis()).isGreaterThan(2 * random.p99Millis());
        assertThat(bounded.p99Millis()).isLessThan(1.2 * random.p99Millis());
        assertThat(kept.get("hash, 150%")).isGreaterThan(0.5);
        assertThat(kept.get("random")).isLessThan(0.2);
    }

    private static Movement.Figures movement(String way) {
        return Movement.of(Objects.requireNonNull(Movement.ways().get(way)), 10);
    }

    /** No key moves that need not; others move some for nothing. */
    @Test
    void whenOneOfTenGoesATenthOfTheKeysMovesAndNoMore() {
        Movement.Figures ebb = movement("1 Ebb's table");
        assertThat(ebb.moved()).isBetween(0.095, 0.105);
        assertThat(ebb.most()).isLessThan(1.05);
        assertThat(movement("2 Maglev, 65537 slots").moved()).isGreaterThan(ebb.moved() + 0.001);
        assertThat(movement("4 hash modulo n").moved()).isGreaterThan(0.8);
    }
}
