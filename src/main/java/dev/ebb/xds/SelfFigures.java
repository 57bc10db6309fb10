package dev.ebb.xds;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink.Told;
import dev.ebb.control.OrcaFigures;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import io.envoyproxy.envoy.config.endpoint.v3.EndpointLoadMetricStats;
import io.envoyproxy.envoy.config.endpoint.v3.UnnamedEndpointLoadMetricStats;
import io.envoyproxy.envoy.config.endpoint.v3.UpstreamLocalityStats;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What instances have said of their own load in answers, as data planes pass it on: the newest of
 * each instance, whichever data plane it came by. Those that know it of a locality only, as Envoy
 * and gRPC do, say the mean over its requests; that then stands for each of its instances that had
 * any. Under the lock of {@link Discovery}.
 */
final class SelfFigures {
    private final Map<InstanceId, Told> newest = new HashMap<>();
    private long ignored;

    /** Ebb's own figures in the same lists are none of an instance's. */
    private static final String OWN = "dev.ebb.";

    /**
     * What a gateway passes on of an instance: one answer's figures, those that it has read last.
     */
    static List<EndpointLoadMetricStats> metrics(Told told) {
        return told.figures().entrySet().stream()
                .map(one -> LatencyMetrics.metric(one.getKey(), 1, one.getValue()))
                .toList();
    }

    /** Forgets who is gone. */
    void know(EndpointSnapshot snapshot) {
        Set<InstanceId> now =
                snapshot.endpoints().stream().map(e -> e.id()).collect(Collectors.toSet());
        newest.keySet()
                .removeIf(id -> id.service().equals(snapshot.service()) && !now.contains(id));
    }

    void forget(ServiceName service) {
        newest.keySet().removeIf(id -> id.service().equals(service));
    }

    /** Takes in what is said of an instance; where it is nothing, what was before it stands. */
    void take(InstanceId id, List<EndpointLoadMetricStats> metrics, long nowNanos) {
        keep(List.of(id), figures(metrics), nowNanos);
    }

    /** Takes in what is said of a locality, for those of it that say nothing themselves. */
    void take(Collection<InstanceId> of, UpstreamLocalityStats locality, long nowNanos) {
        OrcaFigures figures = figures(locality.getLoadMetricStatsList());
        if (locality.hasCpuUtilization()) {
            add(figures, OrcaFigures.CPU, locality.getCpuUtilization());
        }
        if (locality.hasMemUtilization()) {
            add(figures, OrcaFigures.MEMORY, locality.getMemUtilization());
        }
        if (locality.hasApplicationUtilization()) {
            add(figures, OrcaFigures.APPLICATION, locality.getApplicationUtilization());
        }
        keep(of, figures, nowNanos);
    }

    private void keep(Collection<InstanceId> of, OrcaFigures figures, long nowNanos) {
        ignored += figures.ignored();
        if (!figures.isEmpty()) {
            Told told = figures.told(nowNanos);
            of.forEach(id -> newest.put(id, told));
        }
    }

    private static OrcaFigures figures(List<EndpointLoadMetricStats> metrics) {
        var figures = new OrcaFigures();
        for (EndpointLoadMetricStats one : metrics) {
            if (!one.getMetricName().startsWith(OWN)) {
                long requests = one.getNumRequestsFinishedWithMetric();
                add(figures, one.getMetricName(), requests, one.getTotalMetricValue());
            }
        }
        return figures;
    }

    private static void add(
            OrcaFigures figures, String name, UnnamedEndpointLoadMetricStats metric) {
        add(figures, name, metric.getNumRequestsFinishedWithMetric(), metric.getTotalMetricValue());
    }

    /** The mean; of no request there is none. */
    private static void add(OrcaFigures figures, String name, long requests, double total) {
        if (requests != 0) {
            figures.add(name, requests > 0 ? total / requests : Double.NaN);
        }
    }

    /** By instance, however old. */
    Map<InstanceId, Told> of(ServiceName service) {
        return newest.entrySet().stream()
                .filter(e -> e.getKey().service().equals(service))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Figures that could not be, or were too many, or had a name that is none. */
    long ignored() {
        return ignored;
    }
}
