package dev.ebb.xds;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import dev.ebb.xds.HealthMetadata.Said;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterStats;
import io.envoyproxy.envoy.config.endpoint.v3.UpstreamEndpointStats;
import io.envoyproxy.envoy.config.endpoint.v3.UpstreamLocalityStats;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What data planes have reported of their load. A report says nothing of what has no load: what is
 * missing in one is 0. Several that were given the same name count together, each by its own
 * stream: nothing keeps anybody from copying a bootstrap file. Under the lock of {@link Discovery}.
 */
final class Loads {
    /** So many missed reports, and nothing is known any more. */
    private static final int MISSED = 3;

    /**
     * Requests of one instance over all data planes, cumulative.
     *
     * @param requests that have ended
     * @param nanos their times together, of those of which a data plane reports them
     */
    record Totals(long requests, long failures, long nanos) {
        static final Totals NONE = new Totals(0, 0, 0);

        Totals plus(Totals more) {
            return new Totals(
                    requests + more.requests, failures + more.failures, nanos + more.nanos);
        }
    }

    private static final class OfStream {
        long lastNanos;
        long beforeNanos;
        boolean twice;
        Map<InstanceId, Long> inProgress = Map.of();
        Map<InstanceId, Said> health = Map.of();

        long inProgress(InstanceId id) {
            return inProgress.getOrDefault(id, 0L);
        }
    }

    private final long reportNanos;
    private final Map<String, Map<Object, OfStream>> nodes = new HashMap<>();
    private final Map<InstanceId, Totals> totals = new HashMap<>();
    private final Map<String, LatencyCounts> latencies = new HashMap<>();
    private final Map<String, InstanceId> addresses = new HashMap<>();
    private final SelfFigures figures = new SelfFigures();

    Loads(long reportNanos) {
        this.reportNanos = reportNanos;
    }

    /** Takes in who is where; what is gone is forgotten. */
    void know(EndpointSnapshot snapshot) {
        List<InstanceId> now = snapshot.endpoints().stream().map(e -> e.id()).toList();
        addresses
                .values()
                .removeIf(id -> id.service().equals(snapshot.service()) && !now.contains(id));
        totals.keySet()
                .removeIf(id -> id.service().equals(snapshot.service()) && !now.contains(id));
        figures.know(snapshot);
        snapshot.endpoints().forEach(e -> addresses.put(e.host() + ":" + e.port(), e.id()));
    }

    /**
     * @param stream that it came by; compared by identity
     */
    void report(String node, Object stream, Collection<ClusterStats> clusters, long nowNanos) {
        Map<Object, OfStream> streams = nodes.computeIfAbsent(node, n -> new IdentityHashMap<>());
        OfStream of = streams.get(stream);
        if (of == null) {
            of = new OfStream();
            streams.put(stream, of);
        } else {
            of.beforeNanos = of.lastNanos;
            of.twice = true;
        }
        of.lastNanos = nowNanos;
        Map<InstanceId, Long> inProgress = new HashMap<>();
        of.health = new HashMap<>();
        for (ClusterStats cluster : clusters) {
            String service =
                    cluster.getClusterServiceName().isEmpty()
                            ? cluster.getClusterName()
                            : cluster.getClusterServiceName();
            for (UpstreamLocalityStats locality : cluster.getUpstreamLocalityStatsList()) {
                take(service, locality, inProgress);
                judge(locality, of.health);
                hear(locality, nowNanos);
            }
        }
        of.inProgress = inProgress;
    }

    /** The only instance of its locality. */
    private Optional<InstanceId> alone(UpstreamLocalityStats locality) {
        return InstanceId.parse(locality.getLocality().getSubZone())
                .filter(addresses::containsValue);
    }

    private void take(
            String service, UpstreamLocalityStats locality, Map<InstanceId, Long> inProgress) {
        Optional<InstanceId> alone = alone(locality);
        if (alone.isPresent()) {
            add(
                    alone.get(),
                    locality.getTotalRequestsInProgress(),
                    totals(
                            locality.getTotalSuccessfulRequests(),
                            locality.getTotalErrorRequests(),
                            0),
                    inProgress);
            return;
        }
        LatencyCounts times = LatencyMetrics.counts(locality.getLoadMetricStatsList());
        if (addresses.values().stream().anyMatch(id -> id.service().value().equals(service))) {
            latencies.merge(service, times, LatencyCounts::plus);
        }
        long told = 0;
        for (UpstreamEndpointStats one : locality.getUpstreamEndpointStatsList()) {
            told += one.getTotalRequestsInProgress();
            Optional<InstanceId> id = id(one);
            if (id.isPresent()) {
                add(
                        id.get(),
                        one.getTotalRequestsInProgress(),
                        totals(
                                one.getTotalSuccessfulRequests(),
                                one.getTotalErrorRequests(),
                                LatencyMetrics.nanos(one.getLoadMetricStatsList())),
                        inProgress);
            }
        }
        // What the sum has beyond its parts may be any instance's.
        long untold = locality.getTotalRequestsInProgress() - told;
        if (untold > 0) {
            addresses.values().stream()
                    .filter(id -> id.service().value().equals(service))
                    .forEach(id -> inProgress.merge(id, untold, Long::sum));
        }
    }

    private Optional<InstanceId> id(UpstreamEndpointStats one) {
        SocketAddress at = one.getAddress().getSocketAddress();
        return Optional.ofNullable(addresses.get(at.getAddress() + ":" + at.getPortValue()));
    }

    /** Takes in how a gateway finds instances. */
    private void judge(UpstreamLocalityStats locality, Map<InstanceId, Said> health) {
        for (UpstreamEndpointStats one : locality.getUpstreamEndpointStatsList()) {
            Optional<Said> said = HealthMetadata.read(one.getMetadata());
            if (said.isPresent()) {
                id(one).ifPresent(id -> health.put(id, said.get()));
            }
        }
    }

    /** Takes in what instances say themselves, as precisely as the data plane has it. */
    private void hear(UpstreamLocalityStats locality, long nowNanos) {
        List<InstanceId> together = new ArrayList<>();
        alone(locality).ifPresent(together::add);
        locality.getUpstreamEndpointStatsList().forEach(one -> id(one).ifPresent(together::add));
        figures.take(together, locality, nowNanos);
        for (UpstreamEndpointStats one : locality.getUpstreamEndpointStatsList()) {
            id(one).ifPresent(id -> figures.take(id, one.getLoadMetricStatsList(), nowNanos));
        }
    }

    SelfFigures figures() {
        return figures;
    }

    /** Why an instance is to be taken for ejected, by those whose reports are fresh. */
    Optional<Reason> ejected(InstanceId id, long nowNanos) {
        var verdict = new Verdict();
        nodes.forEach((node, streams) ->
                streams.values().stream()
                        .filter(of -> isFresh(of, nowNanos))
                        .flatMap(of -> Optional.ofNullable(of.health.get(id)).stream())
                        .forEach(said -> verdict.add(node, said)));
        return verdict.ejected();
    }

    private static Totals totals(long good, long bad, long nanos) {
        return new Totals(good + bad, bad, nanos);
    }

    private void add(InstanceId id, long active, Totals ended, Map<InstanceId, Long> inProgress) {
        inProgress.merge(id, active, Long::sum);
        totals.merge(id, ended, Totals::plus);
    }

    /** A stream of reports has ended. */
    void ended(String node, Object stream) {
        nodes.computeIfPresent(
                node,
                (n, streams) -> {
                    streams.remove(stream);
                    return streams.isEmpty() ? null : streams;
                });
    }

    private Collection<OfStream> streams(String node) {
        return nodes.getOrDefault(node, Map.of()).values();
    }

    private boolean isFresh(OfStream of, long nowNanos) {
        return nowNanos - of.lastNanos <= MISSED * reportNanos;
    }

    /**
     * Whether all by this name report.
     *
     * @param least how many there are
     */
    boolean isFresh(String node, int least, long nowNanos) {
        Collection<OfStream> of = streams(node);
        return of.size() >= least && of.stream().allMatch(s -> isFresh(s, nowNanos));
    }

    /**
     * Whether the newest reports were surely made after a moment: a whole interval lies between.
     */
    boolean isAfter(String node, long momentNanos) {
        return streams(node).stream().allMatch(s -> s.twice && s.beforeNanos - momentNanos > 0);
    }

    long inProgress(String node, InstanceId id) {
        return streams(node).stream().mapToLong(s -> s.inProgress(id)).sum();
    }

    /** By those alone that report now. */
    long inProgressNow(String node, InstanceId id, long nowNanos) {
        return streams(node).stream()
                .filter(s -> isFresh(s, nowNanos))
                .mapToLong(s -> s.inProgress(id))
                .sum();
    }

    /** Of a service, cumulative, of those requests of which a data plane reports it. */
    LatencyCounts latency(ServiceName service) {
        return latencies.getOrDefault(service.value(), LatencyCounts.empty());
    }

    /** Of a service that is told of no more. */
    void forget(ServiceName service) {
        latencies.remove(service.value());
        figures.forget(service);
        addresses.values().removeIf(id -> id.service().equals(service));
        totals.keySet().removeIf(id -> id.service().equals(service));
    }

    Totals totals(InstanceId id) {
        return totals.getOrDefault(id, Totals.NONE);
    }
}
