package dev.ebb.sim.balancer;

/**
 * What came out of one run, from {@link Scenario#FAULT_SECONDS} on to the end.
 *
 * @param errorShare of the clients' requests, 0 to 1
 * @param retryShare tries beyond the first, per request
 * @param hedgeShare second tries beside a slow first one, per request
 * @param imbalance largest busy time of an instance over the mean, each by its strength
 * @param oddShare share of the tries that hit the failing or joining instances while they were so,
 *     over a fair share; 1 is fair. NaN where there are none
 * @param ejections how often an instance was taken out, by all loops
 */
record Result(
        double meanMillis,
        double p50Millis,
        double p99Millis,
        double p999Millis,
        double errorShare,
        double retryShare,
        double hedgeShare,
        double imbalance,
        double oddShare,
        int ejections,
        long requests) {}
