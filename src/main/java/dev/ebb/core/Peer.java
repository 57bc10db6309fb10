package dev.ebb.core;

/**
 * Another service, as far as a decision may ask for it.
 *
 * @param instances that it has or is about to have: those that start or are in rotation, and those
 *     that are parked and may be taken back
 */
public record Peer(ServiceName service, int instances) {}
