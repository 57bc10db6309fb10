package dev.ebb.core.objective;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What was seen while a service was used about this much: sums over stretches of time, the older
 * ones counting for less. Immutable.
 *
 * @param used sum of the stretches' utilizations
 * @param stretches how many there were
 * @param answers requests with a latency
 * @param slower of the answers, those that took longer than each of {@link #RUNGS} times: half
 *     octaves, the goal's own time at {@link #GOAL}
 */
public record Level(double used, double stretches, double answers, List<Double> slower) {
    static final int RUNGS = 12;
    static final int GOAL = 8;
    static final Level NONE = new Level(0, 0, 0, Collections.nCopies(RUNGS, 0.0));

    /** Stretches, and answers for each that may be slow, which are enough to forget older ones. */
    private static final double FULL = 30;

    /** Stretches without which nothing is believed, however many requests there were. */
    private static final double FEWEST = 5;

    public Level {
        slower = List.copyOf(slower);
        if (slower.size() != RUNGS) {
            throw new IllegalArgumentException("expected " + RUNGS + " times");
        }
    }

    /** The time at a rung, for a goal of this time. */
    static double timeNanos(int rung, long belowNanos) {
        return belowNanos * Math.pow(2, (rung - GOAL) / 2.0);
    }

    /**
     * With one more stretch.
     *
     * @param belowNanos the goal's time; 0 without one
     * @param mayMiss share of the answers that may be slower
     */
    Level plus(Sight sight, long belowNanos, double mayMiss) {
        boolean full = stretches >= FULL && answers * mayMiss >= FULL;
        Level before = full ? faded((FULL - 1) / FULL) : this;
        List<Double> next = new ArrayList<>(RUNGS);
        for (int i = 0; i < RUNGS; i++) {
            double more =
                    belowNanos == 0
                            ? 0
                            : sight.latencies()
                                    .slowerThanExactly(Math.round(timeNanos(i, belowNanos)));
            next.add(before.slower.get(i) + more);
        }
        return new Level(
                before.used + sight.used(),
                before.stretches + 1,
                before.answers + sight.latencies().total(),
                next);
    }

    Level plus(Level other) {
        List<Double> sum = new ArrayList<>(RUNGS);
        for (int i = 0; i < RUNGS; i++) {
            sum.add(slower.get(i) + other.slower.get(i));
        }
        return new Level(
                used + other.used, stretches + other.stretches, answers + other.answers, sum);
    }

    Level faded(double by) {
        return new Level(
                used * by, stretches * by, answers * by, slower.stream().map(n -> n * by).toList());
    }

    double meanUsed() {
        return stretches > 0 ? used / stretches : 0;
    }

    double slowShare() {
        return answers > 0 ? slower.get(GOAL) / answers : 0;
    }

    /** Whether the goal was kept, beyond reasonable doubt. */
    boolean keeps(double mayMiss) {
        return stretches >= FEWEST && Shares.atMost(slower.get(GOAL), answers) <= mayMiss;
    }

    boolean breaks(double mayMiss) {
        return stretches >= 2 && Shares.atLeast(slower.get(GOAL), answers) > mayMiss;
    }

    /** The time within which this share was answered, in nanoseconds; the last rung's at most. */
    double quantileNanos(double quantile, long belowNanos) {
        double rest = (1 - quantile) * answers;
        for (int i = 0; i < RUNGS; i++) {
            if (slower.get(i) <= rest) {
                if (i == 0) {
                    return timeNanos(0, belowNanos);
                }
                double above = slower.get(i - 1);
                double part = (above - rest) / Math.max(1e-12, above - slower.get(i));
                return timeNanos(i - 1, belowNanos) * Math.pow(2, part / 2);
            }
        }
        return timeNanos(RUNGS - 1, belowNanos);
    }
}
