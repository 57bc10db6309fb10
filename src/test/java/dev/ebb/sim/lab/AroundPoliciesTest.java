package dev.ebb.sim.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.PerHour;
import dev.ebb.core.Policy;
import dev.ebb.core.Policy.Targets;
import dev.ebb.sim.lab.rival.Hpa;
import dev.ebb.sim.lab.rival.Kpa;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What stands around a policy in the lab: budgets, callers, queues, and going to none. */
class AroundPoliciesTest {
    private static final double STEP = 5;

    private static FleetModel model(int min) {
        return new FleetModel(STEP, 30, 10, 100, min, 100, 0.9, SignalDelays.REFERENCE);
    }

    /** Stretches of {seconds, load}. */
    private static Trace trace(String name, double[]... stretches) {
        return Trace.of(
                name,
                STEP,
                Arrays.stream(stretches)
                        .flatMapToDouble(s ->
                                java.util.stream.DoubleStream.generate(() -> s[1])
                                        .limit((long) (s[0] / STEP)))
                        .toArray());
    }

    /** What was wanted from which second on. */
    private static final class Notes implements Watcher {
        private final TreeMap<Double, Integer> wanted = new TreeMap<>();
        private final List<Double> removals = new ArrayList<>();
        private final List<String> reasons = new ArrayList<>();

        @Override
        public void decided(int step, int before, int after, Autoscaler policy) {
            wanted.put(step * STEP, after);
            reasons.add(policy.reason());
            for (int i = after; i < before; i++) {
                removals.add(step * STEP);
            }
        }

        @Override
        public void passed(int step, double load, int ready, int billed) {}

        int at(double seconds) {
            return wanted.floorEntry(seconds).getValue();
        }
    }

    private static Notes run(Contender contender, Trace trace, FleetModel model)
            throws InterruptedException {
        return run(contender, trace, model, Optional.empty());
    }

    private static Notes run(
            Contender contender, Trace trace, FleetModel model, Optional<QueueModel> queues)
            throws InterruptedException {
        var notes = new Notes();
        new Replay(trace, model, queues).run(contender, notes, share -> {});
        return notes;
    }

    private static Policy hourly(PerHour limit) {
        return Policy.DEFAULT.withIn(Policy.In.DEFAULT.withPerHour(limit));
    }

    @Test
    void noHourHasMoreRemovalsThanItMay() throws InterruptedException {
        Trace falling = trace("t", new double[] {600, 1000}, new double[] {4 * 3600, 100});
        Contender plain = Hpa.at(70).contender("hpa");
        assertThat(run(plain, falling, model(1)).at(3000)).isEqualTo(2);
        Notes notes = run(Hourly.over(plain, hourly(new PerHour(3, 0))), falling, model(1));
        assertThat(notes.removals).hasSize(12);
        for (double from : notes.removals) {
            long within =
                    notes.removals.stream().filter(at -> at >= from && at < from + 3600).count();
            assertThat(within).isLessThanOrEqualTo(3);
        }
        assertThat(notes.at(4 * 3600)).as("in the end it comes down").isLessThan(4);
        Notes share = run(Hourly.over(plain, hourly(new PerHour(0, 0.2))), falling, model(1));
        assertThat(share.removals.stream().filter(at -> at < 3600)).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void aServiceKeepsUpWithItsCaller() throws InterruptedException {
        Trace callers =
                trace(
                        "shop",
                        new double[] {600, 100},
                        new double[] {1800, 1000},
                        new double[] {3600, 100});
        Trace own = trace("orders", new double[] {6000, 50});
        Contender plain = Hpa.at(70).contender("hpa");
        var caller = new KeepingUp.Caller("shop", new Replay(callers, model(1)), plain, 0.5);
        Notes shop = run(plain, callers, model(1));
        Notes alone = run(plain, own, model(1));
        Notes orders = run(KeepingUp.over(plain, List.of(caller)), own, model(1));
        assertThat(shop.at(2000)).isGreaterThan(10);
        for (double at = 0; at < 6000; at += STEP) {
            int least = (int) Math.ceil(0.5 * shop.at(at));
            assertThat(orders.at(at)).as("at %.0f s", at).isEqualTo(Math.max(least, alone.at(at)));
        }
        assertThat(orders.reasons).anyMatch(r -> r.contains("'shop' has"));
    }

    /** Instances that wait more than they compute are full while their CPU is not. */
    @Test
    void whatWaitsAsksForMore() throws InterruptedException {
        Trace steady = trace("t", new double[] {1800, 600});
        var queues = Optional.of(new QueueModel(0.2, 4, 0.5, 0, 1, 0, 1, 1, 50));
        Policy policy = Policy.DEFAULT.withTargets(new Targets(0.99, 0.9, 0.9, 0.99));
        Contender few = Contender.reactive("few", m -> new Always(5));
        Notes without = run(few, steady, model(1), queues);
        Notes with = run(QueueScaler.over(few, policy), steady, model(1), queues);
        assertThat(without.wanted.values()).containsOnly(5);
        assertThat(with.at(1200)).isBetween(6, 9);
        assertThat(with.reasons).anyMatch(r -> r.contains("requests wait"));
        Notes fluid = run(QueueScaler.over(few, policy), steady, model(1));
        assertThat(fluid.wanted.values()).containsOnly(5);
    }

    private record Always(int count) implements Autoscaler {
        @Override
        public int decide(Signals signals) {
            return count;
        }

        @Override
        public String reason() {
            return "always " + count;
        }
    }

    private static Kpa kpa(double retention) {
        return new Kpa(
                OptionalDouble.empty(),
                0.7,
                60,
                10,
                200,
                1000,
                2,
                0,
                1,
                retention,
                OptionalInt.of(0),
                OptionalInt.empty());
    }

    /**
     * Silence from 600 s on: the stable window is empty at 660 s and something; then it becomes
     * inactive, and has none a grace period later.
     */
    @Test
    void aKpaGoesToNoneAndComesBackAtTheFirstRequest() throws InterruptedException {
        Trace silent =
                trace(
                        "t",
                        new double[] {600, 300},
                        new double[] {1200, 0},
                        new double[] {600, 300});
        Notes notes = run(kpa(0).contender("kpa"), silent, model(0));
        double none =
                notes.wanted.entrySet().stream()
                        .filter(e -> e.getValue() == 0)
                        .findFirst()
                        .orElseThrow()
                        .getKey();
        assertThat(none).isBetween(690.0, 720.0);
        assertThat(notes.at(none - STEP)).isPositive();
        assertThat(notes.at(1799)).isZero();
        assertThat(notes.at(1810)).as("the first request is seen a step later").isPositive();
        assertThat(notes.at(2300)).isBetween(4, 6);

        Notes patient = run(kpa(300).contender("kpa"), silent, model(0));
        assertThat(patient.at(none + 200)).isPositive();
        assertThat(patient.at(none + 300)).isZero();
        Notes kept = run(kpa(0).contender("kpa"), silent, model(1));
        assertThat(kept.at(1500)).as("the model has one at least").isEqualTo(1);
    }

    /** Knative's own timers, tick by tick. */
    @Test
    void aRevisionIsInactiveBeforeItHasNone() throws InterruptedException {
        Trace short1 = trace("t", new double[] {30, 100}, new double[] {300, 0});
        Notes notes = run(kpa(0).contender("kpa"), short1, model(0));
        double none =
                notes.wanted.entrySet().stream()
                        .filter(e -> e.getValue() == 0)
                        .findFirst()
                        .orElseThrow()
                        .getKey();
        assertThat(none).as("active for a window, and a grace of 30 s").isBetween(120.0, 140.0);
        assertThat(notes.at(none - STEP)).isEqualTo(1);
    }

    @Test
    void requestsThatFindNoneWaitAndAreNoOverload() throws InterruptedException {
        Trace late = trace("t", new double[] {300, 0}, new double[] {300, 50});
        Score score =
                new Replay(late, model(0)).run(kpa(0).contender("kpa"), Watcher.NONE, share -> {});
        assertThat(score.missedPercent()).isPositive();
        assertThat(score.overloadPercent()).isZero();
    }
}
