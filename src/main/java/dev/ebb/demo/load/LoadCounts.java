package dev.ebb.demo.load;

import java.util.Map;
import java.util.TreeMap;

/**
 * What became of the requests up to now. {@code sent} counts those that were due; what is neither
 * answered nor failed nor truncated is still in flight.
 *
 * @param failedByCause the failed ones by {@link Outcome#cause}
 * @param p50Millis latency from when a request was due, of those answered, truncated or given up
 */
public record LoadCounts(
        long sent,
        long answered,
        long failed,
        long truncated,
        Map<String, Long> failedByCause,
        double p50Millis,
        double p99Millis,
        double maxMillis) {

    public static final LoadCounts NONE = new LoadCounts(0, 0, 0, 0, Map.of(), 0, 0, 0);

    public LoadCounts {
        failedByCause = Map.copyOf(new TreeMap<>(failedByCause));
    }

    public long inFlight() {
        return sent - answered - failed - truncated;
    }
}
