package dev.ebb.console;

import dev.ebb.control.ServiceStatus;
import dev.ebb.control.Status;
import dev.ebb.core.Need;
import java.util.List;
import java.util.Optional;

/** What is wanted of requests, and how it is kept, as metrics. */
final class ObjectiveMetrics {
    /** The needs that speak of it. */
    private static final List<String> SOURCES = List.of("latency", "answered");

    private ObjectiveMetrics() {}

    static void write(Status status, MetricsText out) {
        out.gauge("ebb_objective_allowed_ratio", "Utilization up to which it is expected to keep.");
        each(status, out, "allowed", 1);
        out.gauge("ebb_objective_latency_seconds", "Its quantile, of what was seen last.");
        each(status, out, "latency_ms", 1e-3);
        out.gauge("ebb_objective_latency_wanted_seconds", "What that is to stay below.");
        each(status, out, "wanted_ms", 1e-3);
        out.gauge("ebb_objective_budget_spent_ratio", "Part of the error budget that is spent.");
        each(status, out, "budget_spent", 1);
    }

    private static void each(Status status, MetricsText out, String figure, double unit) {
        for (ServiceStatus service : status.services()) {
            figure(service, figure)
                    .ifPresent(
                            value -> out.sample(value * unit, "service", service.name().value()));
        }
    }

    private static Optional<Double> figure(ServiceStatus service, String figure) {
        return service.explanation().needs().stream()
                .filter(need -> SOURCES.contains(need.source()))
                .map(Need::reason)
                .flatMap(why -> Optional.ofNullable(why.numbers().get(figure)).stream())
                .findFirst();
    }
}
