package dev.ebb.sim;

import dev.ebb.control.Clock;
import dev.ebb.core.Now;

/**
 * Virtual time. {@link #nanos()} is the world's own time, from 0, known to no one in it. What Ebb
 * sees is {@link #now()}: a monotonic clock whose origin changes with each life of Ebb (it is
 * arbitrary, and may make times negative), and a wall clock that may jump. Single-threaded.
 */
final class SimClock implements Clock {
    static final long SECOND = 1_000_000_000L;
    static final long EPOCH_MILLIS = 1_790_000_000_000L;

    private long nanos;
    private long originNanos;
    private long wallShiftMillis;

    /** World time, in nanoseconds since the run began. */
    long nanos() {
        return nanos;
    }

    double seconds() {
        return nanos / 1e9;
    }

    /** The world's time on Ebb's monotonic clock. */
    long monotonic(long worldNanos) {
        return worldNanos + originNanos;
    }

    /** Ebb's monotonic time as world time. */
    long world(long monotonicNanos) {
        return monotonicNanos - originNanos;
    }

    void moveTo(long worldNanos) {
        if (worldNanos < nanos) {
            throw new IllegalArgumentException("time does not go back: " + worldNanos);
        }
        nanos = worldNanos;
    }

    /** A new process has a monotonic clock with another origin. */
    void newOrigin(long origin) {
        originNanos = origin;
    }

    void jumpWall(long millis) {
        wallShiftMillis += millis;
    }

    @Override
    public Now now() {
        return new Now(monotonic(nanos), EPOCH_MILLIS + wallShiftMillis + nanos / 1_000_000);
    }
}
