package dev.ebb.control;

import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import java.util.Optional;
import java.util.OptionalInt;

/** What an operator may ask for. Carried out on the control thread. */
public sealed interface Order {

    /**
     * Fix the number of instances, or give it back to the decider (empty).
     *
     * @param force even where it leaves less capacity than the load needs; on record
     */
    record Scale(ServiceName service, OptionalInt replicas, boolean force) implements Order {}

    /** Take an instance out of rotation, until it is rescued by hand. */
    record Park(InstanceId id, boolean force) implements Order {}

    /** Back into rotation. */
    record Rescue(InstanceId id) implements Order {}

    /** Start a replacement, and when it serves, park, drain and stop this one. */
    record Restart(InstanceId id) implements Order {}

    record Protect(InstanceId id, boolean on) implements Order {}

    /** Stop scaling (never failover or rescue), or let it go on; no service means all. */
    record Freeze(Optional<ServiceName> service, boolean on) implements Order {}

    /**
     * Carry out what was recommended.
     *
     * @param recommendation the {@link Recommendation#id} that was read; no other is carried out
     */
    record Approve(ServiceName service, String recommendation) implements Order {}

    /** The answer to an order. */
    sealed interface Answer {
        record Done(String text) implements Answer {}

        /** Refused; the text says why and what to do. */
        record Refused(String text) implements Answer {}
    }
}
