package dev.ebb.balance;

import java.time.Duration;

/**
 * Where requests wait while all instances are at their limits. See {@link AdmissionQueue}.
 *
 * @param size requests that wait at most, over all event loops; 0 refuses them at once
 * @param longest wait in a burst; then 503
 * @param overloaded wait once the queue has not been empty for as long as {@code longest}
 * @param starting longest wait for the first instance of a service that has none; then 503
 */
public record QueuePolicy(int size, Duration longest, Duration overloaded, Duration starting) {
    /** As long as a start may take by default. */
    public static final Duration STARTING = Duration.ofSeconds(60);

    public static final QueuePolicy DEFAULT =
            new QueuePolicy(256, Duration.ofSeconds(1), Duration.ofMillis(50));

    public QueuePolicy {
        if (size < 0) {
            throw new IllegalArgumentException("size must not be negative: " + size);
        }
        if (overloaded.isNegative() || overloaded.isZero() || overloaded.compareTo(longest) > 0) {
            throw new IllegalArgumentException(
                    "no waits: %s, overloaded %s".formatted(longest, overloaded));
        }
    }

    /** With the usual wait for a first instance. */
    public QueuePolicy(int size, Duration longest, Duration overloaded) {
        this(size, longest, overloaded, STARTING);
    }
}
