package dev.ebb.balance;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * How long a retry waits. Not at all while there is an instance that was not tried yet: that one is
 * no worse for the failure. When all were tried, the first retry does not wait either (a pooled
 * connection may have met the instance's close, and a new one will do); each further one waits a
 * random part of a time that doubles ("full jitter", so that clients which failed together do not
 * come back together). And at least what the instance asked for in Retry-After. An instance that
 * asks for more than {@code longestAfter} is not tried again: its answer goes to the client.
 *
 * @param base upper bound of the first wait, before the second retry; zero for no waits
 * @param longest upper bound that doubling reaches
 * @param longestAfter the longest Retry-After that is waited for
 */
public record RetryPause(Duration base, Duration longest, Duration longestAfter) {
    public static final RetryPause DEFAULT =
            new RetryPause(Duration.ofMillis(25), Duration.ofMillis(250), Duration.ofSeconds(1));

    public RetryPause {
        if (base.isNegative() || longest.compareTo(base) < 0 || longestAfter.isNegative()) {
            throw new IllegalArgumentException(
                    "no pauses: %s, %s, %s".formatted(base, longest, longestAfter));
        }
    }

    /**
     * The wait before the next try, in nanoseconds; empty to give up.
     *
     * @param othersLeft there is an instance in rotation that was not tried
     * @param retries how many retries there were before, from 0
     * @param afterNanos what the failed answer's Retry-After says; 0 for nothing
     */
    public OptionalLong before(
            boolean othersLeft, int retries, long afterNanos, RandomGenerator random) {
        if (othersLeft) {
            return OptionalLong.of(0);
        }
        if (afterNanos > longestAfter.toNanos()) {
            return OptionalLong.empty();
        }
        if (retries == 0) {
            return OptionalLong.of(afterNanos);
        }
        long bound = Backoff.doubled(base.toNanos(), longest.toNanos(), retries);
        return OptionalLong.of(afterNanos + Backoff.spread(bound, random));
    }
}
