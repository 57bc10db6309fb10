package dev.ebb.core;

/**
 * A service's load at one moment, over the scale-out window, summed over its instances.
 *
 * @param atNanos monotonic time
 * @param requestsPerSecond finished, however they ended
 * @param failuresPerSecond of those, the ones that failed
 * @param cpuCores CPU in use
 * @param inFlight mean requests in flight
 */
public record LoadPoint(
        long atNanos,
        double requestsPerSecond,
        double failuresPerSecond,
        double cpuCores,
        double inFlight) {

    /** Of the finished requests, 0 to 1. */
    double failureShare() {
        return requestsPerSecond > 0 ? failuresPerSecond / requestsPerSecond : 0;
    }

    double successesPerSecond() {
        return requestsPerSecond - failuresPerSecond;
    }
}
