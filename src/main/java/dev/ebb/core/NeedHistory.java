package dev.ebb.core;

import java.util.Arrays;

/**
 * The highest need of each stretch of the recent past, so that scale-in can ask for the highest
 * over its stabilization window. A fixed number of buckets; immutable.
 */
public final class NeedHistory {
    private static final int BUCKETS = 256;

    private final long bucketNanos;
    private final long firstNanos;
    private final long newestBucket;
    private final int[] highest;

    private NeedHistory(long bucketNanos, long firstNanos, long newestBucket, int[] highest) {
        this.bucketNanos = bucketNanos;
        this.firstNanos = firstNanos;
        this.newestBucket = newestBucket;
        this.highest = highest;
    }

    /**
     * @param spanNanos how far back it must reach
     * @param now when it starts to remember
     */
    public static NeedHistory empty(long spanNanos, Now now) {
        return new NeedHistory(
                Math.max(1, spanNanos / (BUCKETS - 2)), now.monotonicNanos(), 0, new int[BUCKETS]);
    }

    /** This history with one more need. */
    public NeedHistory plus(int need, Now now) {
        long bucket = bucketOf(now);
        int[] next = highest.clone();
        for (long b = Math.max(newestBucket + 1, bucket - BUCKETS + 1); b <= bucket; b++) {
            next[index(b)] = 0;
        }
        next[index(bucket)] = Math.max(next[index(bucket)], need);
        return new NeedHistory(bucketNanos, firstNanos, Math.max(bucket, newestBucket), next);
    }

    private long bucketOf(Now now) {
        return Math.max(0, now.nanosSince(firstNanos)) / bucketNanos;
    }

    private static int index(long bucket) {
        return (int) (bucket % BUCKETS);
    }

    /** The highest need within the window before the newest entry. */
    public int highest(long windowNanos) {
        long back = Math.min(BUCKETS - 1, windowNanos / bucketNanos + 1);
        int result = 0;
        for (long b = Math.max(0, newestBucket - back); b <= newestBucket; b++) {
            result = Math.max(result, highest[index(b)]);
        }
        return result;
    }

    /** How long it has been remembering. */
    public long ageNanos(Now now) {
        return now.nanosSince(firstNanos);
    }

    @Override
    public String toString() {
        return "NeedHistory" + Arrays.toString(highest);
    }
}
