package dev.ebb.sim;

import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What the checker knows of one instance: what was published about it, what control was told of it
 * and what was ordered. Kept apart from what control makes of the same. World time, nanoseconds;
 * mutable, single-threaded.
 */
final class Trail {
    static final long NEVER = Long.MIN_VALUE;
    private static final int SAMPLES_KEPT = 64;

    /** One reading that control was given: when it was measured, and what it said. */
    record Sample(long atNanos, double value) {}

    final InstanceId id;

    /** In rotation in the newest snapshot of this life. */
    boolean active;

    /** In rotation at any time of any life. */
    boolean everActive;

    /** Since when it is out of rotation in this life; {@link #NEVER} while it is in. */
    long outSince = NEVER;

    /** The snapshot that took it out of rotation, in this life. */
    long outGeneration;

    /** The last time that it was out and then in rotation again. */
    long backAt = NEVER;

    Health health = Health.UNKNOWN;
    long healthSince;

    /** The last time it was said to be ejected, once that is over. */
    long ejectedSince = NEVER;

    long ejectedEnd = NEVER;

    /** Said to be well at any time of this life. */
    boolean wellInLife;

    /** What control called it last, but for FAILED, was STARTING. */
    boolean calledStarting;

    long startedAt;
    long processAt = NEVER;
    long trafficAt = NEVER;
    int reportedInFlight;
    boolean stopAsked;

    /** Control called it FAILED, and by what it knew then, it was right. */
    boolean rightlyFailed;

    boolean calledFailed;

    /** It was in rotation until then, so that it is missed. */
    boolean failedInRotation;

    /** Stopped because it had been given up, and not alive. */
    boolean gaveUp;

    /** A person named it in an order; what follows is not automatic. */
    boolean ordered;

    /** A person approved its removal; what follows is automatic all the same. */
    boolean approved;

    boolean protectedByOrder;
    final Deque<Sample> cpu = new ArrayDeque<>();
    final Deque<Sample> inFlight = new ArrayDeque<>();

    Trail(InstanceId id, long now) {
        this.id = id;
        startedAt = now;
        healthSince = now;
    }

    void newLife(long now) {
        active = false;
        outSince = NEVER;
        outGeneration = 0;
        health = Health.UNKNOWN;
        healthSince = now;
        wellInLife = false;
        calledStarting = false;
        processAt = NEVER;
        trafficAt = NEVER;
        reportedInFlight = 0;
        cpu.clear();
        inFlight.clear();
    }

    static void keep(Deque<Sample> samples, Sample next) {
        if (!samples.isEmpty() && samples.getLast().atNanos() >= next.atNanos()) {
            return;
        }
        samples.addLast(next);
        if (samples.size() > SAMPLES_KEPT) {
            samples.removeFirst();
        }
    }
}
