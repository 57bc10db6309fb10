package dev.ebb.control;

import dev.ebb.core.Now;
import dev.ebb.core.PerHour;
import java.util.ArrayList;
import java.util.List;

/**
 * What Ebb parked by itself within the last hour, across a restart: the state counts on the
 * monotonic clock, whose origin each life has anew, and the journal on the wall's. Pure.
 */
final class KeptParks {
    private static final long HOUR_MILLIS = 3_600_000;

    private KeptParks() {}

    /** As the journal keeps them. */
    static List<Long> toWall(List<Long> monotonicNanos, Now now) {
        return monotonicNanos.stream()
                .map(at -> now.wallMillis() - now.nanosSince(at) / 1_000_000)
                .toList();
    }

    /** As this life counts them. One from the future, after a jump of the wall's clock, is now. */
    static List<Long> toMonotonic(List<Long> wallMillis, Now now) {
        return wallMillis.stream()
                .map(at -> Math.max(0, now.wallMillis() - at))
                .filter(age -> age < HOUR_MILLIS)
                .map(age -> now.monotonicNanos() - age * 1_000_000)
                .sorted()
                .toList();
    }

    /** With one more, and without what is older than an hour by then. */
    static List<Long> plus(List<Long> wallMillis, long at) {
        var next = new ArrayList<Long>();
        wallMillis.stream().filter(earlier -> at - earlier < HOUR_MILLIS).forEach(next::add);
        next.add(at);
        return next.subList(Math.max(0, next.size() - PerHour.MOST), next.size());
    }
}
