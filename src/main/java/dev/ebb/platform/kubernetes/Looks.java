package dev.ebb.platform.kubernetes;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Has workloads looked at soon, by some workers: at most one look waits for each, and one at a time
 * is under way for each workload, its former scale's included. Any thread.
 */
final class Looks {
    private static final long AGAIN_MILLIS = 250;

    private final ScheduledExecutorService workers;
    private final ScheduledExecutorService timers;
    private final Predicate<Managed> due;
    private final UnaryOperator<Runnable> guarded;
    private final Set<Managed> woken = ConcurrentHashMap.newKeySet();
    private final Set<Target> looking = ConcurrentHashMap.newKeySet();

    /**
     * @param due whether it is still to be looked at
     * @param guarded a task whose failure ends nothing else
     */
    Looks(
            ScheduledExecutorService workers,
            ScheduledExecutorService timers,
            Predicate<Managed> due,
            UnaryOperator<Runnable> guarded) {
        this.workers = workers;
        this.timers = timers;
        this.due = due;
        this.guarded = guarded;
    }

    /** Once this Ebb is ending, nobody looks any more. */
    void wake(Managed one) {
        if (woken.add(one)) {
            try {
                workers.execute(() -> look(one));
            } catch (RejectedExecutionException e) {
                // Whoever leads next looks.
                woken.remove(one);
            }
        }
    }

    private void look(Managed one) {
        woken.remove(one);
        if (!looking.add(one.target())) {
            again(one);
            return;
        }
        try {
            if (!due.test(one)) {
                return;
            }
            var again = new boolean[1];
            guarded.apply(() -> again[0] = one.look()).run();
            if (again[0]) {
                again(one);
            }
        } finally {
            looking.remove(one.target());
        }
    }

    private void again(Managed one) {
        var _ = timers.schedule(() -> wake(one), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }
}
