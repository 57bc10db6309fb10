package dev.ebb.core;

import java.util.OptionalDouble;

/**
 * How an instance's CPU utilization follows from the requests that it answers: a line through what
 * was seen of all instances, by least squares, from sums that fade with a half-life of an hour. One
 * reading counts for three spreads at most, so that a garbage collection is not taken for a rule
 * (Huber, "Robust Estimation of a Location Parameter", 1964, applied to the residuals). Where the
 * load hardly varies, there is no line to be found: then it goes through the origin, which promises
 * an instance less than it can do, never more. Immutable, five sums and a spread.
 *
 * @param atNanos monotonic time of the newest reading
 * @param weight of all readings together, in readings
 * @param rates sum of the rates, requests a second
 * @param used sum of the utilizations, 0 to 1 each
 * @param squares sum of the rates' squares
 * @param products sum of rate x utilization
 * @param variance of the utilization around the line
 */
public record RateLine(
        long atNanos,
        double weight,
        double rates,
        double used,
        double squares,
        double products,
        double variance) {
    static final RateLine NONE = new RateLine(0, 0, 0, 0, 0, 0, 0);

    private static final double HALF_LIFE_NANOS = 3_600e9;
    private static final double CLIP = 3;

    /** A spread that any utilization has. */
    private static final double LEAST_SPREAD = 0.02;

    /** Readings before the line is believed. */
    private static final double ENOUGH = 60;

    /** Spread of the rates, over their mean, from which on a slope can be told from a level. */
    private static final double VARIES = 0.15;

    /** Utilization, of one instance, below which nothing is learned: it is what rest costs. */
    private static final double LEAST_USED = 0.02;

    /** With the time that has passed; the clock may have begun anew with the machine. */
    RateLine faded(long nowNanos) {
        long passed = weight == 0 ? 0 : Math.max(0, nowNanos - atNanos);
        double by = Math.pow(0.5, passed / HALF_LIFE_NANOS);
        return new RateLine(
                nowNanos,
                weight * by,
                rates * by,
                used * by,
                squares * by,
                products * by,
                variance);
    }

    /** With what one instance was seen to use for its requests. */
    RateLine plus(double rate, double cpu) {
        double taken = cpu;
        double next = variance;
        if (weight >= ENOUGH) {
            double spread = Math.max(LEAST_SPREAD, Math.sqrt(variance));
            double strays = Math.clamp(cpu - at(rate), -CLIP * spread, CLIP * spread);
            taken = at(rate) + strays;
            next = variance + (strays * strays - variance) / Math.min(weight, 1_000);
        }
        return new RateLine(
                atNanos,
                weight + 1,
                rates + rate,
                used + taken,
                squares + rate * rate,
                products + rate * taken,
                next);
    }

    private double meanRate() {
        return rates / weight;
    }

    private boolean varies() {
        double mean = meanRate();
        return squares / weight - mean * mean > VARIES * VARIES * mean * mean && steepness() > 0;
    }

    private double steepness() {
        double mean = meanRate();
        return (products / weight - mean * used / weight) / (squares / weight - mean * mean);
    }

    /** Utilization that one more request a second takes. */
    private double slope() {
        return varies() && level() > 0 ? steepness() : products / squares;
    }

    /** Utilization at rest, by the line. */
    private double level() {
        return used / weight - steepness() * meanRate();
    }

    private double at(double rate) {
        double rest = varies() ? Math.max(0, level()) : 0;
        return rest + slope() * rate;
    }

    /** Requests a second at which an instance is used as wanted; empty before enough was seen. */
    OptionalDouble rateAt(double utilization) {
        if (weight < ENOUGH || squares <= 0 || used / weight < LEAST_USED) {
            return OptionalDouble.empty();
        }
        double rest = varies() ? Math.max(0, level()) : 0;
        double rate = (utilization - rest) / slope();
        return rate > 0 && Double.isFinite(rate) ? OptionalDouble.of(rate) : OptionalDouble.empty();
    }
}
