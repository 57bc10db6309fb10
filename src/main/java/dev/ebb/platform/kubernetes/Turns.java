package dev.ebb.platform.kubernetes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Whose turn it is within a tick. As a rule everybody's; where a tick is too short for that, those
 * go first with whom something is under way, and of the others those that have waited longest. So a
 * tick that cannot hold all is not late, and everybody is decided on less often. One thread.
 *
 * @param <T> who has turns
 */
final class Turns<T> {
    /**
     * Part of a tick that they may have with whom something is under way, and that all may have.
     */
    private static final double PRESSING = 0.5;

    private static final double ALL = 0.8;

    /**
     * @param waiting who had no turn in the newest tick
     * @param longestWaitNanos of these, since the end of a turn
     * @param shortTicks in which not everybody had a turn
     */
    record Figures(int waiting, long longestWaitNanos, long shortTicks) {
        static final Figures NONE = new Figures(0, 0, 0);
    }

    private final long pressingNanos;
    private final long allNanos;
    private final LongSupplier nanoTime;

    /** When everybody's last turn ended, the longest ago first. */
    private final Map<T, Long> since = new LinkedHashMap<>();

    private Figures figures = Figures.NONE;

    Turns(Duration tick, LongSupplier nanoTime) {
        this.pressingNanos = (long) (tick.toNanos() * PRESSING);
        this.allNanos = (long) (tick.toNanos() * ALL);
        this.nanoTime = nanoTime;
    }

    /**
     * One tick's turns: at least one of each kind, so that nobody waits for ever.
     *
     * @param begunNanos when the tick began
     * @param pressing with whom something is under way
     */
    Figures take(List<T> all, long begunNanos, Predicate<T> pressing, Consumer<T> turn) {
        since.keySet().retainAll(new HashSet<>(all));
        long now = nanoTime.getAsLong();
        all.forEach(one -> since.putIfAbsent(one, now));
        List<T> line = new ArrayList<>(since.keySet());
        Set<T> done = HashSet.newHashSet(line.size());
        go(line.stream().filter(pressing).toList(), begunNanos + pressingNanos, done, turn);
        go(
                line.stream().filter(o -> !done.contains(o)).toList(),
                begunNanos + allNanos,
                done,
                turn);
        int waiting = line.size() - done.size();
        long first = since.values().stream().findFirst().orElse(0L);
        figures =
                new Figures(
                        waiting,
                        waiting == 0 ? 0 : nanoTime.getAsLong() - first,
                        figures.shortTicks() + (waiting == 0 ? 0 : 1));
        return figures;
    }

    private void go(List<T> line, long untilNanos, Set<T> done, Consumer<T> turn) {
        for (T one : line) {
            turn.accept(one);
            done.add(one);
            since.remove(one);
            long now = nanoTime.getAsLong();
            since.put(one, now);
            if (now - untilNanos >= 0) {
                return;
            }
        }
    }
}
