package dev.ebb.sim.lab;

import dev.ebb.core.Now;
import dev.ebb.core.objective.Experience;
import dev.ebb.core.objective.Goals;
import dev.ebb.core.objective.Sight;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Learns in the lab, by the core's code, up to which utilization the goals are kept. One step is
 * one stretch of time. For one thread.
 */
final class GoalWatch {
    /** Seconds for which an instance counts as new; live, slow start takes their place. */
    private static final double NEW = 20;

    /** Share of newcomers from which on a step says more of cold instances than of load. */
    private static final double NEWCOMERS = 0.1;

    private final Goals goals;
    private final double step;
    private final Deque<Integer> sizes = new ArrayDeque<>();
    private Experience experience;

    GoalWatch(Goals goals, double step) {
        this.goals = goals;
        this.step = step;
        this.experience = Experience.fresh(goals);
    }

    /** What may be used now, with this step seen; nothing is learned where none is. */
    double usable(Now now, Optional<Answers> seen) {
        seen.ifPresent(answers -> see(now, answers));
        return experience.usable();
    }

    private void see(Now now, Answers seen) {
        sizes.addLast(seen.ready());
        while (sizes.size() * step > NEW + step) {
            sizes.removeFirst();
        }
        int before = sizes.stream().mapToInt(Integer::intValue).min().orElse(seen.ready());
        Sight sight =
                new Sight(
                        step,
                        seen.used(),
                        seen.latencies(),
                        seen.requests(),
                        seen.refused(),
                        seen.ready() - before <= NEWCOMERS * seen.ready());
        experience = experience.after(now, sight, goals);
    }

    String text() {
        return Math.round(100 * experience.usable()) + " % allowed";
    }
}
