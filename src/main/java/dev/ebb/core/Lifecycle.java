package dev.ebb.core;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Where an instance is in its life. This is the only transition table in the program; every other
 * part asks it.
 *
 * <pre>
 * STARTING -> WARMING -> SERVING -> PARKING -> PARKED -> DRAINING -> STOPPING -> GONE
 *                           ^__________|_________|__________|   (rescue)
 * </pre>
 *
 * Any living state may become FAILED; FAILED is stopped or is GONE.
 */
public enum Lifecycle {
    /** Spawned, not yet ready. */
    STARTING,
    /** Ready, receiving a growing share of the traffic. */
    WARMING,
    /** In rotation. */
    SERVING,
    /** No new picks; not every data plane has acknowledged that yet. */
    PARKING,
    /** The trial: alive and warm, receives nothing new, its checks go on. */
    PARKED,
    /** The trial is won: what is still open is asked to move, until nothing is in flight. */
    DRAINING,
    /** The point of no return: asked to end. */
    STOPPING,
    /** Ended. */
    GONE,
    /** Exited unasked, never became ready, or does not answer any more. */
    FAILED;

    private static final Map<Lifecycle, Set<Lifecycle>> NEXT = new EnumMap<>(Lifecycle.class);

    static {
        NEXT.put(STARTING, EnumSet.of(WARMING, SERVING, PARKING, FAILED, STOPPING));
        NEXT.put(WARMING, EnumSet.of(SERVING, PARKING, FAILED, STOPPING));
        NEXT.put(SERVING, EnumSet.of(PARKING, FAILED, STOPPING));
        NEXT.put(PARKING, EnumSet.of(PARKED, SERVING, FAILED, STOPPING));
        NEXT.put(PARKED, EnumSet.of(DRAINING, SERVING, FAILED, STOPPING));
        NEXT.put(DRAINING, EnumSet.of(STOPPING, SERVING, FAILED));
        NEXT.put(STOPPING, EnumSet.of(GONE));
        NEXT.put(FAILED, EnumSet.of(STOPPING, GONE));
        NEXT.put(GONE, EnumSet.noneOf(Lifecycle.class));
    }

    /** Whether the table allows this step. */
    public boolean mayBecome(Lifecycle next) {
        return NEXT.getOrDefault(this, Set.of()).contains(next);
    }

    /** Whether the balancer may pick it (if healthy). */
    public boolean inRotation() {
        return this == WARMING || this == SERVING;
    }

    /** Whether it is on its way out and can still be taken back. */
    public boolean canBeRescued() {
        return this == PARKING || this == PARKED || this == DRAINING;
    }

    /** Whether it still exists, or may: everything but GONE. */
    public boolean isPresent() {
        return this != GONE;
    }
}
