package dev.ebb.core;

/**
 * How many instances Ebb may park by itself within any hour: a number, or a share of the fleet.
 *
 * @param count at most so many; 0 where the share counts
 * @param share of the instances that there are, 0 to 1; rounded down, at least one may
 */
public record PerHour(int count, double share) {
    /** More than so many are never parked in an hour, nor remembered. */
    public static final int MOST = 1000;

    public PerHour {
        boolean either = count > 0 || share > 0;
        if (count < 0 || count > MOST || !(share >= 0 && share <= 1) || !either) {
            throw new IllegalArgumentException("no such number an hour: " + count + ", " + share);
        }
    }

    /** How many of a fleet of this size. */
    public int of(int fleet) {
        return count > 0 ? count : Math.clamp((int) Math.floor(fleet * share), 1, MOST);
    }
}
