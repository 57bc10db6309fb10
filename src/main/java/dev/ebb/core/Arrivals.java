package dev.ebb.core;

/**
 * What has come to a service as a whole, whether an instance took it or not.
 *
 * @param requestsTotal cumulative; begins anew with each life of the data plane
 * @param waiting requests that wait for an instance because there is none
 */
public record Arrivals(long requestsTotal, int waiting) {}
