package dev.ebb.core;

import java.util.Optional;

/**
 * Readings of a service as a whole, not of one instance. What is missing stays missing.
 *
 * @param queue of the requests that wait for an instance; empty where no data plane has a queue
 * @param arrivals what has come to the service; empty where that is not known
 */
public record WholeReadings(Optional<QueueReading> queue, Optional<Arrivals> arrivals) {
    public static final WholeReadings NONE = new WholeReadings(Optional.empty());

    /** Where it is not known what has come. */
    public WholeReadings(Optional<QueueReading> queue) {
        this(queue, Optional.empty());
    }
}
