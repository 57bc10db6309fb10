package dev.ebb.console;

import dev.ebb.core.Health;
import dev.ebb.core.TrafficReading;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a gateway without control has to show: one in front of fixed addresses, or one that is told
 * over xDS. Immutable.
 *
 * @param startedWallMillis since the epoch
 * @param traffic by service; what had no route under ""
 * @param clients connections that are open now
 * @param upstream connections that are open now
 * @param tls empty where there is none
 * @param control where its knowledge comes from; empty where that is its command line
 */
public record PlaneFigures(
        String version,
        long startedWallMillis,
        Map<String, View.Traffic> traffic,
        List<Endpoint> endpoints,
        long clients,
        long upstream,
        Optional<View.Tls> tls,
        Optional<Control> control) {
    /** The role of an endpoint that may be picked. */
    public static final String ACTIVE = "ACTIVE";

    public PlaneFigures {
        traffic = Map.copyOf(traffic);
        endpoints = List.copyOf(endpoints);
    }

    /**
     * @param role what control says of it: whether it may be picked
     * @param health what the checks from here say
     */
    public record Endpoint(
            String service,
            String instance,
            String address,
            String role,
            Health health,
            TrafficReading traffic) {
        boolean isActive() {
            return role.equals(ACTIVE);
        }

        boolean isHealthy() {
            return health != Health.EJECTED;
        }

        private String[] labels() {
            return new String[] {
                "service", service, "instance", instance, "endpoint", address,
            };
        }
    }

    /**
     * The Ebb that decides.
     *
     * @param at its address
     * @param node what this gateway is called there
     * @param connected whether the connection lives
     * @param heardSecondsAgo since it said anything; empty when it never did
     * @param lost connections that have ended, or never came about
     * @param refused what of it was refused and why, if that was so with the newest
     */
    public record Control(
            String at,
            String node,
            boolean connected,
            Optional<Double> heardSecondsAgo,
            long lost,
            Optional<String> refused,
            List<Known> services) {
        public Control {
            services = List.copyOf(services);
        }
    }

    /**
     * What is known of one service's endpoints.
     *
     * @param generation how many sets of endpoints have come since the start, of all services
     * @param acknowledged the newest of them from which every event loop picks
     * @param version what Ebb calls the set that is in use
     * @param changedSecondsAgo since it came
     */
    public record Known(
            String service,
            long generation,
            long acknowledged,
            String version,
            double changedSecondsAgo) {}

    /** Whether there is anybody who may be picked and is not ejected. */
    public boolean anyUsable() {
        return endpoints.stream().anyMatch(e -> e.isActive() && e.isHealthy());
    }

    /** In Prometheus' text format. */
    String metrics() {
        var out = new MetricsText();
        out.gauge("ebb_info", "The running Ebb.").sample(1, "version", version);
        out.gauge("ebb_start_time_seconds", "When Ebb started, since the epoch.")
                .sample(startedWallMillis / 1e3);
        out.gauge("ebb_client_connections", "Connections of clients.").sample(clients);
        out.gauge("ebb_upstream_connections", "Connections to endpoints.").sample(upstream);
        out.gauge("ebb_endpoint_active", "1 for an endpoint that may be picked, else 0.");
        endpoints.forEach(e -> out.sample(e.isActive() ? 1 : 0, e.labels()));
        out.gauge("ebb_endpoint_healthy", "0 for an endpoint that was ejected, else 1.");
        endpoints.forEach(e -> out.sample(e.isHealthy() ? 1 : 0, e.labels()));
        out.gauge("ebb_endpoint_in_flight", "Requests in flight.");
        endpoints.forEach(e -> out.sample(e.traffic().inFlight(), e.labels()));
        out.counter("ebb_endpoint_requests_total", "Attempts that have ended.");
        endpoints.forEach(e -> out.sample(e.traffic().requestsTotal(), e.labels()));
        out.counter("ebb_endpoint_failures_total", "Of those, failed ones.");
        endpoints.forEach(e -> out.sample(e.traffic().failuresTotal(), e.labels()));
        Metrics.traffic(new TreeMap<>(traffic), out);
        tls.ifPresent(some -> TlsMetrics.write(some, out));
        control.ifPresent(some -> write(some, out));
        return out.toString();
    }

    private static void write(Control control, MetricsText out) {
        out.gauge("ebb_xds_connected", "Whether the connection to Ebb lives.")
                .sample(control.connected() ? 1 : 0);
        out.gauge("ebb_xds_heard_age_seconds", "Since Ebb said anything; +Inf for never.")
                .sample(control.heardSecondsAgo().orElse(Double.POSITIVE_INFINITY));
        out.counter("ebb_xds_connections_lost_total", "Connections to Ebb that ended or failed.")
                .sample(control.lost());
        out.gauge("ebb_xds_refused", "Whether the newest that Ebb said was refused.")
                .sample(control.refused().isPresent() ? 1 : 0);
        out.gauge("ebb_xds_generation", "Number of the set of endpoints that came last.");
        control.services().forEach(s -> out.sample(s.generation(), "service", s.service()));
        out.gauge("ebb_xds_generation_in_use", "Number of the one that all loops pick from.");
        control.services().forEach(s -> out.sample(s.acknowledged(), "service", s.service()));
        out.gauge("ebb_xds_endpoints_age_seconds", "Since the newest set of endpoints came.");
        control.services().forEach(s -> out.sample(s.changedSecondsAgo(), "service", s.service()));
    }
}
