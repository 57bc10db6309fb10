package dev.ebb.core.objective;

import dev.ebb.core.LatencyCounts;

/**
 * What was seen of a service in one stretch of time. Immutable.
 *
 * @param seconds its length
 * @param used mean utilization of the instances that carried the load, 0 to 1 and above
 * @param latencies of the requests that were answered in it
 * @param requests that ended in it, the refused ones included
 * @param unanswered of those, the failed and the refused ones
 * @param telling whether it says something of warm instances: not where many have only just come
 */
public record Sight(
        double seconds,
        double used,
        LatencyCounts latencies,
        double requests,
        double unanswered,
        boolean telling) {}
