package dev.ebb.core;

import java.util.List;
import java.util.Optional;

/**
 * Readings of a service as a whole, not of one instance. What is missing stays missing.
 *
 * @param queue of the requests that wait for an instance; empty where no data plane has a queue
 * @param arrivals what has come to the service; empty where that is not known
 * @param queries answers of a monitoring system, those that there have been
 */
public record WholeReadings(
        Optional<QueueReading> queue, Optional<Arrivals> arrivals, List<QueryReading> queries) {
    public static final WholeReadings NONE = new WholeReadings(Optional.empty());

    public WholeReadings {
        queries = List.copyOf(queries);
    }

    /** Where no monitoring system is asked. */
    public WholeReadings(Optional<QueueReading> queue, Optional<Arrivals> arrivals) {
        this(queue, arrivals, List.of());
    }

    /** Where it is not known what has come. */
    public WholeReadings(Optional<QueueReading> queue) {
        this(queue, Optional.empty());
    }
}
