package dev.ebb.sim.lab;

import java.util.Arrays;

/**
 * Recorded load in regular steps. A value holds for its whole step, so that nobody can read the
 * next one from the way there.
 *
 * <p>A gap in the record is bridged with the last value before it (at the beginning, with the first
 * one that is known); {@link #isGap} and {@link #gaps} say where. Immutable and safe for use by
 * several threads.
 */
public final class Trace {
    /** Seconds since the epoch that a smaller number cannot be meant for: 1973. */
    private static final double DATES_FROM = 1e8;

    /** The first Monday of 1970, in seconds since the epoch. */
    private static final double MONDAY = 4 * 86_400;

    private final String name;
    private final double step;
    private final double[] values;
    private final boolean[] missing;
    private final int gaps;
    private final double begin;
    private final double peak;

    private Trace(
            String name, double step, double[] values, boolean[] missing, int gaps, double begin) {
        this.name = name;
        this.step = step;
        this.values = values;
        this.missing = missing;
        this.gaps = gaps;
        this.begin = begin;
        this.peak = Arrays.stream(values).max().orElse(0);
    }

    /**
     * @param name by which reports call it: its file's stem
     * @param step length of a step in seconds
     * @param values load in each step, in any unit; NaN for a gap
     * @throws IllegalArgumentException when there is no value, a negative one or one beyond {@link
     *     Grid#MOST}, or the step is not positive
     */
    public static Trace of(String name, double step, double[] values) {
        if (!(step > 0) || Double.isInfinite(step)) {
            throw new IllegalArgumentException("the step of a trace must be positive: " + step);
        }
        double[] bridged = values.clone();
        var missing = new boolean[values.length];
        int gaps = 0;
        double last = first(values);
        for (int i = 0; i < bridged.length; i++) {
            if (Double.isNaN(bridged[i])) {
                bridged[i] = last;
                missing[i] = true;
                gaps++;
            } else if (bridged[i] < 0 || bridged[i] > Grid.MOST) {
                throw new IllegalArgumentException("load cannot be " + bridged[i]);
            }
            last = bridged[i];
        }
        return new Trace(name, step, bridged, missing, gaps, 0);
    }

    /**
     * The same, with the time of its first step.
     *
     * @param seconds since the epoch; a small number is no date, but time since a Monday
     */
    Trace from(double seconds) {
        return new Trace(name, step, values, missing, gaps, seconds);
    }

    private static double first(double[] values) {
        return Arrays.stream(values)
                .filter(v -> !Double.isNaN(v))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a trace needs a value"));
    }

    /** The same load in steps of this many seconds, as the mean over each; gaps stay bridged. */
    Trace averaged(double coarse) {
        int size = (int) Math.ceil(seconds() / coarse - 1e-9);
        var means = new double[size];
        var none = new boolean[size];
        for (int i = 0; i < size; i++) {
            means[i] = mean(i * coarse, Math.min((i + 1) * coarse, seconds()));
        }
        return new Trace(name, coarse, means, none, 0, begin);
    }

    private double mean(double from, double to) {
        double sum = 0;
        for (int k = (int) (from / step); k < values.length && k * step < to; k++) {
            sum += values[k] * (Math.min(to, (k + 1) * step) - Math.max(from, k * step));
        }
        return sum / (to - from);
    }

    public String name() {
        return name;
    }

    /** Length of a step in seconds. */
    public double step() {
        return step;
    }

    /**
     * When it begins, in seconds since the epoch. One that knows no dates begins so long after 0:00
     * UTC of a Monday.
     */
    public double begin() {
        return isDated() ? begin : MONDAY + begin;
    }

    /** Whether {@link #begin} is a date. */
    public boolean isDated() {
        return begin >= DATES_FROM;
    }

    /** Number of steps. */
    public int size() {
        return values.length;
    }

    /** Length of the whole in seconds. */
    public double seconds() {
        return values.length * step;
    }

    /** Load in this step; a gap is bridged. */
    public double value(int index) {
        return values[index];
    }

    /** Whether the record has no value for this step. */
    public boolean isGap(int index) {
        return missing[index];
    }

    /** Number of steps without a value. */
    public int gaps() {
        return gaps;
    }

    /** The highest load. */
    public double peak() {
        return peak;
    }
}
