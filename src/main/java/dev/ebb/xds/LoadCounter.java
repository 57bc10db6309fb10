package dev.ebb.xds;

import com.google.protobuf.Duration;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink.Report;
import dev.ebb.control.EndpointSink.Told;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.TrafficReading;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterStats;
import io.envoyproxy.envoy.config.endpoint.v3.UpstreamEndpointStats;
import io.envoyproxy.envoy.config.endpoint.v3.UpstreamLocalityStats;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a gateway has counted of one service, as a report of load: what is in flight at each
 * instance, and what has ended since the last report. An instance that has left is reported as long
 * as the gateway counts it. Not for several threads.
 */
final class LoadCounter {
    private final String service;
    private final Map<InstanceId, Address> addresses = new HashMap<>();
    private final Map<InstanceId, TrafficReading> last = new HashMap<>();
    private final Map<InstanceId, Long> saidNanos = new HashMap<>();
    private LatencyCounts latency = LatencyCounts.empty();
    private Set<InstanceId> current = Set.of();

    LoadCounter(String service) {
        this.service = service;
    }

    void know(EndpointSnapshot snapshot) {
        current = snapshot.endpoints().stream().map(e -> e.id()).collect(Collectors.toSet());
        snapshot.endpoints()
                .forEach(e -> addresses.put(e.id(), EndpointResources.address(e.host(), e.port())));
    }

    /**
     * Counts on from here; a report that was lost on its way is lost.
     *
     * @param told what instances have said last of their own load
     */
    ClusterStats next(Report report, Map<InstanceId, Told> told, java.time.Duration since) {
        var locality =
                UpstreamLocalityStats.newBuilder()
                        .setLocality(Locality.newBuilder().setZone(EndpointResources.ZONE));
        long good = 0;
        long bad = 0;
        long active = 0;
        for (var one : report.endpoints().entrySet()) {
            TrafficReading now = one.getValue().traffic();
            TrafficReading before = last.put(one.getKey(), now);
            long failed = now.failuresTotal() - (before == null ? 0 : before.failuresTotal());
            long ended = now.requestsTotal() - (before == null ? 0 : before.requestsTotal());
            long nanos =
                    Math.max(
                            0,
                            now.latencyNanosTotal()
                                    - (before == null ? 0 : before.latencyNanosTotal()));
            active += now.inFlight();
            bad += Math.max(0, failed);
            good += Math.max(0, ended - failed);
            Address address = addresses.get(one.getKey());
            if (address == null) {
                // It counts in the sum alone, which is then taken to be any instance's.
                continue;
            }
            var stats =
                    UpstreamEndpointStats.newBuilder()
                            .setAddress(address)
                            .setTotalRequestsInProgress(now.inFlight())
                            .setTotalErrorRequests(Math.max(0, failed))
                            .setTotalSuccessfulRequests(Math.max(0, ended - failed))
                            .addLoadMetricStats(LatencyMetrics.of(Math.max(0, ended), nanos));
            news(one.getKey(), told)
                    .ifPresent(t -> stats.addAllLoadMetricStats(SelfFigures.metrics(t)));
            HealthMetadata.of(one.getValue()).ifPresent(stats::setMetadata);
            locality.addUpstreamEndpointStats(stats);
        }
        locality.addAllLoadMetricStats(LatencyMetrics.of(report.latency().minus(latency)));
        latency = report.latency();
        last.keySet().retainAll(report.endpoints().keySet());
        saidNanos.keySet().retainAll(told.keySet());
        addresses
                .keySet()
                .removeIf(id -> !current.contains(id) && !report.endpoints().containsKey(id));
        return ClusterStats.newBuilder()
                .setClusterName(service)
                .setLoadReportInterval(
                        Duration.newBuilder()
                                .setSeconds(since.getSeconds())
                                .setNanos(since.getNano()))
                .addUpstreamLocalityStats(
                        locality.setTotalRequestsInProgress(active)
                                .setTotalErrorRequests(bad)
                                .setTotalSuccessfulRequests(good))
                .build();
    }

    /** What an instance has said since it was last passed on: each is passed on once. */
    private Optional<Told> news(InstanceId id, Map<InstanceId, Told> told) {
        Told now = told.get(id);
        if (now == null) {
            return Optional.empty();
        }
        Long before = saidNanos.put(id, now.atNanos());
        return before != null && before == now.atNanos() ? Optional.empty() : Optional.of(now);
    }
}
