package dev.ebb.sim.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A run, by hand. */
class LabReplayTest {
    private static final SignalDelays DELAYS = new SignalDelays(0, 15, 30);

    /** Says what it is told to say, and remembers what it saw. */
    private static final class Script implements Autoscaler {
        private final int[] answers;
        private final List<Double> loads = new ArrayList<>();
        private final List<Double> utilizations = new ArrayList<>();

        Script(int... answers) {
            this.answers = answers;
        }

        @Override
        public int decide(Signals signals) {
            loads.add(signals.load());
            utilizations.add(signals.utilization());
            return answers[Math.min(signals.index(), answers.length - 1)];
        }

        @Override
        public String reason() {
            return "told to";
        }

        Contender contender() {
            return Contender.reactive("script", model -> this);
        }
    }

    private static Replay replay(FleetModel model, double step, double... loads) {
        return new Replay(Trace.of("t", step, loads), model);
    }

    private static FleetModel model(double start, double drain) {
        return new FleetModel(5, start, drain, 10, 0, 100, 0.9, DELAYS);
    }

    @Test
    void costMissesAndOverload() throws InterruptedException {
        // Two instances of 10; 18 is just within 90 %, 19 is not, 25 is more than there is.
        Replay replay = replay(model(10, 5), 5, 18, 19, 25, 18, 0);
        Score score = replay.run(new Script(2).contender(), Watcher.NONE, share -> {});
        assertThat(score.instanceHours()).isCloseTo(5 * 2 * 5 / 3600.0, within(1e-12));
        assertThat(score.missedPercent()).isCloseTo(100 * 44 / 80.0, within(1e-9));
        assertThat(score.overloadPercent()).isCloseTo(100 * 5 / 80.0, within(1e-9));
        assertThat(score.starts()).isZero();
        assertThat(score.hours()).isCloseTo(25 / 3600.0, within(1e-12));
    }

    @Test
    void aStartHelpsOnlyAfterItsTimeAndTheDrainIsBilled() throws InterruptedException {
        Replay replay = replay(model(10, 5), 5, 9, 18, 18, 18, 9, 9);
        var bills = new ArrayList<Integer>();
        Watcher watcher =
                new Watcher() {
                    @Override
                    public void passed(int step, double load, int ready, int billed) {
                        bills.add(billed);
                    }
                };
        Score score = replay.run(new Script(1, 2, 2, 2, 1, 1).contender(), watcher, s -> {});
        assertThat(bills).containsExactly(1, 2, 2, 2, 2, 1);
        assertThat(score.missedPercent()).isCloseTo(100 * 36 / 81.0, within(1e-9));
        assertThat(score.starts()).isEqualTo(1);
        assertThat(score.directionChanges()).isEqualTo(1);
    }

    @Test
    void elasticityIsMeasuredAgainstTheDemandInInstances() throws InterruptedException {
        Replay replay = replay(model(0, 0), 5, 36, 18, 9, 18);
        Score score = replay.run(new Script(2).contender(), Watcher.NONE, share -> {});
        // Needs 4, 2, 1, 2; two stand.
        assertThat(score.accuracyUnder()).isCloseTo(100 * 0.5 / 4, within(1e-9));
        assertThat(score.accuracyOver()).isCloseTo(100 * 1.0 / 4, within(1e-9));
        assertThat(score.timeshareUnder()).isCloseTo(25, within(1e-9));
        assertThat(score.timeshareOver()).isCloseTo(25, within(1e-9));
    }

    @Test
    void aValueHoldsForItsWholeStepAndIsSeenOneStepLater() throws InterruptedException {
        Replay replay = replay(model(0, 0), 10, 1, 2, 3);
        var script = new Script(1);
        replay.run(script.contender(), Watcher.NONE, share -> {});
        assertThat(replay.steps()).isEqualTo(6);
        assertThat(script.loads).containsExactly(1.0, 1.0, 1.0, 2.0, 2.0, 3.0);
    }

    @Test
    void utilizationIsCappedAveragedAndOld() throws InterruptedException {
        Replay replay = replay(model(0, 0), 5, 0, 5, 20, 0, 0, 0, 0, 0, 0, 0);
        var script = new Script(1);
        replay.run(script.contender(), Watcher.NONE, share -> {});
        // The mean of six steps, of which the youngest began 15 s ago.
        assertThat(script.utilizations.get(3)).isCloseTo(0, within(1e-12));
        assertThat(script.utilizations.get(4)).isCloseTo(0.5 / 6, within(1e-12));
        assertThat(script.utilizations.get(5)).isCloseTo(1.5 / 6, within(1e-12));
        assertThat(script.utilizations.get(9)).isCloseTo(1.5 / 6, within(1e-12));
    }

    @Test
    void aFineTraceIsAveragedOverTheModelsStep() {
        Replay replay = replay(model(0, 0), 2, 1, 2, 3, 4, 5);
        assertThat(replay.steps()).isEqualTo(2);
        assertThat(replay.load(0)).isCloseTo((1 * 2 + 2 * 2 + 3) / 5.0, within(1e-12));
        assertThat(replay.load(1)).isCloseTo((3 + 4 * 2 + 5 * 2) / 5.0, within(1e-12));
    }

    @Test
    void theReferenceNeeds40InstancesForThePeak() {
        var trace = Trace.of("t", 60, new double[] {70, 280});
        FleetModel model = FleetModel.reference(trace);
        assertThat(model.capacity()).isCloseTo(10, within(1e-12));
        assertThat(Math.ceil(280 / (0.7 * model.capacity()) - 1e-9)).isEqualTo(40);
        assertThat(model.need(280)).isEqualTo(32);
        assertThat(model.need(0)).isEqualTo(1);
        assertThat(model.need(1e9)).isEqualTo(100);
    }

    @Test
    void anInterruptedRunEnds() {
        Replay replay = replay(model(0, 0), 5, 1, 2, 3);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> replay.run(new Script(1).contender(), Watcher.NONE, share -> {}))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aGapIsBridgedAndCounted() {
        var trace = Trace.of("t", 5, new double[] {Double.NaN, 2, Double.NaN, 3});
        assertThat(trace.value(0)).isEqualTo(2);
        assertThat(trace.value(2)).isEqualTo(2);
        assertThat(trace.isGap(2)).isTrue();
        assertThat(trace.isGap(3)).isFalse();
        assertThat(trace.gaps()).isEqualTo(2);
    }
}
