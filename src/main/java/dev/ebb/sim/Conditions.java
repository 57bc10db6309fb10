package dev.ebb.sim;

import dev.ebb.core.InstanceId;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is wrong in the world at the moment: a switchboard that faults set and the simulated ports
 * read. Every condition ends by itself. Mutable, single-threaded; times are world time.
 */
final class Conditions {
    /** Kinds of trouble that concern everyone. */
    enum Trouble {
        /** The disk under the journal is full. */
        DISK_FULL,
        /** Spawning fails at once. */
        START_FAILS,
        /** No port or token can be found for a new instance. */
        PLAN_FAILS,
        /** New processes exit within seconds. */
        CRASH_LOOP,
        /** New processes take several times as long to be ready. */
        SLOW_BOOT,
        /** The platform cannot say what runs. */
        UNCLEAR,
        /** Exits are noticed late. */
        LATE_EXITS,
        /** Snapshots reach the event loops late and out of order. */
        SLOW_PUBLISH,
        /** Reports are some seconds old. */
        LATE_REPORTS,
        /** The same old report again and again. */
        STUCK_REPORTS,
        /** No readings at all. */
        NO_METRICS,
        /** The monitoring system does not answer. */
        NO_ANSWERS,
        /** Somebody writes to all objects, again and again. */
        TOUCHED,
        /** The host's CPU is full. */
        HOST_BUSY
    }

    /** How an instance's own readings are wrong. */
    enum Lie {
        MISSING,
        STALE,
        ZERO,
        CONSTANT,
        GARBAGE
    }

    private record Lying(Lie how, long untilNanos) {}

    private final SimClock clock;
    private final Map<Trouble, Long> until = new EnumMap<>(Trouble.class);
    private final Map<InstanceId, Lying> lying = new HashMap<>();
    private final Map<Integer, Long> stalledLoops = new HashMap<>();

    Conditions(SimClock clock) {
        this.clock = clock;
    }

    void set(Trouble trouble, double seconds) {
        until.merge(trouble, end(seconds), Math::max);
    }

    boolean is(Trouble trouble) {
        return clock.nanos() < until.getOrDefault(trouble, Long.MIN_VALUE);
    }

    void lie(InstanceId id, Lie how, double seconds) {
        lying.put(id, new Lying(how, end(seconds)));
    }

    /** How this instance's readings are wrong now; empty when they are right. */
    Optional<Lie> lieOf(InstanceId id) {
        Lying now = lying.get(id);
        return now != null && clock.nanos() < now.untilNanos()
                ? Optional.of(now.how())
                : Optional.empty();
    }

    void stallLoop(int loop, double seconds) {
        stalledLoops.merge(loop, end(seconds), Math::max);
    }

    /** World time until which an event loop takes no new snapshot. */
    long stalledUntil(int loop) {
        return stalledLoops.getOrDefault(loop, Long.MIN_VALUE);
    }

    private long end(double seconds) {
        return clock.nanos() + (long) (seconds * SimClock.SECOND);
    }
}
