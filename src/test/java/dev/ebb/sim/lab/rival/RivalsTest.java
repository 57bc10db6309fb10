package dev.ebb.sim.lab.rival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ebb.sim.lab.Autoscaler;
import dev.ebb.sim.lab.Contender;
import dev.ebb.sim.lab.EbbScaler.Sight;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.QueueSight;
import dev.ebb.sim.lab.Recording;
import dev.ebb.sim.lab.Replay;
import dev.ebb.sim.lab.Score;
import dev.ebb.sim.lab.SignalDelays;
import dev.ebb.sim.lab.Signals;
import dev.ebb.sim.lab.Trace;
import dev.ebb.sim.lab.Watcher;
import dev.ebb.sim.lab.rival.Hpa.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rivals in time: when they wait, how far they go, and what they say about it. */
class RivalsTest {
    private static final FleetModel MODEL =
            new FleetModel(5, 30, 10, 100, 1, 100, 0.9, SignalDelays.REFERENCE);

    /** A world of which a test says how it is; what is wanted is there at once. */
    private static final class World implements Signals {
        private final Autoscaler policy;
        private int index = -1;
        private int ready;
        private int starting;
        private double load;

        World(Contender contender, int ready) {
            this.policy = contender.open(Trace.of("t", 5, new double[] {1}), MODEL);
            this.ready = ready;
        }

        /** Runs for so long under this load; returns what was wanted at each change. */
        List<Integer> under(double newLoad, int seconds) {
            load = newLoad;
            List<Integer> changes = new ArrayList<>();
            for (int i = 0; i < seconds / MODEL.step(); i++) {
                index++;
                int wanted = MODEL.clamp(policy.decide(this));
                if (wanted != wanted()) {
                    changes.add(wanted);
                    ready = wanted - starting;
                }
            }
            return changes;
        }

        @Override
        public double epoch() {
            return now();
        }

        @Override
        public int index() {
            return index;
        }

        @Override
        public double now() {
            return index * MODEL.step();
        }

        @Override
        public Optional<QueueSight> queue() {
            return Optional.empty();
        }

        @Override
        public int ready() {
            return ready;
        }

        @Override
        public int starting() {
            return starting;
        }

        @Override
        public int wanted() {
            return ready + starting;
        }

        @Override
        public double load() {
            return load;
        }

        @Override
        public double utilization() {
            return Math.min(1, load / (ready * MODEL.capacity()));
        }

        @Override
        public double busy() {
            return utilization() * ready;
        }
    }

    @Test
    void anHpaWaitsForItsWindowBeforeItScalesIn() {
        var world = new World(Hpa.at(70).contender("hpa"), 10);
        assertThat(world.under(700, 300)).as("just at its target").isEmpty();
        assertThat(world.under(350, 300)).as("the wish for ten is not old enough").isEmpty();
        assertThat(world.under(350, 15)).containsExactly(5);
        assertThat(world.policy.reason()).isEqualTo("utilization 35 % asks for 5");
    }

    @Test
    void theToleranceIsATenth() {
        var world = new World(Hpa.at(70).contender("hpa"), 10);
        assertThat(world.under(769, 60)).isEmpty();
        assertThat(world.under(771, 15)).as("77 %, truncated").isEmpty();
        assertThat(world.under(780, 15)).containsExactly(12);
    }

    @Test
    void withoutABehaviourOneBecomesFourAndWithTheDefaultFive() {
        assertThat(new World(Hpa.at(10).contender("hpa"), 1).under(100, 5)).containsExactly(4);
        Hpa hpa = Hpa.of(List.of(new Metric.Utilization(10)), Optional.of(HpaBehavior.DEFAULT));
        var world = new World(hpa.contender("hpa"), 1);
        assertThat(world.under(100, 5)).containsExactly(5);
        assertThat(world.policy.reason()).isEqualTo("utilization 100 % asks for 10; limited to 5");
    }

    @Test
    void theLargestWishOfSeveralMetricsCounts() {
        Hpa hpa =
                Hpa.of(
                        List.of(
                                new Metric.Utilization(90),
                                new Metric.TotalAverage(50),
                                new Metric.PodsAverage(80),
                                new Metric.TotalValue(1000)),
                        Optional.empty());
        assertThat(new World(hpa.contender("own"), 8).under(600, 5)).containsExactly(12);
    }

    @Test
    void whatStartsCountsAsIdleForAnHpaThatScalesOut() {
        var world = new World(Hpa.at(70).contender("hpa"), 10);
        world.starting = 4;
        // 100 % of ten over fourteen is 71 %: within the tolerance.
        assertThat(world.under(1000, 5)).isEmpty();
    }

    @Test
    void aKpaPanicsAtTwiceWhatIsReadyAndTakesNothingBackForAMinute() {
        var world = new World(Kpa.at(0.7).contender("kpa"), 2);
        assertThat(world.under(140, 60)).isEmpty();
        List<Integer> up = world.under(700, 20);
        assertThat(up).isNotEmpty();
        assertThat(up.getLast()).isEqualTo(10);
        assertThat(world.policy.reason()).startsWith("panic: mean load ");
        assertThat(world.under(70, 40)).as("never down in panic").isEmpty();
        assertThat(world.under(70, 30)).isNotEmpty();
        assertThat(world.ready).isLessThan(10);
    }

    @Test
    void aKpasDelayKeepsTheHighestWish() {
        Kpa usual = Kpa.at(0.7);
        Kpa patient =
                new Kpa(
                        usual.perInstance(),
                        0.7,
                        60,
                        10,
                        200,
                        1000,
                        2,
                        300,
                        1,
                        0,
                        usual.min(),
                        usual.max());
        var world = new World(patient.contender("kpa"), 4);
        assertThat(world.under(280, 60)).isEmpty();
        assertThat(world.under(70, 295)).isEmpty();
        assertThat(world.under(70, 120)).isNotEmpty();
    }

    @Test
    void targetTrackingActsAfterThreeMinutesAboveAndFifteenBelow() {
        var world = new World(new TargetTracking(0.7).contender("aws"), 10);
        assertThat(world.under(700, 60)).isEmpty();
        assertThat(world.under(900, 120)).as("two periods above it so far").isEmpty();
        assertThat(world.under(900, 5)).containsExactly(13);
        assertThat(world.under(830, 3600)).as("64 %: above 0.9 of the target").isEmpty();
        assertThat(world.under(650, 14 * 60)).isEmpty();
        // 50 % of thirteen is 9.3 at the target: what is left of a fraction stays.
        assertThat(world.under(650, 60)).containsExactly(10);
        assertThat(world.policy.reason())
                .isEqualTo("utilization 50 % of a target of 70 %, below 0.9 of it for 15 min");
    }

    @Test
    void targetTrackingRemovesNothingWhileInstancesStart() {
        var world = new World(new TargetTracking(0.7).contender("aws"), 10);
        world.starting = 1;
        assertThat(world.under(300, 3600)).isEmpty();
        world.starting = 0;
        assertThat(world.under(300, 60)).isNotEmpty();
    }

    static List<String> everybody() {
        return Lineup.names();
    }

    @ParameterizedTest
    @MethodSource("everybody")
    void everyPolicyIsTheSameTwiceAndGivesItsReasons(String name) throws InterruptedException {
        var loads = new double[400];
        for (int i = 0; i < loads.length; i++) {
            loads[i] = 500 + 400 * Math.sin(i / 20.0) + 37 * (i % 5);
        }
        var replay = new Replay(Trace.of("t", 30, loads), MODEL);
        Contender contender = Lineup.named(name, Sight.OFFERED_LOAD).orElseThrow();
        assertThat(contender.name()).isEqualTo(name);
        var recording = new Recording();
        Score score = replay.run(contender, recording, share -> {});
        assertThat(replay.run(contender, Watcher.NONE, share -> {})).isEqualTo(score);
        assertThat(recording.decisions()).isNotEmpty();
        assertThat(recording.decisions().getFirst().step()).isZero();
        assertThat(recording.decisions())
                .allMatch(d -> d.reason().matches(".*\\d.*") && !d.reason().contains("NaN"));
        double billed = 0;
        for (int i = 0; i < recording.changes(); i++) {
            int end = i + 1 < recording.changes() ? recording.step(i + 1) : recording.last() + 1;
            billed += (double) recording.billed(i) * (end - recording.step(i));
        }
        assertThat(billed * MODEL.step() / 3600)
                .as("the recording has the whole bill")
                .isCloseTo(score.instanceHours(), within(1e-6 * score.instanceHours()));
    }
}
