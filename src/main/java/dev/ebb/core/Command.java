package dev.ebb.core;

import java.util.Optional;

/** What a decision wants done. Checked again against fresh facts before it is carried out. */
public sealed interface Command {

    /** The instance that it is about. */
    InstanceId id();

    /** A new instance; {@code replaces} names the one that it stands in for. */
    record Start(InstanceId id, Optional<InstanceId> replaces) implements Command {}

    /** Out of rotation; can be taken back. */
    record Park(InstanceId id) implements Command {}

    /** Back into rotation. */
    record Rescue(InstanceId id) implements Command {}

    /** The trial is won: open streams are asked to move. */
    record Drain(InstanceId id) implements Command {}

    /**
     * The end. {@code cut} says that requests in flight are given up, as the operator's policy for
     * drain deadlines allows.
     */
    record Stop(InstanceId id, boolean cut) implements Command {}
}
