package dev.ebb.balance;

import java.util.Arrays;

/**
 * The median of what is expected of a rotation's endpoints, over a sample, so that its cost does
 * not grow with it. One event loop.
 */
final class PoolMedian {
    private static final int SAMPLE = 63;

    private final double[] sample = new double[SAMPLE];
    private int place;
    private double nanos = LatencyEstimate.DEFAULT_NANOS;
    private boolean known;

    double nanos() {
        return nanos;
    }

    /** Whether any answer has come yet. */
    boolean known() {
        return known;
    }

    void update(Rotation rotation, long nowNanos) {
        int size = rotation.size();
        int taken = 0;
        int looks = Math.min(size, 2 * SAMPLE);
        int step = Math.max(1, size / Math.max(1, looks));
        for (int i = 0; i < looks && taken < SAMPLE; i++) {
            place = (place + step) % size;
            LatencyEstimate estimate = rotation.at(place).estimate();
            if (estimate.known()) {
                sample[taken++] = estimate.latencyNanos(nanos, nowNanos);
            }
        }
        if (taken > 0) {
            Arrays.sort(sample, 0, taken);
            nanos = sample[(taken - 1) / 2];
            known = true;
        }
    }
}
