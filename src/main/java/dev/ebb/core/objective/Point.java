package dev.ebb.core.objective;

/**
 * How long requests took at a utilization.
 *
 * @param used utilization, 0 to 1 and above
 * @param nanos the goal's quantile there
 * @param slowShare share of the requests that took longer than the goal wants
 */
public record Point(double used, double nanos, double slowShare) {}
