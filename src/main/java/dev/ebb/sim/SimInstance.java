package dev.ebb.sim;

import dev.ebb.control.LaunchIntent;
import dev.ebb.core.InstanceId;
import java.util.OptionalInt;

/**
 * One process in the world, as it really is. Ebb sees of it only what the simulated ports tell.
 * Times are world time in nanoseconds. Mutable, single-threaded.
 */
final class SimInstance {
    /** Where a process is in its life. */
    enum Phase {
        BOOTING,
        UP,
        /** Asked to end: finishes what it has, takes nothing new. */
        ENDING,
        ENDED
    }

    LaunchIntent intent;
    final String identity;
    final ServiceModel model;
    final long spawnedAt;

    Phase phase = Phase.BOOTING;
    long upAt = Long.MAX_VALUE;
    long endedAt = Long.MAX_VALUE;
    OptionalInt exitCode = OptionalInt.empty();

    /** Ebb asked it to end; it was alive then. */
    boolean stopAsked;

    /** Does not answer, and uses no CPU. */
    long hungUntil = Long.MIN_VALUE;

    /** Share of its responses that are failures, while it lasts. */
    double failingShare;

    long failingUntil = Long.MIN_VALUE;

    /** How many times slower it is than it should be, while it lasts. */
    double slowFactor = 1;

    long slowUntil = Long.MIN_VALUE;

    double cpuSeconds;
    private double capacityCarry;

    SimInstance(LaunchIntent intent, String identity, ServiceModel model, long spawnedAt) {
        this.intent = intent;
        this.identity = identity;
        this.model = model;
        this.spawnedAt = spawnedAt;
    }

    InstanceId id() {
        return intent.id();
    }

    boolean isAlive() {
        return phase != Phase.ENDED;
    }

    boolean isHung(long now) {
        return now < hungUntil;
    }

    /** Whether a new connection is taken and answered at this moment. */
    boolean answers(long now) {
        return phase == Phase.UP && !isHung(now);
    }

    /** Whether a connect succeeds (a hung process's kernel still accepts). */
    boolean connects() {
        return phase == Phase.UP;
    }

    boolean fails(long now) {
        return now < failingUntil && failingShare > 0;
    }

    double slowness(long now) {
        return now < slowUntil ? slowFactor : 1;
    }

    /** Speed relative to a warm instance, 0 to 1. */
    double speed(long now) {
        if (model.warmSeconds() <= 0) {
            return 1;
        }
        double warm = (now - upAt) / 1e9 / model.warmSeconds();
        return Math.clamp(0.4 + 0.6 * warm, 0.4, 1);
    }

    /** How many requests it can finish within a span of time, whole ones; the rest is carried. */
    int budget(long now, double seconds) {
        double exact = capacityCarry + model.capacity() * seconds * speed(now) / slowness(now);
        int whole = (int) Math.min(exact, 1_000_000);
        capacityCarry = Math.min(exact - whole, 1);
        return whole;
    }

    /** Accounts the CPU that finished requests took. */
    void used(int requests) {
        cpuSeconds += requests * model.cpuSeconds();
    }

    void idle(double seconds) {
        cpuSeconds += seconds * model.cores() * 0.004;
    }

    long memory(int inFlight) {
        return ServiceModel.MEMORY_IDLE + inFlight * ServiceModel.MEMORY_PER_REQUEST;
    }
}
