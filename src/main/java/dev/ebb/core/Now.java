package dev.ebb.core;

import java.time.Duration;

/**
 * One moment, on two clocks. Durations are measured on the monotonic clock only; the wall clock is
 * for people and for records that outlive the process, and may jump. Immutable.
 *
 * @param monotonicNanos nanoseconds since an arbitrary origin, never going back
 * @param wallMillis milliseconds since the epoch, UTC
 */
public record Now(long monotonicNanos, long wallMillis) {

    /** Nanoseconds from {@code earlierNanos} (monotonic) to this moment. */
    public long nanosSince(long earlierNanos) {
        return monotonicNanos - earlierNanos;
    }

    /** Whether at least {@code duration} has passed since {@code earlierNanos} (monotonic). */
    public boolean isPast(long earlierNanos, Duration duration) {
        return nanosSince(earlierNanos) >= duration.toNanos();
    }
}
