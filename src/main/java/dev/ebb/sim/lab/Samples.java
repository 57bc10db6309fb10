package dev.ebb.sim.lab;

import java.util.Arrays;

/** Some numbers of one kind, of which the newest {@value #MOST} are kept. For one thread. */
public final class Samples {
    private static final int MOST = 4096;

    private double[] values = new double[16];
    private long count;

    /** One more. */
    public void plus(double value) {
        if (count < MOST && count == values.length) {
            values = Arrays.copyOf(values, Math.min(MOST, 2 * values.length));
        }
        values[(int) (count++ % values.length)] = value;
    }

    /** How many are kept. */
    public int size() {
        return (int) Math.min(count, values.length);
    }

    /**
     * Their median.
     *
     * @throws IllegalStateException when there are none
     */
    public double median() {
        return quantile(0.5);
    }

    /** The value that this share of them does not exceed. */
    public double quantile(double share) {
        if (size() == 0) {
            throw new IllegalStateException("no samples");
        }
        double[] sorted = Arrays.copyOf(values, size());
        Arrays.sort(sorted);
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }
}
