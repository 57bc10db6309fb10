package dev.ebb.sim.lab;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * What an instance can carry, from what instances were seen to carry and to use for it: a line
 * through (load, utilization) by least squares, fitted once more without what lies three spreads
 * from it, so that a garbage collection is no rule. Where the load hardly varied, rest cannot be
 * told from work; then the line goes through the origin, which promises less than an instance can
 * do, never more. Of more readings than {@value #MOST}, every second is forgotten, again and again.
 * For one thread.
 */
public final class UsageLine {
    /** Fewer readings than this say nothing. */
    public static final int ENOUGH = 60;

    private static final int MOST = 20_000;

    /** Spread of the loads, over their mean, from which on a slope can be told from a level. */
    private static final double VARIES = 0.15;

    /** Mean utilization below which it is rest that was measured. */
    private static final double LEAST_USED = 0.02;

    private double[] loads = new double[64];
    private double[] used = new double[64];
    private int size;
    private int every = 1;
    private int passed;

    /** One reading; those without load say nothing. */
    public void plus(double load, double utilization) {
        boolean usable = load > 0 && utilization >= 0 && Double.isFinite(load + utilization);
        if (!usable || ++passed % every != 0) {
            return;
        }
        if (size == MOST) {
            halve();
        }
        if (size == loads.length) {
            loads = Arrays.copyOf(loads, 2 * size);
            used = Arrays.copyOf(used, 2 * size);
        }
        loads[size] = load;
        used[size++] = utilization;
    }

    private void halve() {
        for (int i = 0; i < size / 2; i++) {
            loads[i] = loads[2 * i];
            used[i] = used[2 * i];
        }
        size /= 2;
        every *= 2;
    }

    /** Readings that are kept. */
    public int size() {
        return size;
    }

    /** Whether there are enough of them. */
    public boolean isEnough() {
        return size >= ENOUGH;
    }

    /** The highest utilization of all readings but the highest twentieth. */
    public double highest() {
        double[] sorted = Arrays.copyOf(used, size);
        Arrays.sort(sorted);
        return size == 0 ? 0 : sorted[(int) (0.95 * (size - 1))];
    }

    /** Load at which an instance is fully used; empty where that cannot be told. */
    public OptionalDouble capacity() {
        double mean = Arrays.stream(used, 0, size).average().orElse(0);
        if (!isEnough() || mean < LEAST_USED) {
            return OptionalDouble.empty();
        }
        var all = new boolean[size];
        Arrays.fill(all, true);
        Fit first = fit(all);
        double spread = first.spread(all);
        for (int i = 0; i < size; i++) {
            all[i] = Math.abs(used[i] - first.at(loads[i])) <= 3 * spread + 1e-12;
        }
        Fit second = fit(all);
        double capacity = (1 - second.rest) / second.slope;
        return capacity > 0 && Double.isFinite(capacity)
                ? OptionalDouble.of(capacity)
                : OptionalDouble.empty();
    }

    private Fit fit(boolean[] which) {
        double n = 0;
        double x = 0;
        double y = 0;
        double xx = 0;
        double xy = 0;
        for (int i = 0; i < size; i++) {
            if (which[i]) {
                n++;
                x += loads[i];
                y += used[i];
                xx += loads[i] * loads[i];
                xy += loads[i] * used[i];
            }
        }
        double mean = x / n;
        double variance = xx / n - mean * mean;
        double slope = (xy / n - mean * y / n) / variance;
        double rest = y / n - slope * mean;
        boolean varies = variance > VARIES * VARIES * mean * mean && slope > 0 && rest >= 0;
        return varies && rest < 1 ? new Fit(rest, slope) : new Fit(0, xy / xx);
    }

    private final class Fit {
        private final double rest;
        private final double slope;

        Fit(double rest, double slope) {
            this.rest = rest;
            this.slope = slope;
        }

        double at(double load) {
            return rest + slope * load;
        }

        double spread(boolean[] which) {
            double sum = 0;
            int n = 0;
            for (int i = 0; i < size; i++) {
                if (which[i]) {
                    double strays = used[i] - at(loads[i]);
                    sum += strays * strays;
                    n++;
                }
            }
            return Math.sqrt(sum / Math.max(1, n));
        }
    }
}
