package dev.ebb.core;

import java.util.Optional;

/**
 * Readings of a service as a whole, not of one instance. What is missing stays missing.
 *
 * @param queue of the requests that wait for an instance; empty where no data plane has a queue
 */
public record WholeReadings(Optional<QueueReading> queue) {
    public static final WholeReadings NONE = new WholeReadings(Optional.empty());
}
