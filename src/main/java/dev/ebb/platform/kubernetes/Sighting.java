package dev.ebb.platform.kubernetes;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whether something can be seen, with some patience: a watch is renewed every few minutes, and what
 * was seen a moment ago is as good as it was. Only what was seen once has this; in nanoseconds of
 * the clock that is given. Thread-safe.
 */
final class Sighting {
    /** So long what was seen last is gone by. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private final LongSupplier nanoTime;

    /** After it has come back, news of what happened meanwhile may take so long. */
    static final Duration SETTLING = Duration.ofSeconds(2);

    private record Seen(boolean ever, long atNanos, Optional<Long> missedNanos) {}

    private volatile Seen last;

    private Sighting(LongSupplier nanoTime, boolean ever) {
        this.nanoTime = nanoTime;
        this.last = new Seen(ever, nanoTime.getAsLong(), Optional.empty());
    }

    /** Of something that is taken to be seen now. */
    static Sighting begun(LongSupplier nanoTime) {
        return new Sighting(nanoTime, true);
    }

    /** Of something that nobody has seen yet. */
    static Sighting none(LongSupplier nanoTime) {
        return new Sighting(nanoTime, false);
    }

    /** Takes in whether it is seen at this moment. Returns this. */
    Sighting look(boolean isSeen) {
        long now = nanoTime.getAsLong();
        Seen before = last;
        last =
                isSeen
                        ? new Seen(true, now, before.missedNanos())
                        : new Seen(before.ever(), before.atNanos(), Optional.of(now));
        return this;
    }

    /** Whether what is known of it is as new as it can be: it is seen, and has been for a time. */
    boolean isSteady() {
        Seen seen = last;
        return seen.ever()
                && seen.missedNanos()
                        .filter(at -> nanoTime.getAsLong() - at < SETTLING.toNanos())
                        .isEmpty();
    }

    /** For how long it has not been seen, once that is too long, or if it never was. */
    Optional<Duration> lost() {
        Seen seen = last;
        Duration since = Duration.ofNanos(nanoTime.getAsLong() - seen.atNanos());
        return seen.ever() && since.compareTo(PATIENCE) <= 0
                ? Optional.empty()
                : Optional.of(since);
    }
}
