package dev.ebb.core.forecast;

import java.util.Arrays;

/** The highest numbers of the recent past, in parts of a fixed length. Immutable. */
final class WindowMax {
    private static final long NONE = -(1L << 52);

    private final double part;
    private final long newest;
    private final double[] highest;

    private WindowMax(double part, long newest, double[] highest) {
        this.part = part;
        this.newest = newest;
        this.highest = highest;
    }

    /**
     * @param reach seconds to look back at most
     * @param part length of a part in seconds: how exact it is
     */
    static WindowMax over(double reach, double part) {
        double[] none = new double[(int) Math.ceil(reach / part) + 1];
        Arrays.fill(none, Double.NEGATIVE_INFINITY);
        return new WindowMax(part, NONE, none);
    }

    /** With one more number; one from before the newest part counts as in it. */
    WindowMax after(double at, double value) {
        long now = Math.max(newest, (long) Math.floor(at / part));
        if (now == newest && value <= highest[index(now)]) {
            return this;
        }
        double[] next = highest.clone();
        long missed = newest == NONE ? 0 : Math.min(now - newest, next.length);
        for (long i = 0; i < missed; i++) {
            next[index(now - i)] = Double.NEGATIVE_INFINITY;
        }
        int place = index(now);
        next[place] = Math.max(next[place], value);
        return new WindowMax(part, now, next);
    }

    /** The highest of the last so many seconds; negative infinity where there is none. */
    double highest(double at, double window) {
        if (newest == NONE) {
            return Double.NEGATIVE_INFINITY;
        }
        long oldest = (long) Math.floor((at - window) / part + 1e-9) + 1;
        long count = Math.min(newest - oldest + 1, highest.length);
        double max = Double.NEGATIVE_INFINITY;
        int place = index(newest);
        for (long i = 0; i < count; i++) {
            max = Math.max(max, highest[place]);
            place = place == 0 ? highest.length - 1 : place - 1;
        }
        return max;
    }

    private int index(long number) {
        return (int) Math.floorMod(number, (long) highest.length);
    }

    void write(Numbers to) {
        to.put((double) newest).put(highest);
    }

    /** What {@link #write} wrote of one like this. */
    WindowMax read(Numbers from) {
        return new WindowMax(part, from.nextWhole(), from.nextExactly(highest.length));
    }
}
