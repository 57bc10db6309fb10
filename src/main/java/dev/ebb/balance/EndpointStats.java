package dev.ebb.balance;

import dev.ebb.core.LatencyCounts;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has counted for one endpoint. Cumulative since the loop first saw it.
 *
 * <p>One writer (the loop), any number of readers, no locks, no allocation, no read-modify-write
 * instructions: the writer adds to what it alone writes and publishes with a release. Readers use
 * {@link TrafficSum}, which reads in the order that the proof of "nothing in flight" needs.
 *
 * <p>The cells lie between two unused cache lines, so that two loops never write to one line.
 */
public final class EndpointStats {
    private static final int PADDING = 8;
    private static final int STARTED = PADDING;
    private static final int FINISHED = STARTED + 1;
    private static final int STREAMS_OPENED = STARTED + 2;
    private static final int STREAMS_CLOSED = STARTED + 3;
    private static final int LATENCY_SUM = STARTED + 4;
    private static final int KEYED = STARTED + 5;
    private static final int OUTCOMES = STARTED + 6;
    private static final int HISTOGRAM = OUTCOMES + Outcome.values().length;
    private static final int CELLS = HISTOGRAM + LatencyCounts.BUCKETS + PADDING;

    private static final Outcome[] OUTCOME_VALUES = Outcome.values();

    private final AtomicLongArray cells = new AtomicLongArray(CELLS);

    /** Null as long as no session was seen. */
    private volatile @Nullable SessionSketch sessions;

    private void add(int cell, long amount) {
        cells.setRelease(cell, cells.getPlain(cell) + amount);
    }

    @SuppressWarnings("EnumOrdinal") // An index within this process only, on the request path.
    private static int cellOf(Outcome outcome) {
        return OUTCOMES + outcome.ordinal();
    }

    /** Writer: a request was picked for the endpoint; nothing of it has been sent yet. */
    void started() {
        add(STARTED, 1);
    }

    /**
     * Writer: it is over, and nothing of it is on its way any more. The histogram holds answers and
     * timeouts only: a refused connect or a client that went away says nothing about latency, and a
     * stream's length is no latency at all.
     */
    void finished(Outcome outcome, long latencyNanos, boolean wasStream) {
        long latency = Math.max(0, latencyNanos);
        add(cellOf(outcome), 1);
        if (!wasStream) {
            add(LATENCY_SUM, latency);
            if (outcome != Outcome.CANCELLED && !outcome.connectError()) {
                add(HISTOGRAM + LatencyCounts.bucketOf(latency), 1);
            }
        }
        // Last: whoever sees it finished sees everything else of it, too.
        add(FINISHED, 1);
    }

    /** Writer: a request in flight turned out to be a long-lived stream. */
    void streamOpened() {
        add(STREAMS_OPENED, 1);
    }

    void streamClosed() {
        add(STREAMS_CLOSED, 1);
    }

    /** Writer: a request was picked for the endpoint by its key. */
    void keyed() {
        add(KEYED, 1);
    }

    /** Writer: a request of a session was answered by the endpoint, which it is bound to. */
    void session(int session, long windowNanos, long nowNanos) {
        SessionSketch sketch = sessions;
        if (sketch == null) {
            sketch = new SessionSketch(windowNanos);
            sessions = sketch;
        }
        sketch.add(session, nowNanos);
    }

    /** Any thread. */
    @Nullable SessionSketch sessions() {
        return sessions;
    }

    /** Any thread: of the picks so far, those by a key. */
    public long keyedTotal() {
        return cells.getAcquire(KEYED);
    }

    /** Writer only: requests in flight, exactly. */
    int inFlight() {
        return (int) (cells.getPlain(STARTED) - cells.getPlain(FINISHED));
    }

    /** Writer only: of these, long-lived streams. */
    int openStreams() {
        return (int) (cells.getPlain(STREAMS_OPENED) - cells.getPlain(STREAMS_CLOSED));
    }

    /** Any thread: picks so far. Read it after {@link #finishedTotal()}. */
    public long startedTotal() {
        return cells.getAcquire(STARTED);
    }

    /** Any thread: finished so far. Read it before {@link #startedTotal()}. */
    public long finishedTotal() {
        return cells.getAcquire(FINISHED);
    }

    /** Any thread: how many attempts ended like this. */
    public long outcomeTotal(Outcome outcome) {
        return cells.getAcquire(cellOf(outcome));
    }

    public long failuresTotal() {
        long failures = 0;
        for (Outcome outcome : OUTCOME_VALUES) {
            if (outcome.failure()) {
                failures += outcomeTotal(outcome);
            }
        }
        return failures;
    }

    long streamsOpenedTotal() {
        return cells.getAcquire(STREAMS_OPENED);
    }

    long streamsClosedTotal() {
        return cells.getAcquire(STREAMS_CLOSED);
    }

    public long latencyNanosTotal() {
        return cells.getAcquire(LATENCY_SUM);
    }

    /** Any thread: adds this histogram to {@code buckets}, which holds one cell to each bucket. */
    public void addHistogramTo(long[] buckets) {
        for (int i = 0; i < LatencyCounts.BUCKETS; i++) {
            buckets[i] += cells.getOpaque(HISTOGRAM + i);
        }
    }
}
