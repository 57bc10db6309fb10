package dev.ebb.console;

import dev.ebb.control.ServiceStatus;
import dev.ebb.control.Status;
import dev.ebb.core.Hold;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Need;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The present state in Prometheus' text format: base units, counters that end in _total. */
final class Metrics {
    /** Every fourth of the core's buckets: one for each doubling, from 16 us on. */
    private static final int BUCKET_STEP = 4;

    private Metrics() {}

    /** With the series of all instances. */
    static String text(View view) {
        return text(view, Integer.MAX_VALUE);
    }

    /**
     * @param most instances that have series of their own; of more, only those have them that are
     *     not simply in rotation and well
     */
    static String text(View view, int most) {
        var out = new MetricsText();
        ebb(view, out);
        services(view.status(), out);
        decisions(view.status(), out);
        InstanceMetrics.write(view.status(), most, out);
        traffic(new TreeMap<>(view.traffic()), out);
        view.tls().ifPresent(tls -> TlsMetrics.write(tls, out));
        view.accessLog().ifPresent(log -> accessLog(log, out));
        view.reports().ifPresent(reports -> reports(reports, out));
        return out.toString();
    }

    private static void ebb(View view, MetricsText out) {
        out.gauge("ebb_info", "The running Ebb.").sample(1, "version", view.ebb().version());
        out.gauge("ebb_start_time_seconds", "When Ebb started, since the epoch.")
                .sample(view.ebb().startedWallMillis() / 1e3);
        out.gauge("ebb_frozen", "Whether all scaling is frozen.")
                .sample(view.status().frozen() ? 1 : 0);
        out.gauge("ebb_alarm", "Whether something needs a person's attention; see ebb status.")
                .sample(view.status().alarm().isPresent() ? 1 : 0);
        View.Loop loop = view.loop();
        out.counter("ebb_ticks_total", "Ticks of the control loop.").sample(loop.ticks());
        out.counter("ebb_ticks_skipped_total", "Ticks that fell out because one took too long.")
                .sample(loop.skipped());
        out.gauge("ebb_tick_duration_seconds", "What the last tick took.")
                .sample(loop.lastTickNanos() / 1e9);
        out.gauge("ebb_tick_duration_max_seconds", "What the longest tick took.")
                .sample(loop.longestTickNanos() / 1e9);
        out.gauge("ebb_tick_age_seconds", "Time since the last tick.")
                .sample(loop.sinceLastNanos() / 1e9);
        out.gauge("ebb_services_waiting", "Services that the last tick had no time for.")
                .sample(loop.waiting().services());
        out.gauge("ebb_services_wait_max_seconds", "Since the last decision about one of these.")
                .sample(loop.waiting().longestNanos() / 1e9);
        out.counter("ebb_ticks_short_total", "Ticks that had no time for all services.")
                .sample(loop.waiting().shortTicks());
    }

    private static void accessLog(View.AccessLog log, MetricsText out) {
        out.counter("ebb_access_log_lines_total", "Lines of the access log.").sample(log.written());
        out.counter("ebb_access_log_dropped_total", "Lines that there was no room for.")
                .sample(log.dropped());
    }

    private static void reports(View.Reports reports, MetricsText out) {
        out.counter(
                        "ebb_reports_malformed_total",
                        "Load reports of instances that made no sense, and were ignored.")
                .sample(reports.malformed());
    }

    private static void services(Status status, MetricsText out) {
        out.gauge("ebb_instances", "Instances by state in their life.");
        for (ServiceStatus service : status.services()) {
            var counts = new EnumMap<Lifecycle, Integer>(Lifecycle.class);
            service.instances().forEach(i -> counts.merge(i.lifecycle(), 1, Integer::sum));
            for (Lifecycle lifecycle : Lifecycle.values()) {
                if (lifecycle != Lifecycle.GONE) {
                    out.sample(
                            counts.getOrDefault(lifecycle, 0),
                            "service",
                            service.name().value(),
                            "lifecycle",
                            lifecycle.name());
                }
            }
        }
        out.gauge("ebb_instances_wanted", "Instances that the newest decision wants.");
        each(status, (s, name) -> out.sample(s.explanation().wanted(), "service", name));
        out.gauge("ebb_instances_min", "Fewest instances allowed.");
        each(status, (s, name) -> out.sample(s.policy().range().min(), "service", name));
        out.gauge("ebb_instances_max", "Most instances allowed.");
        each(status, (s, name) -> out.sample(s.policy().range().max(), "service", name));
        out.gauge("ebb_instances_ordered", "Instances that an operator fixed, where one did.");
        each(
                status,
                (s, name) -> s.orderedReplicas().ifPresent(n -> out.sample(n, "service", name)));
        out.gauge("ebb_service_frozen", "Whether the service's scaling is frozen.");
        each(status, (s, name) -> out.sample(s.frozen() ? 1 : 0, "service", name));
        out.counter(
                "ebb_scaling_retried_total",
                "Requests that were sent again because their instance was being removed.");
        each(status, (s, name) -> out.sample(s.ledger().retried(), "service", name));
        out.counter("ebb_scaling_cut_total", "Requests that were ended at a drain deadline.");
        each(status, (s, name) -> out.sample(s.ledger().cut(), "service", name));
        out.counter("ebb_scaling_lost_total", "Requests that failed because of scaling.");
        each(status, (s, name) -> out.sample(s.ledger().lost(), "service", name));
    }

    private static void decisions(Status status, MetricsText out) {
        out.gauge("ebb_need", "Instances that each resource asks for, to add and to remove.");
        each(
                status,
                (s, name) -> {
                    for (Need need : s.explanation().needs()) {
                        out.sample(
                                need.out(), "service", name, "source", need.source(), "for", "out");
                        out.sample(
                                need.in(), "service", name, "source", need.source(), "for", "in");
                    }
                });
        ObjectiveMetrics.write(status, out);
        out.gauge("ebb_holds", "What keeps the next step from being taken, by its code.");
        each(
                status,
                (s, name) ->
                        s.explanation().holds().stream()
                                .map(Hold::why)
                                .collect(
                                        Collectors.groupingBy(
                                                r -> r.code(), TreeMap::new, Collectors.counting()))
                                .forEach(
                                        (code, n) -> out.sample(n, "service", name, "code", code)));
    }

    static void traffic(Map<String, View.Traffic> services, MetricsText out) {
        out.counter("ebb_requests_total", "Requests with a route, by service.");
        services.forEach((name, t) -> out.sample(t.requests(), "service", name));
        byCause(
                out.counter("ebb_responses_total", "Answers of instances, by class of status."),
                services,
                "class",
                View.Traffic::answers);
        byCause(
                out.counter(
                        "ebb_requests_failed_total", "Requests that Ebb answered with 502-504."),
                services,
                "cause",
                View.Traffic::failed);
        byCause(
                out.counter(
                        "ebb_requests_rejected_total", "Requests that were the client's fault."),
                services,
                "cause",
                View.Traffic::rejected);
        out.counter("ebb_requests_retried_total", "Requests that were sent again elsewhere.");
        services.forEach((name, t) -> out.sample(t.retried(), "service", name));
        resilience(services, out);
        out.counter("ebb_responses_truncated_total", "Answers that broke off.");
        services.forEach((name, t) -> out.sample(t.truncated(), "service", name));
        out.counter("ebb_requests_cancelled_total", "Requests that the client gave up.");
        services.forEach((name, t) -> out.sample(t.cancelled(), "service", name));
        out.counter("ebb_ejections_total", "Instances taken out of rotation for their health.");
        services.forEach((name, t) -> out.sample(t.ejections(), "service", name));
        out.counter("ebb_readmissions_total", "Instances brought back after that.");
        services.forEach((name, t) -> out.sample(t.readmissions(), "service", name));
        out.histogram("ebb_request_duration_seconds", "From a request's head to its answer's end.");
        services.forEach((name, t) -> histogram(name, t.latency(), out));
    }

    private static void resilience(Map<String, View.Traffic> services, MetricsText out) {
        byCause(
                out.counter("ebb_retries_total", "Further attempts, by what had failed."),
                services,
                "reason",
                t -> t.resilience().retries());
        out.counter("ebb_hedges_total", "Second attempts beside a slow first one.");
        services.forEach((name, t) -> out.sample(t.resilience().hedged(), "service", name));
        out.counter("ebb_hedges_won_total", "Of these, whose answer came first.");
        services.forEach((name, t) -> out.sample(t.resilience().hedgesWon(), "service", name));
        out.counter(
                "ebb_requests_queued_total",
                "Requests that waited because all instances were at their limits.");
        services.forEach((name, t) -> out.sample(t.resilience().queued(), "service", name));
        out.gauge("ebb_requests_waiting", "Requests that wait for an instance with room.");
        services.forEach((name, t) -> out.sample(t.resilience().waiting(), "service", name));
        out.counter(
                "ebb_requests_unkeyed_total",
                "Requests without the key by which their service's are placed.");
        services.forEach((name, t) -> out.sample(t.resilience().unkeyed(), "service", name));
        out.counter("ebb_sessions_begun_total", "Sessions that were bound to an instance.");
        services.forEach((name, t) -> out.sample(t.resilience().sessionsBegun(), "service", name));
        out.counter(
                "ebb_sessions_moved_total",
                "Sessions that were bound to another, because theirs could not serve them.");
        services.forEach((name, t) -> out.sample(t.resilience().sessionsMoved(), "service", name));
    }

    private static void byCause(
            MetricsText out,
            Map<String, View.Traffic> services,
            String label,
            Function<View.Traffic, Map<String, Long>> counts) {
        services.forEach((name, t) ->
                new TreeMap<>(counts.apply(t))
                        .forEach((c, n) -> out.sample(n, "service", name, label, c)));
    }

    /** The sum is an upper bound, because only the buckets are known. */
    private static void histogram(String name, LatencyCounts latency, MetricsText out) {
        long below = 0;
        double sum = 0;
        for (int i = 0; i < LatencyCounts.BUCKETS; i++) {
            below += latency.count(i);
            boolean last = i == LatencyCounts.BUCKETS - 1;
            double bound = LatencyCounts.upperBoundNanos(last ? i - 1 : i) / 1e9;
            sum += bound * latency.count(i);
            if (last || i % BUCKET_STEP == 0) {
                String le = last ? "+Inf" : MetricsText.number(bound);
                out.suffixed("_bucket", below, "service", name, "le", le);
            }
        }
        out.suffixed("_sum", sum, "service", name);
        out.suffixed("_count", below, "service", name);
    }

    private interface Each<T> {
        void accept(T value, String name);
    }

    private static void each(Status status, Each<ServiceStatus> action) {
        status.services().forEach(s -> action.accept(s, s.name().value()));
    }
}
