package dev.ebb.balance;

import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Ties;
import dev.ebb.core.TrafficReading;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The reader's side of {@link EndpointStats}: several loops' counters as one reading.
 *
 * <p>Why a sum of 0 in flight is a proof. Each loop's finished is read before its started, so what
 * the two differ by is at least what was in flight at the first read: a request that starts or ends
 * in between can only add. A loop that has acknowledged the generation which parked the endpoint
 * starts nothing more on it, so its in-flight can only fall from then on. Hence: read every loop's
 * acknowledgement <em>first</em>, then these sums. If the acknowledgements are new enough and the
 * sum is 0, then each loop's part was 0 at its first read and still is. The loop publishes its
 * acknowledgement after its counters (release), the reader takes them in the opposite order
 * (acquire); read the other way round, a pick could hide between the two.
 */
public final class TrafficSum {
    private TrafficSum() {}

    /**
     * One endpoint over all loops.
     *
     * @param loops the endpoint's counters, one of each loop that ever had it
     */
    public static TrafficReading of(Collection<EndpointStats> loops, long nowNanos) {
        long inFlight = 0;
        long streams = 0;
        long finished = 0;
        long failures = 0;
        long latency = 0;
        long keyed = 0;
        List<SessionSketch> sketches = new ArrayList<>();
        for (EndpointStats stats : loops) {
            long finishedHere = stats.finishedTotal();
            inFlight += stats.startedTotal() - finishedHere;
            long closedHere = stats.streamsClosedTotal();
            streams += stats.streamsOpenedTotal() - closedHere;
            finished += finishedHere;
            // Read after finished, these may be ahead of it by what has ended meanwhile.
            failures += stats.failuresTotal();
            latency += stats.latencyNanosTotal();
            keyed += stats.keyedTotal();
            SessionSketch sketch = stats.sessions();
            if (sketch != null) {
                sketches.add(sketch);
            }
        }
        boolean tied = keyed > 0 || !sketches.isEmpty();
        int sessions = sketches.isEmpty() ? 0 : SessionSketch.count(sketches, nowNanos);
        return new TrafficReading(
                nowNanos,
                (int) Math.min(inFlight, Integer.MAX_VALUE),
                (int) Math.min(streams, Integer.MAX_VALUE),
                finished,
                Math.min(failures, finished),
                latency,
                tied ? Optional.of(new Ties(sessions, keyed)) : Optional.empty());
    }

    /** The latencies of many endpoints and loops together. */
    public static LatencyCounts latency(Collection<EndpointStats> all) {
        long[] buckets = new long[LatencyCounts.BUCKETS];
        for (EndpointStats stats : all) {
            stats.addHistogramTo(buckets);
        }
        return LatencyCounts.of(buckets);
    }
}
