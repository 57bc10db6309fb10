package dev.ebb.core.forecast;

/**
 * What the load did a day and a week ago, in means of five minutes. It is asked for growth, never
 * for a level, so that a fleet that has doubled since still profits. Immutable.
 */
final class Season {
    static final int DAY = 288;
    static final int WEEK = 7 * DAY;
    private static final double SLOT = 300;
    private static final long NONE = -(1L << 52);

    private final Rows means;
    private final long newest;
    private final double sum;
    private final double seconds;

    private Season(Rows means, long newest, double sum, double seconds) {
        this.means = means;
        this.newest = newest;
        this.sum = sum;
        this.seconds = seconds;
    }

    static Season fresh() {
        return new Season(Rows.of(WEEK + 2, Float.NaN), NONE, 0, 0);
    }

    /**
     * With one more sample; slots in which there was none become unknown.
     *
     * @param at seconds since the epoch
     * @param covered seconds that the sample stands for
     */
    Season after(double at, double z, double covered) {
        long slot = (long) Math.floor(at / SLOT);
        if (slot == newest) {
            return new Season(means, newest, sum + z * covered, seconds + covered);
        }
        if (newest == NONE || slot < newest) {
            return new Season(Rows.of(WEEK + 2, Float.NaN), slot, z * covered, covered);
        }
        Rows next = means.with(index(newest), (float) (sum / seconds));
        long gap = Math.min(slot - newest, WEEK + 2L);
        for (long missing = 1; missing <= gap; missing++) {
            next = next.with(index(newest + missing), Float.NaN);
        }
        return new Season(next, slot, z * covered, covered);
    }

    /**
     * By how much the load grew from this time to so many seconds later, so many slots ago; 0 where
     * that is not known.
     */
    double growth(double at, double ahead, int slotsAgo) {
        double from = level(at - slotsAgo * SLOT);
        double to = level(at + ahead - slotsAgo * SLOT);
        double growth = to - from;
        return Double.isNaN(growth) ? 0 : growth;
    }

    /** Between the middles of two slots. */
    private double level(double at) {
        double place = at / SLOT - 0.5;
        long slot = (long) Math.floor(place);
        if (newest - slot > WEEK || slot + 1 >= newest) {
            return Double.NaN;
        }
        double share = place - slot;
        return means.at(index(slot)) * (1 - share) + means.at(index(slot + 1)) * share;
    }

    private static int index(long slot) {
        return (int) Math.floorMod(slot, WEEK + 2L);
    }

    void write(Numbers to) {
        means.write(to);
        to.put((double) newest).put(sum).put(seconds);
    }

    static Season read(Numbers from) {
        return new Season(Rows.read(from, WEEK + 2), from.nextWhole(), from.next(), from.next());
    }
}
