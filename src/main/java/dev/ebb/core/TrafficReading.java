package dev.ebb.core;

import java.util.Optional;

/**
 * What the data planes said of one instance's traffic, summed over them. Totals are cumulative
 * since the data plane first saw the instance and only grow.
 *
 * @param measuredAtNanos monotonic time of the measurement
 * @param inFlight requests picked for the instance and not finished
 * @param streams of those, the long-lived ones (upgrades, event streams)
 * @param requestsTotal requests finished, however they ended
 * @param failuresTotal of those, the ones that failed: 5xx, cut connection, timeout, refused
 * @param latencyNanosTotal sum of the finished requests' times from pick to last byte
 * @param ties sessions and keys; empty without such, and in the journal of an older Ebb
 */
public record TrafficReading(
        long measuredAtNanos,
        int inFlight,
        int streams,
        long requestsTotal,
        long failuresTotal,
        long latencyNanosTotal,
        Optional<Ties> ties) {

    /** Of requests that nothing ties to an instance. */
    public TrafficReading(
            long measuredAtNanos,
            int inFlight,
            int streams,
            long requestsTotal,
            long failuresTotal,
            long latencyNanosTotal) {
        this(
                measuredAtNanos,
                inFlight,
                streams,
                requestsTotal,
                failuresTotal,
                latencyNanosTotal,
                Optional.empty());
    }

    /** An instance that the data planes have not seen any traffic for. */
    public static TrafficReading none(long measuredAtNanos) {
        return new TrafficReading(measuredAtNanos, 0, 0, 0, 0, 0);
    }
}
