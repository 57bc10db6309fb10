package dev.ebb.demo;

import java.util.List;

/**
 * How many requests per second one instance carries at its target utilization, on this machine: the
 * mean of what is seen while all are at work. Not safe for use by several threads.
 */
final class Capacity {
    private static final int LEAST_SAMPLES = 5;
    private static final double LEAST = 0.8;
    private static final double MOST = 1.5;

    private final double target;
    private final double usual;
    private double requests;
    private double used;
    private int samples;

    /**
     * @param target utilization, 0 to 1
     * @param usual what to assume without a measurement
     */
    Capacity(double target, double usual) {
        this.target = target;
        this.usual = usual;
    }

    void sample(List<DemoScenario.Seen> instances) {
        for (var seen : instances) {
            if (seen.serves() && seen.utilization().isPresent()) {
                requests += seen.requestsPerSecond();
                used += seen.utilization().getAsDouble();
            }
        }
        samples++;
    }

    /** The load in requests per second that so many instances carry. */
    double of(double instances) {
        boolean known = samples >= LEAST_SAMPLES && used > 0 && requests > 0;
        double each = known ? target * requests / used : usual;
        return Math.rint(instances * Math.clamp(each, LEAST * usual, MOST * usual));
    }
}
