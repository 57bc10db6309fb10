package dev.ebb.core.forecast;

import org.jspecify.annotations.Nullable;

/** The last samples and the forecasts that were made at them. Immutable. */
final class Memory {
    private static final int KEPT = Cadence.PER_LEAD + 2;

    private final long newest;
    private final double[] samples;
    private final @Nullable Sighting[] made;

    private Memory(long newest, double[] samples, @Nullable Sighting[] made) {
        this.newest = newest;
        this.samples = samples;
        this.made = made;
    }

    static Memory fresh() {
        return new Memory(-1, new double[KEPT], new @Nullable Sighting[KEPT]);
    }

    /** Number of the newest sample; -1 before the first. */
    long newest() {
        return newest;
    }

    Memory plus(double sample) {
        double[] next = samples.clone();
        next[index(newest + 1)] = sample;
        return new Memory(newest + 1, next, made);
    }

    Memory with(Sighting sighting) {
        @Nullable Sighting[] next = made.clone();
        next[index(sighting.index())] = sighting;
        return new Memory(newest, samples, next);
    }

    /** The forecast that was made so many samples ago; null where there is none. */
    @Nullable Sighting due(int ago) {
        Sighting found = newest < ago ? null : made[index(newest - ago)];
        return found != null && found.index() == newest - ago ? found : null;
    }

    /** The highest of the newest so many samples. */
    double highest(int count) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < count && i < KEPT; i++) {
            max = Math.max(max, samples[index(newest - i)]);
        }
        return max;
    }

    private static int index(long number) {
        return (int) Math.floorMod(number, (long) KEPT);
    }

    void write(Numbers to) {
        to.put((double) newest).put(samples);
        for (Sighting one : made) {
            to.put(one == null ? 0 : 1);
            if (one != null) {
                one.write(to);
            }
        }
    }

    static Memory read(Numbers from) {
        long newest = from.nextWhole();
        double[] samples = from.nextExactly(KEPT);
        @Nullable Sighting[] made = new @Nullable Sighting[KEPT];
        for (int i = 0; i < KEPT; i++) {
            made[i] = from.next() > 0 ? Sighting.read(from) : null;
        }
        return new Memory(newest, samples, made);
    }
}
