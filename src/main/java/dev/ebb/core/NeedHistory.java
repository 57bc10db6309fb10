package dev.ebb.core;

import java.util.Arrays;

/**
 * The highest need of each stretch of the recent past, so that scale-in can ask for the highest
 * over its stabilization window. A fixed number of buckets; immutable.
 */
public final class NeedHistory {
    private static final int BUCKETS = 256;
    private static final int HEAD = 3;

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

    /**
     * The history that {@link #toArray} wrote down.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static NeedHistory of(long[] numbers) {
        if (numbers.length != HEAD + BUCKETS || numbers[0] < 1 || numbers[2] < 0) {
            throw new IllegalArgumentException("not a history of needs");
        }
        int[] highest = new int[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            highest[i] = Math.toIntExact(numbers[HEAD + i]);
        }
        return new NeedHistory(numbers[0], numbers[1], numbers[2], highest);
    }

    /** All that is in it, as numbers: a bucket's length, the beginning, the newest, the needs. */
    public long[] toArray() {
        long[] numbers = new long[HEAD + BUCKETS];
        numbers[0] = bucketNanos;
        numbers[1] = firstNanos;
        numbers[2] = newestBucket;
        for (int i = 0; i < BUCKETS; i++) {
            numbers[HEAD + i] = highest[i];
        }
        return numbers;
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
    public boolean equals(Object other) {
        return other instanceof NeedHistory that && Arrays.equals(toArray(), that.toArray());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(highest);
    }

    @Override
    public String toString() {
        return "NeedHistory" + Arrays.toString(highest);
    }
}
