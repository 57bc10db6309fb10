package dev.ebb.balance;

import java.util.Arrays;

/**
 * Successes and failures over a sliding window of ten slices. Single-threaded, fixed memory; the
 * oldest slice falls out as a whole, so the window is 90 to 100 % of its length.
 */
final class RateWindow {
    private static final int SLICES = 10;

    private final long sliceNanos;
    private final int[] good = new int[SLICES];
    private final int[] bad = new int[SLICES];
    private int goodSum;
    private int badSum;
    private boolean started;
    private long slice;

    RateWindow(long windowNanos) {
        this.sliceNanos = Math.max(1, windowNanos / SLICES);
    }

    void add(boolean failed, long nowNanos) {
        advance(nowNanos);
        int at = Math.floorMod(slice, SLICES);
        if (failed) {
            bad[at]++;
            badSum++;
        } else {
            good[at]++;
            goodSum++;
        }
    }

    int volume(long nowNanos) {
        advance(nowNanos);
        return goodSum + badSum;
    }

    int failures(long nowNanos) {
        advance(nowNanos);
        return badSum;
    }

    /** Share of failures, 0 to 1; 0 when empty. */
    double share(long nowNanos) {
        int volume = volume(nowNanos);
        return volume == 0 ? 0 : (double) badSum / volume;
    }

    void clear() {
        Arrays.fill(good, 0);
        Arrays.fill(bad, 0);
        goodSum = 0;
        badSum = 0;
    }

    private void advance(long nowNanos) {
        long current = Math.floorDiv(nowNanos, sliceNanos);
        if (!started) {
            started = true;
            slice = current;
        }
        for (long passed = Math.min(current - slice, SLICES); passed > 0; passed--) {
            slice++;
            int at = Math.floorMod(slice, SLICES);
            goodSum -= good[at];
            badSum -= bad[at];
            good[at] = 0;
            bad[at] = 0;
        }
        slice = Math.max(slice, current);
    }
}
