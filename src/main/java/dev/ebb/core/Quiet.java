package dev.ebb.core;

/**
 * Since when nothing has come to a service and nothing was in flight.
 *
 * @param requestsTotal as counted then; see {@link Arrivals}
 * @param sinceNanos monotonic time of the last tick that saw anything
 */
public record Quiet(long requestsTotal, long sinceNanos) {}
