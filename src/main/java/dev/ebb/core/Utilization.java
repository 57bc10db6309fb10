package dev.ebb.core;

import java.util.OptionalDouble;

/**
 * One instance's figures over a window: used / allowed per resource. Empty means unknown, never 0.
 *
 * @param cpu of the CPU allowed, 0 to 1 and above
 * @param memory of the memory allowed
 * @param concurrency of the declared or learned requests in flight
 * @param concurrencyDeclared whether somebody said how many it bears; learned figures bind nothing
 * @param inFlight mean requests in flight
 * @param requestsPerSecond finished
 * @param failureShare of the finished, 0 to 1
 * @param latencyMeanNanos of the finished; 0 when none finished
 */
public record Utilization(
        OptionalDouble cpu,
        OptionalDouble memory,
        OptionalDouble concurrency,
        boolean concurrencyDeclared,
        double inFlight,
        double requestsPerSecond,
        double failureShare,
        double latencyMeanNanos) {

    /** Of the resource that is used most among those that requests drive; 1 when unknown. */
    public double binding() {
        double declared = concurrencyDeclared ? concurrency.orElse(1) : 0;
        return Math.max(cpu.orElse(1), declared);
    }
}
