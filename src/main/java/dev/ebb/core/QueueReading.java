package dev.ebb.core;

/**
 * What the data planes said of the requests that found every instance of a service at its limit.
 *
 * @param waiting requests that wait for room at this moment; they are in flight at no instance
 * @param shedTotal requests refused for want of room; cumulative, and begins anew with each life of
 *     the data plane
 */
public record QueueReading(int waiting, long shedTotal) {}
