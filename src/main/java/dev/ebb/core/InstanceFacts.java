package dev.ebb.core;

import java.util.Optional;

/**
 * What is known of one instance at one moment. A reading that is missing stays missing: nothing is
 * filled in, and no zero is made up. Each reading knows when it was taken.
 *
 * @param outdated why it is not as a new instance would be; empty when it is, or nobody knows
 * @param zone what it fails with, and others in it; empty where nobody knows
 */
public record InstanceFacts(
        InstanceId id,
        Liveness liveness,
        Health health,
        Optional<ProcessReading> process,
        Optional<TrafficReading> traffic,
        Allowance allowance,
        Optional<Reason> outdated,
        Optional<String> zone) {

    /** One of which nobody knows where it is. */
    public InstanceFacts(
            InstanceId id,
            Liveness liveness,
            Health health,
            Optional<ProcessReading> process,
            Optional<TrafficReading> traffic,
            Allowance allowance,
            Optional<Reason> outdated) {
        this(id, liveness, health, process, traffic, allowance, outdated, Optional.empty());
    }

    /** One that is as a new one would be, as far as anybody knows. */
    public InstanceFacts(
            InstanceId id,
            Liveness liveness,
            Health health,
            Optional<ProcessReading> process,
            Optional<TrafficReading> traffic,
            Allowance allowance) {
        this(id, liveness, health, process, traffic, allowance, Optional.empty());
    }
}
