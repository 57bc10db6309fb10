package dev.ebb.console;

import dev.ebb.core.TrafficReading;
import java.util.List;
import java.util.Map;

/**
 * What a gateway in front of fixed addresses has to show. Immutable.
 *
 * @param startedWallMillis since the epoch
 * @param clients connections that are open now
 * @param upstream connections that are open now
 */
public record ProxyFigures(
        String version,
        long startedWallMillis,
        View.Traffic traffic,
        List<Endpoint> endpoints,
        long clients,
        long upstream) {
    private static final String SERVICE = "static";

    public ProxyFigures {
        endpoints = List.copyOf(endpoints);
    }

    /**
     * @param healthy whether it is in rotation
     */
    public record Endpoint(String address, boolean healthy, TrafficReading traffic) {}

    long healthy() {
        return endpoints.stream().filter(Endpoint::healthy).count();
    }

    /** In Prometheus' text format. */
    String metrics() {
        var out = new MetricsText();
        out.gauge("ebb_info", "The running Ebb.").sample(1, "version", version);
        out.gauge("ebb_start_time_seconds", "When Ebb started, since the epoch.")
                .sample(startedWallMillis / 1e3);
        out.gauge("ebb_client_connections", "Connections of clients.").sample(clients);
        out.gauge("ebb_upstream_connections", "Connections to endpoints.").sample(upstream);
        out.gauge("ebb_endpoint_healthy", "1 for an endpoint in rotation, 0 for an ejected one.");
        endpoints.forEach(e -> out.sample(e.healthy() ? 1 : 0, "endpoint", e.address()));
        out.gauge("ebb_endpoint_in_flight", "Requests in flight.");
        endpoints.forEach(e -> out.sample(e.traffic().inFlight(), "endpoint", e.address()));
        out.counter("ebb_endpoint_requests_total", "Attempts that have ended.");
        endpoints.forEach(e -> out.sample(e.traffic().requestsTotal(), "endpoint", e.address()));
        out.counter("ebb_endpoint_failures_total", "Of those, failed ones.");
        endpoints.forEach(e -> out.sample(e.traffic().failuresTotal(), "endpoint", e.address()));
        Metrics.traffic(Map.of(SERVICE, traffic), out);
        return out.toString();
    }
}
