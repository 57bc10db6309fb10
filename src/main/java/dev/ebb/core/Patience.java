package dev.ebb.core;

import java.util.ArrayList;
import java.util.List;

/**
 * How much longer to wait before the next removal: after removals that had to be taken back, and
 * after as many as an hour may have.
 *
 * @param rescues in a row, up to a limit; one is forgotten for each calm time
 * @param lastNanos monotonic time at which that number last changed
 * @param rescuedNanos monotonic time of the last rescue
 * @param parks monotonic times of what Ebb parked by itself within the last hour, in order
 */
public record Patience(int rescues, long lastNanos, long rescuedNanos, List<Long> parks) {
    /** The stabilization window grows up to this many times. */
    public static final int FACTOR_MAX = 8;

    public static final Patience FRESH = new Patience(0, 0, 0, List.of());

    public Patience {
        parks = List.copyOf(parks);
    }

    public Patience afterRescue(Now now) {
        boolean sameMoment = rescues > 0 && now.monotonicNanos() == lastNanos;
        return sameMoment
                ? this
                : new Patience(
                        Math.min(3, rescues + 1),
                        now.monotonicNanos(),
                        now.monotonicNanos(),
                        parks);
    }

    /** Forgets one rescue for each time that passes without another. */
    public Patience decayed(Now now, long calmNanos) {
        return rescues > 0 && now.nanosSince(lastNanos) >= calmNanos
                ? new Patience(rescues - 1, now.monotonicNanos(), rescuedNanos, parks)
                : this;
    }

    /** With one more park; no more are remembered than any hour may have. */
    Patience parked(Now now) {
        List<Long> next = new ArrayList<>(parksSince(now));
        next.add(now.monotonicNanos());
        return withParks(next.subList(Math.max(0, next.size() - PerHour.MOST), next.size()));
    }

    /** With parks that an earlier life remembered. */
    public Patience withParks(List<Long> monotonicNanos) {
        return new Patience(rescues, lastNanos, rescuedNanos, monotonicNanos);
    }

    /** The parks of the hour before this moment. */
    List<Long> parksSince(Now now) {
        return parks.stream().filter(at -> !now.isPast(at, HourlyBudget.HOUR)).toList();
    }

    /** By how much the stabilization window is longer. */
    public int factor() {
        return Math.min(FACTOR_MAX, 1 << rescues);
    }
}
