package dev.ebb.core.forecast;

import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the load did a day and a week ago, in means of five minutes. It is asked for growth, never
 * for a level, so that a fleet that has doubled since still profits. Immutable.
 */
final class Season {
    static final int DAY = 288;
    static final int WEEK = 7 * DAY;

    /** Seconds of a mean. */
    static final double SLOT = 300;

    private static final long NONE = -(1L << 52);

    private final Rows means;
    private final long newest;
    private final double sum;
    private final double seconds;

    /** What {@link Ahead} has made of the means: they change once in five minutes only. */
    private @Nullable Band band;

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
            Season same = new Season(means, newest, sum + z * covered, seconds + covered);
            same.band = band;
            return same;
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

    /**
     * What so many days ago is the usual of the last three, so that one day's spike or gap does not
     * count; NaN where no day is known.
     *
     * @param before something of the time so many slots ago
     */
    static double usual(IntToDoubleFunction before) {
        return usual(
                before.applyAsDouble(DAY),
                before.applyAsDouble(2 * DAY),
                before.applyAsDouble(3 * DAY));
    }

    /** The same, of what it was one, two and three days ago. */
    static double usual(double first, double second, double third) {
        if (Double.isNaN(first)) {
            return either(second, third);
        }
        if (Double.isNaN(second) || Double.isNaN(third)) {
            return either(first, either(second, third));
        }
        return Math.max(Math.min(first, second), Math.min(Math.max(first, second), third));
    }

    private static double either(double one, double other) {
        return Double.isNaN(one) ? other : Double.isNaN(other) ? one : (one + other) / 2;
    }

    /** So many means, the newest first; NaN for those that are not known. */
    double[] newest(int count) {
        var all = new double[count];
        int at = index(newest - 1);
        for (int ago = 0; ago < count; ago++) {
            all[ago] = ago < WEEK ? means.at(at) : Double.NaN;
            at = at == 0 ? WEEK + 1 : at - 1;
        }
        return all;
    }

    /**
     * How far it has been right, over so many slots; worked out once for each slot.
     *
     * @param measure works it out
     */
    double band(int slots, ToDoubleBiFunction<Season, Integer> measure) {
        Band known = band;
        if (known == null || known.slots != slots) {
            known = new Band(slots, measure.applyAsDouble(this, slots));
            band = known;
        }
        return known.height;
    }

    private record Band(int slots, double height) {}

    /** Between the middles of two slots; NaN where one of them is not known. */
    double level(double at) {
        double place = at / SLOT - 0.5;
        long slot = (long) Math.floor(place);
        if (newest - slot > WEEK || slot + 1 >= newest) {
            return Double.NaN;
        }
        double share = place - slot;
        return means.at(index(slot)) * (1 - share) + means.at(index(slot + 1)) * share;
    }

    /**
     * What came after this time so many slots ago, for so many seconds; the means are read once,
     * however often it is asked.
     */
    Course course(double at, double seconds, int slotsAgo) {
        return new Course(at - slotsAgo * SLOT, seconds);
    }

    /** A part of the means. */
    final class Course {
        private final double from;
        private final long first;
        private final double[] parts;
        private final double base;

        private Course(double from, double seconds) {
            this.from = from;
            this.first = (long) Math.floor(from / SLOT - 0.5);
            this.parts = new double[(int) Math.ceil(seconds / SLOT) + 3];
            int at = index(first);
            for (int i = 0; i < parts.length; i++) {
                long ago = newest - (first + i);
                parts[i] = ago > 0 && ago <= WEEK ? means.at(at) : Double.NaN;
                at = at == WEEK + 1 ? 0 : at + 1;
            }
            this.base = level(0);
        }

        /** By how much the load grew then in so many seconds; NaN where that is not known. */
        double growth(double ahead) {
            return level(ahead) - base;
        }

        /** As {@link Season#level}. */
        private double level(double ahead) {
            double place = (from + ahead) / SLOT - 0.5;
            long slot = (long) Math.floor(place);
            double share = place - slot;
            int at = (int) (slot - first);
            return parts[at] * (1 - share) + parts[at + 1] * share;
        }
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
