package dev.ebb.core;

/**
 * What the operating system said of one instance, all its processes together.
 *
 * @param measuredAtNanos monotonic time of the measurement
 * @param cpuNanosTotal CPU time used since the instance started; only grows
 * @param memoryBytes resident memory at that time
 */
public record ProcessReading(long measuredAtNanos, long cpuNanosTotal, long memoryBytes) {}
