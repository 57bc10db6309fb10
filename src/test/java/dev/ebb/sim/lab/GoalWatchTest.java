package dev.ebb.sim.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Policy;
import dev.ebb.core.objective.Goals;
import dev.ebb.core.objective.LatencyGoal;
import dev.ebb.sim.lab.EbbScaler.Sight;
import dev.ebb.sim.lab.rival.Rivals;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** An objective of latency in the lab, on requests that wait: what it costs and what it keeps. */
class GoalWatchTest {
    private static final int SECONDS = 3 * 3600;
    private static final double MEAN = 10;
    private static final Goals GOALS =
            new Goals(
                    Optional.of(new LatencyGoal(0.99, 200_000_000)),
                    Optional.empty(),
                    Policy.Objective.START);

    private static final Score CALM = run(0, ebb());
    private static final Score CALM_HPA = run(0, hpa());
    private static final Score BURSTY = run(0.25, ebb());
    private static final Score BURSTY_HPA = run(0.25, hpa());

    private static Contender ebb() {
        return EbbScaler.contender("ebb", 1, GOALS, Sight.OFFERED_LOAD);
    }

    private static Contender hpa() {
        return Rivals.named("hpa").orElseThrow();
    }

    /** A slow wave, and on it another level each 40 s. */
    private static Trace trace(double bursts) {
        var random = new SplittableRandom(7);
        var loads = new double[SECONDS / 5];
        double level = 1;
        for (int i = 0; i < loads.length; i++) {
            if (i % 8 == 0) {
                level = Math.exp(bursts * random.nextGaussian() - bursts * bursts / 2);
            }
            loads[i] = MEAN * level * (1 + 0.3 * Math.sin(2 * Math.PI * i * 5 / 3600));
        }
        return Trace.of("t", 5, loads);
    }

    private static Score run(double bursts, Contender contender) {
        var model = new FleetModel(5, 30, 10, 1, 1, 100, 0.9, SignalDelays.REFERENCE);
        QueueModel queues = QueueModel.USUAL.with(0.04, 4, 0.2);
        try {
            return new Replay(trace(bursts), model, Optional.of(queues))
                    .run(contender, Watcher.NONE, share -> {});
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void keepsTheObjectiveForLessThanTheUsualTargetWhereLoadIsCalm() {
        assertThat(CALM.missedPercent()).isLessThan(1);
        assertThat(CALM.instanceHours()).isLessThan(0.95 * CALM_HPA.instanceHours());
    }

    @Test
    void keepsItWhereLoadComesInBurstsAndTheUsualTargetDoesNot() {
        assertThat(BURSTY.missedPercent()).isLessThan(1);
        assertThat(BURSTY_HPA.missedPercent()).isGreaterThan(1);
    }

    @Test
    void burstsAreWorthMoreInstances() {
        assertThat(BURSTY.instanceHours()).isGreaterThan(1.2 * CALM.instanceHours());
    }
}
