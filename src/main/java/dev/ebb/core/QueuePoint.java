package dev.ebb.core;

/**
 * A service's queue at one moment (monotonic nanoseconds), and who worked on it.
 *
 * @param carrying healthy instances in rotation
 * @param inFlight requests that these work on, long-lived streams left out: no limit counts them
 * @param waiting requests that wait for room
 * @param shedTotal requests refused for want of room, cumulative
 */
public record QueuePoint(long atNanos, int carrying, long inFlight, int waiting, long shedTotal) {}
