package dev.ebb.core;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A known event: while one of its windows is open, there are at least or at most so many instances.
 * Immutable; what it says of a moment depends on that moment and the rules of its zone alone.
 *
 * @param name by which reasons call it
 * @param starts when its windows open, on the wall clock of the zone
 * @param length of each window, in elapsed time: a change of the clocks within makes it neither
 *     longer nor shorter
 * @param min fewest instances meanwhile
 * @param max most instances meanwhile
 */
public record Schedule(
        String name,
        Starts starts,
        Duration length,
        ZoneId zone,
        OptionalInt min,
        OptionalInt max) {

    /** Beyond this no next window is looked for: the 29th of February may be eight years away. */
    public static final Duration FAR = Duration.ofDays(3000);

    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT);

    public Schedule {
        if (min.isEmpty() && max.isEmpty()) {
            throw new IllegalArgumentException(name + " bounds nothing");
        }
    }

    /**
     * One occurrence, in milliseconds since the epoch.
     *
     * @param untilMillis from when on it is over
     */
    public record Window(long fromMillis, long untilMillis) {}

    /** The window that is open; of several, the one that closes last. */
    public Optional<Window> open(long wallMillis) {
        var from = starts.last(wallMillis, length.minusMillis(1), zone);
        return from.isPresent() ? Optional.of(window(from.getAsLong())) : Optional.empty();
    }

    /** The next window to open after this moment, if that is no further away than this. */
    public Optional<Window> next(long wallMillis, Duration within) {
        var from = starts.next(wallMillis, within, zone);
        return from.isPresent() ? Optional.of(window(from.getAsLong())) : Optional.empty();
    }

    private Window window(long fromMillis) {
        return new Window(fromMillis, fromMillis + length.toMillis());
    }

    /** A moment in its own zone, for people. */
    public String text(long wallMillis) {
        return MOMENT.format(Instant.ofEpochMilli(wallMillis).atZone(zone)) + " " + zone.getId();
    }
}
