package dev.ebb.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One kind of objects as the API server has them, and as those who watch it see them: each change
 * in order, and late. While nothing can be heard, all that happens meanwhile comes afterwards. A
 * watch begins with a list that may be out of date. Single-threaded; world time.
 *
 * @param <T> all objects of the kind, immutable
 */
final class Watched<T> {
    private static final int PAST_KEPT = 64;

    private record Dated<T>(long atNanos, T value) {}

    private final World world;
    private final Deque<Dated<T>> past = new ArrayDeque<>();
    private final List<Watch<T>> watches = new ArrayList<>();
    private T now;

    Watched(World world, T first) {
        this.world = world;
        now = first;
        past.add(new Dated<>(world.clock.nanos(), first));
    }

    /** As the API server itself has it. */
    T now() {
        return now;
    }

    void set(T next) {
        now = next;
        past.addLast(new Dated<>(world.clock.nanos(), next));
        if (past.size() > PAST_KEPT) {
            past.removeFirst();
        }
        watches.forEach(watch -> watch.later(next));
    }

    /**
     * A watch that begins with a list of some time ago.
     *
     * @param staleNanos how long ago
     */
    Watch<T> watch(SplittableRandom random, long staleNanos) {
        watches.removeIf(watch -> watch.ended);
        long at = world.clock.nanos() - staleNanos;
        T first = past.getFirst().value();
        Watch<T> watch = new Watch<>(world, random, first);
        for (Dated<T> each : past) {
            if (each.atNanos() <= at) {
                watch.seen = each.value();
            } else {
                watch.later(each.value());
            }
        }
        watches.add(watch);
        return watch;
    }

    /** What one who watches has seen so far. */
    static final class Watch<T> {
        private final World world;
        private final SplittableRandom random;
        private final Deque<T> coming = new ArrayDeque<>();
        private T seen;
        private long due;
        private boolean ended;

        private Watch(World world, SplittableRandom random, T first) {
            this.world = world;
            this.random = random;
            seen = first;
        }

        T seen() {
            return seen;
        }

        /** Nothing is seen any more. */
        void end() {
            ended = true;
        }

        private void later(T next) {
            boolean late = world.conditions.is(Conditions.Trouble.LATE_REPORTS);
            double seconds = late ? random.nextDouble(0.5, 6) : random.nextDouble(0.005, 0.3);
            due = Math.max(due, world.clock.nanos() + (long) (seconds * SimClock.SECOND));
            coming.addLast(next);
            world.events.at(due, this::deliver);
        }

        private void deliver() {
            if (ended || coming.isEmpty()) {
                return;
            }
            boolean deaf =
                    world.conditions.is(Conditions.Trouble.STUCK_REPORTS)
                            || world.conditions.is(Conditions.Trouble.DISK_FULL);
            if (deaf) {
                world.events.at(world.clock.nanos() + SimClock.SECOND / 2, this::deliver);
            } else {
                seen = coming.removeFirst();
            }
        }
    }
}
