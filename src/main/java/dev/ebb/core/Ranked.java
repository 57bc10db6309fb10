package dev.ebb.core;

/**
 * A candidate for removal, with what losing it would cost; the lowest cost goes first.
 *
 * @param utilization of its binding resource, 0 to 1 and above
 */
public record Ranked(InstanceId id, double utilization, double cost, Reason reason) {}
