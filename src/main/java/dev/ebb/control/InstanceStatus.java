package dev.ebb.control;

import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Mark;
import java.util.Optional;
import java.util.Set;

/**
 * One instance, for people and programs to look at. Immutable.
 *
 * @param sinceNanos how long it has been in its lifecycle state
 * @param address host and port
 * @param cpu utilization, 0 to 1 and above, over the scale-out window; empty when unknown
 * @param dataAgeNanos age of its oldest reading; {@code Long.MAX_VALUE} when one is missing
 * @param failureShare of its finished requests, 0 to 1
 */
public record InstanceStatus(
        InstanceId id,
        Lifecycle lifecycle,
        Health health,
        Set<Mark> marks,
        long sinceNanos,
        String address,
        Optional<Double> cpu,
        Optional<Double> memory,
        Optional<Double> concurrency,
        long dataAgeNanos,
        int inFlight,
        double requestsPerSecond,
        double failureShare,
        double latencyMeanMillis) {
    public InstanceStatus {
        marks = Set.copyOf(marks);
    }
}
