package dev.ebb.balance;

import dev.ebb.core.LatencyCounts;
import java.util.Arrays;

/**
 * After how long a request of one service is hedged: a percentile of the time from an attempt's
 * start to the head of its answer, over the last minute as one event loop sees it. A histogram in
 * six slices with the buckets of {@link LatencyCounts}, read by interpolation within a bucket.
 * Single-threaded, fixed memory; the percentile is worked out once a second.
 *
 * <p>An attempt that lost is recorded with its age when it was given up. Its true latency would
 * have been longer, but both lie beyond the percentile; leaving it out would let the delay creep
 * down with every hedge. Until {@link #LEAST_SAMPLES} are there, nothing is hedged.
 */
public final class HedgeDelay {
    /** Returned by {@link #nanos} when nothing is to be hedged. */
    public static final long NEVER = Long.MAX_VALUE;

    static final int LEAST_SAMPLES = 100;

    private static final int SLICES = 6;
    private static final long SLICE_NANOS = 10_000_000_000L;
    private static final long REFRESH_NANOS = 1_000_000_000L;

    private final HedgePolicy policy;
    private final int[][] slices = new int[SLICES][LatencyCounts.BUCKETS];
    private final int[] sums = new int[LatencyCounts.BUCKETS];
    private int total;
    private boolean started;
    private long slice;
    private long delayNanos = NEVER;
    private long nextRefreshNanos;

    public HedgeDelay(HedgePolicy policy) {
        this.policy = policy;
    }

    /** An attempt's answer began after so long, or the attempt was given up for another's. */
    public void record(long latencyNanos, long nowNanos) {
        advance(nowNanos);
        int bucket = LatencyCounts.bucketOf(latencyNanos);
        slices[(int) Math.floorMod(slice, (long) SLICES)][bucket]++;
        sums[bucket]++;
        total++;
    }

    /** How long a request waits for its answer before it is hedged; {@link #NEVER} for not. */
    public long nanos(long nowNanos) {
        if (!policy.enabled()) {
            return NEVER;
        }
        if (!started || nowNanos - nextRefreshNanos >= 0) {
            advance(nowNanos);
            nextRefreshNanos = nowNanos + REFRESH_NANOS;
            delayNanos = total < LEAST_SAMPLES ? NEVER : measured();
        }
        return delayNanos;
    }

    private long measured() {
        double rank = policy.percentile() * total;
        long seen = 0;
        for (int bucket = 0; bucket < sums.length; bucket++) {
            if (seen + sums[bucket] >= rank && sums[bucket] > 0) {
                double within = (rank - seen) / sums[bucket];
                return Math.max(policy.earliest().toNanos(), interpolated(bucket, within));
            }
            seen += sums[bucket];
        }
        return NEVER;
    }

    private static long interpolated(int bucket, double within) {
        long low = bucket == 0 ? 0 : LatencyCounts.upperBoundNanos(bucket - 1);
        long high = LatencyCounts.upperBoundNanos(bucket);
        return high == Long.MAX_VALUE ? NEVER : low + Math.round((high - low) * within);
    }

    private void advance(long nowNanos) {
        long current = Math.floorDiv(nowNanos, SLICE_NANOS);
        if (!started) {
            started = true;
            slice = current;
            nextRefreshNanos = nowNanos;
        }
        for (long passed = Math.min(current - slice, SLICES); passed > 0; passed--) {
            slice++;
            int[] oldest = slices[(int) Math.floorMod(slice, (long) SLICES)];
            for (int i = 0; i < sums.length; i++) {
                sums[i] -= oldest[i];
                total -= oldest[i];
            }
            Arrays.fill(oldest, 0);
        }
        slice = Math.max(slice, current);
    }
}
