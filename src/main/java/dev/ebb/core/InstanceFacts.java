package dev.ebb.core;

import java.util.Optional;

/**
 * What is known of one instance at one moment. A reading that is missing stays missing: nothing is
 * filled in, and no zero is made up. Each reading knows when it was taken.
 */
public record InstanceFacts(
        InstanceId id,
        Liveness liveness,
        Health health,
        Optional<ProcessReading> process,
        Optional<TrafficReading> traffic,
        Allowance allowance) {}
