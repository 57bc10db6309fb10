package dev.ebb.sim.lab;

/**
 * What a service is like in the lab. Without a {@link QueueModel} beside it, load is a fluid: in
 * each step it is spread evenly over the instances that are ready, and what exceeds their capacity
 * is lost. Immutable.
 *
 * @param step length of the model's step in seconds; policies are asked once a step
 * @param start seconds from the order to ready; billed, in whole steps, rounded up
 * @param drain seconds from the removal to gone; billed, in whole steps, rounded up
 * @param capacity load that one instance can carry, in the trace's unit
 * @param min fewest instances
 * @param max most instances
 * @param missAbove a request misses while the utilization is above this
 * @param signals how old what policies see is
 */
public record FleetModel(
        double step,
        double start,
        double drain,
        double capacity,
        int min,
        int max,
        double missAbove,
        SignalDelays signals) {

    /** Instances, at {@link #REFERENCE_TARGET}, for a trace's peak in the reference model. */
    public static final int REFERENCE_PEAK = 40;

    /** The utilization at which {@link #REFERENCE_PEAK} instances carry the peak. */
    public static final double REFERENCE_TARGET = 0.7;

    /** Most instances in the reference model. */
    public static final int REFERENCE_MAX = 100;

    public FleetModel {
        require(step > 0 && step <= 86_400, "the step must be in (0, 86400] seconds");
        require(start >= 0 && drain >= 0, "start and drain cannot be negative");
        require(start / step <= 1e6 && drain / step <= 1e6, "start and drain: too many steps");
        require(capacity > 0 && capacity < Double.POSITIVE_INFINITY, "capacity must be positive");
        require(min >= 0 && max >= min && max <= 100_000, "0 <= min <= max <= 100000");
        require(max >= 1, "max must be at least 1");
        require(missAbove > 0 && missAbove <= 1, "the miss threshold must be in (0, 1]");
    }

    private static void require(boolean good, String what) {
        if (!good) {
            throw new IllegalArgumentException(what);
        }
    }

    /**
     * The model by which figures can be compared with others': steps of 5 s, 30 s to start, 10 s to
     * drain, 1 to 100 instances, 40 of them at 70 % for the trace's peak.
     */
    public static FleetModel reference(Trace trace) {
        double peak = trace.peak() > 0 ? trace.peak() : 1;
        double capacity = peak / (REFERENCE_PEAK * REFERENCE_TARGET);
        return new FleetModel(5, 30, 10, capacity, 1, REFERENCE_MAX, 0.9, SignalDelays.REFERENCE);
    }

    /** How many instances carry this load without a miss, between {@link #min} and {@link #max}. */
    public int need(double load) {
        return clamp((int) Math.min(Math.ceil(load / (missAbove * capacity) - 1e-9), max));
    }

    /** Brought between {@link #min} and {@link #max}. */
    public int clamp(int instances) {
        return Math.clamp(instances, min, max);
    }

    /** Steps from the order of a start to ready. */
    public int startSteps() {
        return steps(start);
    }

    /** Steps for which an instance is billed after its removal. */
    public int drainSteps() {
        return steps(drain);
    }

    /** Whole steps that cover this many seconds. */
    public int steps(double seconds) {
        return (int) Math.ceil(seconds / step - 1e-9);
    }
}
