package dev.ebb.core.objective;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * How long requests took, by how much the service was used: twenty levels of 5 %. More use never
 * makes requests quicker, so levels that say so are pooled until none does (isotonic regression by
 * pooling adjacent violators; Barlow and others, 1972). Immutable, bounded.
 *
 * <p>From the highest level at which the goal was kept, beyond reasonable doubt, a step up is
 * allowed: half of the way to where queueing would break it, and no more than a tenth. By queueing
 * a time T at utilization u becomes T (1 - u) / (1 - v) at v, which one server with one queue would
 * make of it; several servers behave better, so the step errs on the safe side.
 *
 * @param belowNanos time of the goal that was counted by; 0 without one
 * @param levels by utilization
 */
public record Curve(long belowNanos, List<Level> levels) {
    private static final int LEVELS = 20;
    private static final double HALF_LIFE_NANOS = 24 * 3600e9;
    private static final double BAD_HALF_LIFE_NANOS = 3600e9;
    private static final double LEAST = 0.1;

    /** Of the goal's time: what a step may be expected to lead to. */
    private static final double AIM = 0.9;

    /** Times as long as now: the same. */
    private static final double STEP = 2;

    /** Of the share that may miss: what a size between two known ones may be expected to miss. */
    private static final double MARGIN = 0.7;

    /** A service that misses its goal at its lowest known level is tried no lower than this. */
    private static final double BACK = 0.6;

    private static final double LITTLE_BACK = 0.85;

    public Curve {
        levels = List.copyOf(levels);
        if (levels.size() != LEVELS) {
            throw new IllegalArgumentException("expected " + LEVELS + " levels");
        }
    }

    static Curve fresh(long belowNanos) {
        return new Curve(belowNanos, Collections.nCopies(LEVELS, Level.NONE));
    }

    /** With one more stretch of time. */
    Curve plus(Sight sight, Goals goals) {
        int at = Math.clamp((int) (sight.used() * LEVELS), 0, LEVELS - 1);
        double mayMiss = goals.latency().map(LatencyGoal::mayMiss).orElse(1.0);
        List<Level> next = new ArrayList<>(levels);
        next.set(at, levels.get(at).plus(sight, belowNanos, mayMiss));
        return new Curve(belowNanos, next);
    }

    /** After this time: what was bad is forgotten sooner, as it is not visited to see it again. */
    Curve later(double nanos, Goals goals) {
        double mayMiss = goals.latency().map(LatencyGoal::mayMiss).orElse(1.0);
        List<Level> next = new ArrayList<>(LEVELS);
        for (Level level : levels) {
            double half = level.breaks(mayMiss) ? BAD_HALF_LIFE_NANOS : HALF_LIFE_NANOS;
            next.add(level.faded(Math.pow(0.5, nanos / half)));
        }
        return new Curve(belowNanos, next);
    }

    /** With all that is known counting for less. */
    Curve faded(double by) {
        return new Curve(belowNanos, levels.stream().map(l -> l.faded(by)).toList());
    }

    /** Up to which utilization the goals are expected to be kept. */
    Allowed allowed(Goals goals) {
        Allowed byLatency =
                goals.latency()
                        .map(goal -> byLatency(goal, goals))
                        .orElseGet(() -> Allowed.start(goals.start()));
        if (byLatency.used() == goals.start()) {
            return byLatency;
        }
        double whole =
                Math.floor(Math.clamp(byLatency.used(), LEAST, goals.most()) * 100 + 1e-6) / 100;
        return new Allowed(whole, byLatency.held(), byLatency.broken());
    }

    private Allowed byLatency(LatencyGoal goal, Goals goals) {
        Optional<Point> held = Optional.empty();
        for (Block block : pooled()) {
            if (block.all.breaks(goal.mayMiss())) {
                Point broken = point(block.lowest, block.all, goal);
                return new Allowed(before(held, broken, goal, goals), held, Optional.of(broken));
            }
            if (block.all.keeps(goal.mayMiss())) {
                held = Optional.of(point(block.highest, block.all, goal));
            }
        }
        double used = held.map(h -> beyond(h, goals)).orElse(goals.start());
        return new Allowed(used, held, Optional.empty());
    }

    private Point point(Level at, Level pooled, LatencyGoal goal) {
        return new Point(
                at.meanUsed(),
                pooled.quantileNanos(goal.quantile(), belowNanos),
                pooled.slowShare());
    }

    /** A step up, or as far as the start if queueing lets it. */
    private double beyond(Point held, Goals goals) {
        double room = queueing(held, AIM * belowNanos);
        double up = Math.max(goals.start(), queueing(held, STEP * held.nanos()));
        return Math.max(held.used(), Math.min(up, room));
    }

    /** Where queueing would bring this to such a time. */
    private static double queueing(Point from, double nanos) {
        double used = Math.min(from.used(), 0.99);
        return 1 - (1 - used) * from.nanos() / nanos;
    }

    /** Between what was kept and what was broken, or below the latter. */
    private double before(Optional<Point> held, Point broken, LatencyGoal goal, Goals goals) {
        if (held.isEmpty()) {
            double most = LITTLE_BACK * broken.used();
            return Math.min(
                    goals.start(),
                    Math.clamp(queueing(broken, AIM * belowNanos), BACK * broken.used(), most));
        }
        Point low = held.get();
        double wanted = Math.log(MARGIN * goal.mayMiss());
        double from = Math.log(Math.max(low.slowShare(), goal.mayMiss() / 50));
        double to = Math.log(Math.max(broken.slowShare(), goal.mayMiss()));
        double part = Math.clamp((wanted - from) / (to - from), 0, 1);
        double between = low.used() + part * (broken.used() - low.used());
        return Math.max(low.used(), Math.min(between, beyond(low, goals)));
    }

    /** Neighbouring levels that count as one. */
    private record Block(Level all, Level lowest, Level highest) {}

    private List<Block> pooled() {
        List<Block> blocks = new ArrayList<>();
        for (Level level : levels) {
            if (level.answers() <= 0) {
                continue;
            }
            Block next = new Block(level, level, level);
            while (!blocks.isEmpty() && blocks.getLast().all.slowShare() > next.all.slowShare()) {
                Block last = blocks.removeLast();
                next = new Block(last.all.plus(next.all), last.lowest, next.highest);
            }
            blocks.add(next);
        }
        return blocks;
    }
}
