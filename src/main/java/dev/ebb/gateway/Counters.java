package dev.ebb.gateway;

import dev.ebb.balance.RetryOn;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.QueueReading;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one event loop has counted for one service. One writer, any number of readers, no locks.
 * Cumulative.
 */
final class Counters {
    private static final int PADDING = 8;
    static final int REQUESTS = PADDING;
    static final int RETRIED = PADDING + 1;
    static final int RETRIED_BY_SCALING = PADDING + 2;
    static final int TRUNCATED = PADDING + 3;
    static final int CANCELLED = PADDING + 4;
    static final int UNASKED = PADDING + 5;
    static final int BYTES_IN = PADDING + 6;
    static final int BYTES_OUT = PADDING + 7;
    static final int EJECTIONS = PADDING + 8;
    static final int READMISSIONS = PADDING + 9;
    static final int UPSTREAM_OPENED = PADDING + 10;
    static final int UPSTREAM_CLOSED = PADDING + 11;
    static final int CLIENTS_OPENED = PADDING + 12;
    static final int CLIENTS_CLOSED = PADDING + 13;

    /** Second attempts beside a slow first one, and those of them whose answer came first. */
    static final int HEDGED = PADDING + 14;

    static final int HEDGES_WON = PADDING + 15;

    /** Requests that began, and ended, to wait for an instance with room. */
    static final int QUEUED = PADDING + 16;

    static final int UNQUEUED = PADDING + 17;

    /** Requests without the key by which their service's are placed. */
    static final int UNKEYED = PADDING + 18;

    /** Sessions that were bound for the first time, and those bound to another instance. */
    static final int SESSIONS_BEGUN = PADDING + 19;

    static final int SESSIONS_MOVED = PADDING + 20;

    /** Times that something came in, on whatever connection. */
    static final int TURNS = PADDING + 21;

    /** Retries, by what had failed. */
    static final int RETRIES = PADDING + 22;

    /** Answers of instances by the first digit of their status, 1 to 5. */
    static final int ANSWERS = RETRIES + RetryOn.values().length;

    static final int CLASSES = 6;
    static final int REFUSALS = ANSWERS + CLASSES;
    private static final int LATENCY = REFUSALS + Refusal.values().length;
    private static final int CELLS = LATENCY + LatencyCounts.BUCKETS + PADDING;

    private final AtomicLongArray cells = new AtomicLongArray(CELLS);

    void add(int cell, long amount) {
        cells.setRelease(cell, cells.getPlain(cell) + amount);
    }

    void count(int cell) {
        add(cell, 1);
    }

    void retried(RetryOn how) {
        count(RETRIED);
        count(cellOf(how));
    }

    @SuppressWarnings("EnumOrdinal")
    static int cellOf(RetryOn how) {
        return RETRIES + how.ordinal();
    }

    void answered(int status, long latencyNanos) {
        count(ANSWERS + status / 100);
        count(LATENCY + LatencyCounts.bucketOf(latencyNanos));
    }

    /** The gateway answered by itself, as its configuration says. */
    void own(int status) {
        count(REQUESTS);
        count(ANSWERS + status / 100);
    }

    void refused(Refusal refusal) {
        count(cellOf(refusal));
    }

    @SuppressWarnings("EnumOrdinal")
    static int cellOf(Refusal refusal) {
        return REFUSALS + refusal.ordinal();
    }

    /** Any thread. */
    long value(int cell) {
        return cells.getAcquire(cell);
    }

    /** Any thread: adds everything to {@code sums}, which is {@link #cells} long. */
    void addTo(long[] sums) {
        for (int i = PADDING; i < CELLS - PADDING; i++) {
            sums[i] += cells.getOpaque(i);
        }
    }

    static long[] cells() {
        return new long[CELLS];
    }

    /** Requests that found every instance at its limit. The parts are read one after the other. */
    static QueueReading queue(long[] sums) {
        long waiting = Math.clamp(sums[QUEUED] - sums[UNQUEUED], 0, Integer.MAX_VALUE);
        long shed = sums[cellOf(Refusal.LIMIT_REACHED)] + sums[cellOf(Refusal.OVERLOADED)];
        return new QueueReading((int) waiting, shed);
    }

    static LatencyCounts latency(long[] sums) {
        var buckets = new long[LatencyCounts.BUCKETS];
        System.arraycopy(sums, LATENCY, buckets, 0, buckets.length);
        return LatencyCounts.of(buckets);
    }
}
