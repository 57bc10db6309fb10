package dev.ebb.xds;

import dev.ebb.core.LatencyCounts;
import io.envoyproxy.envoy.config.endpoint.v3.EndpointLoadMetricStats;
import java.util.ArrayList;
import java.util.List;

/**
 * Latencies in a load report, which has no field for them, as load metrics: of a service so many
 * requests in each bucket of {@link LatencyCounts}, of an endpoint the sum of their times. Only
 * Ebb's own gateway reports them. Pure.
 */
final class LatencyMetrics {
    private static final String BUCKET = "dev.ebb.latency.bucket.";
    private static final String NANOS = "dev.ebb.latency.nanos";

    private LatencyMetrics() {}

    /** Of what was added since the last report. */
    static List<EndpointLoadMetricStats> of(LatencyCounts added) {
        List<EndpointLoadMetricStats> metrics = new ArrayList<>();
        for (int i = 0; i < LatencyCounts.BUCKETS; i++) {
            if (added.count(i) > 0) {
                metrics.add(metric(BUCKET + i, added.count(i), 0));
            }
        }
        return metrics;
    }

    /** Of so many requests that have ended since the last report. */
    static EndpointLoadMetricStats of(long requests, long nanos) {
        return metric(NANOS, requests, (double) nanos);
    }

    static EndpointLoadMetricStats metric(String name, long requests, double value) {
        return EndpointLoadMetricStats.newBuilder()
                .setMetricName(name)
                .setNumRequestsFinishedWithMetric(requests)
                .setTotalMetricValue(value)
                .build();
    }

    /** What a report adds to a histogram; what is not understood is left out. */
    static LatencyCounts counts(List<EndpointLoadMetricStats> metrics) {
        long[] counts = new long[LatencyCounts.BUCKETS];
        for (EndpointLoadMetricStats one : metrics) {
            String number =
                    one.getMetricName().startsWith(BUCKET)
                            ? one.getMetricName().substring(BUCKET.length())
                            : "";
            if (number.matches("[0-9]{1,3}") && Integer.parseInt(number) < counts.length) {
                counts[Integer.parseInt(number)] += one.getNumRequestsFinishedWithMetric();
            }
        }
        return LatencyCounts.of(counts);
    }

    /** What a report adds to the sum of times; 0 where it says nothing of it. */
    static long nanos(List<EndpointLoadMetricStats> metrics) {
        return metrics.stream()
                .filter(m -> m.getMetricName().equals(NANOS))
                .mapToLong(m -> Math.max(0, (long) m.getTotalMetricValue()))
                .sum();
    }
}
