package dev.ebb.core;

/**
 * How much longer to wait before the next removal, after removals that had to be taken back.
 *
 * @param rescues in a row, up to a limit; one is forgotten for each calm time
 * @param lastNanos monotonic time at which that number last changed
 * @param rescuedNanos monotonic time of the last rescue
 */
public record Patience(int rescues, long lastNanos, long rescuedNanos) {
    /** The stabilization window grows up to this many times. */
    public static final int FACTOR_MAX = 8;

    public static final Patience FRESH = new Patience(0, 0, 0);

    public Patience afterRescue(Now now) {
        boolean sameMoment = rescues > 0 && now.monotonicNanos() == lastNanos;
        return sameMoment
                ? this
                : new Patience(
                        Math.min(3, rescues + 1), now.monotonicNanos(), now.monotonicNanos());
    }

    /** Forgets one rescue for each time that passes without another. */
    public Patience decayed(Now now, long calmNanos) {
        return rescues > 0 && now.nanosSince(lastNanos) >= calmNanos
                ? new Patience(rescues - 1, now.monotonicNanos(), rescuedNanos)
                : this;
    }

    /** By how much the stabilization window is longer. */
    public int factor() {
        return Math.min(FACTOR_MAX, 1 << rescues);
    }
}
