package dev.ebb.core;

import java.util.Arrays;

/**
 * A cumulative histogram of latencies with fixed, logarithmic buckets: four to each doubling, from
 * 16 us to about 70 min, so that a quantile is read within 19 %. Immutable; counts only grow from
 * one reading to the next, and the difference of two readings is a window's histogram.
 */
public final class LatencyCounts {
    /** Buckets; the first holds everything up to 16 us, the last everything beyond the range. */
    public static final int BUCKETS = 113;

    private static final double FIRST_BOUND_NANOS = 16_000;
    private static final LatencyCounts EMPTY = new LatencyCounts(new long[BUCKETS]);
    private static final long[] BOUNDS = bounds();

    private final long[] counts;

    private LatencyCounts(long[] counts) {
        this.counts = counts;
    }

    public static LatencyCounts empty() {
        return EMPTY;
    }

    /**
     * @throws IllegalArgumentException when there are not {@link #BUCKETS} counts
     */
    public static LatencyCounts of(long[] counts) {
        if (counts.length != BUCKETS) {
            throw new IllegalArgumentException("expected " + BUCKETS + " buckets");
        }
        return new LatencyCounts(counts.clone());
    }

    private static long[] bounds() {
        long[] bounds = new long[BUCKETS - 1];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = Math.round(FIRST_BOUND_NANOS * Math.pow(2, i / 4.0));
        }
        return bounds;
    }

    /** The bucket that a latency falls into. Cheap enough for the request path. */
    public static int bucketOf(long latencyNanos) {
        if (latencyNanos <= BOUNDS[0]) {
            return 0;
        }
        int guess = Math.max(0, (63 - Long.numberOfLeadingZeros(latencyNanos / 16_000)) * 4);
        int bucket = Math.min(guess, BOUNDS.length - 1);
        while (bucket < BOUNDS.length && BOUNDS[bucket] < latencyNanos) {
            bucket++;
        }
        return bucket;
    }

    /** The upper bound of a bucket, in nanoseconds; {@code Long.MAX_VALUE} for the last. */
    public static long upperBoundNanos(int bucket) {
        return bucket < BOUNDS.length ? BOUNDS[bucket] : Long.MAX_VALUE;
    }

    public long count(int bucket) {
        return counts[bucket];
    }

    public long total() {
        return Arrays.stream(counts).sum();
    }

    /** What was added since {@code earlier}; a bucket that shrank (a restart) counts as 0. */
    public LatencyCounts minus(LatencyCounts earlier) {
        long[] difference = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            difference[i] = Math.max(0, counts[i] - earlier.counts[i]);
        }
        return new LatencyCounts(difference);
    }

    public LatencyCounts plus(LatencyCounts other) {
        long[] sum = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            sum[i] = counts[i] + other.counts[i];
        }
        return new LatencyCounts(sum);
    }

    /** How many were slower than the bucket that {@code thresholdNanos} falls into. */
    public long slowerThan(long thresholdNanos) {
        long slower = 0;
        for (int i = bucketOf(thresholdNanos) + 1; i < BUCKETS; i++) {
            slower += counts[i];
        }
        return slower;
    }

    /**
     * How many were slower than this, with the part of its own bucket that lies above it: latencies
     * of one bucket are taken to be spread evenly over it.
     */
    public double slowerThanExactly(long thresholdNanos) {
        int bucket = bucketOf(thresholdNanos);
        double slower = 0;
        for (int i = bucket + 1; i < BUCKETS; i++) {
            slower += counts[i];
        }
        if (bucket == BUCKETS - 1) {
            return slower;
        }
        double from = bucket == 0 ? 0 : BOUNDS[bucket - 1];
        double to = BOUNDS[bucket];
        return slower
                + counts[bucket] * (to - Math.max(from, (double) thresholdNanos)) / (to - from);
    }

    /**
     * The quantile, placed within its bucket by its rank there, in nanoseconds; 0 when empty.
     *
     * @param quantile from 0 to 1
     */
    public double quantileWithin(double quantile) {
        double left = quantile * total();
        for (int i = 0; i < BUCKETS - 1; i++) {
            if (counts[i] > 0 && left <= counts[i]) {
                double from = i == 0 ? 0 : BOUNDS[i - 1];
                return from + (BOUNDS[i] - from) * Math.max(0, left) / counts[i];
            }
            left -= counts[i];
        }
        return counts[BUCKETS - 1] > 0 ? BOUNDS[BUCKETS - 2] : 0;
    }

    /**
     * The upper bound of the bucket that holds the quantile, in nanoseconds; 0 when empty.
     *
     * @param quantile from 0 to 1
     */
    public long quantileNanos(double quantile) {
        long total = total();
        if (total == 0) {
            return 0;
        }
        long rank = (long) Math.ceil(quantile * total);
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts[i];
            if (seen >= rank && counts[i] > 0) {
                return upperBoundNanos(i);
            }
        }
        return upperBoundNanos(BUCKETS - 1);
    }

    public long[] toArray() {
        return counts.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LatencyCounts that && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return "LatencyCounts[total=%d, p50=%dns, p99=%dns]"
                .formatted(total(), quantileNanos(0.5), quantileNanos(0.99));
    }
}
