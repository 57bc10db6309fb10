package dev.ebb.platform.kubernetes;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.PerHour;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When Ebb parked pods of one workload within the last hour, so that {@code scaleIn.perHour} binds
 * the next leader, too: it stands in the status. Times are in milliseconds since the epoch. Control
 * thread only.
 */
final class HourOfParks {
    private static final long HOUR_MILLIS = 3_600_000;

    private final boolean limited;
    private List<Long> times = new ArrayList<>();

    /**
     * @param limited whether anything is to be kept
     * @param before of an earlier controller
     */
    HourOfParks(boolean limited, List<Long> before) {
        this.limited = limited;
        if (limited) {
            times.addAll(before);
        }
    }

    /** What the journal would keep. */
    void hear(JournalEntry entry) {
        if (limited
                && entry instanceof JournalEntry.Moved moved
                && moved.to() == Lifecycle.PARKING
                && !moved.byOperator()) {
            times.add(moved.wallMillis());
            forget(moved.wallMillis());
        }
    }

    private void forget(long wallMillis) {
        var kept =
                new ArrayList<>(times.stream().filter(t -> wallMillis - t < HOUR_MILLIS).toList());
        times = kept.subList(Math.max(0, kept.size() - PerHour.MOST), kept.size());
    }

    List<Long> times() {
        return List.copyOf(times);
    }

    /** For the status; empty where nothing is kept. */
    List<String> words(long wallMillis) {
        forget(wallMillis);
        return times.stream().map(t -> Instant.ofEpochMilli(t).toString()).toList();
    }

    /** As a status says them; what cannot be read is left out. */
    static List<Long> read(List<String> words) {
        return words.stream().flatMap(word -> instant(word).stream()).toList();
    }

    private static Optional<Long> instant(String word) {
        try {
            return Optional.of(Instant.parse(word).toEpochMilli());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
