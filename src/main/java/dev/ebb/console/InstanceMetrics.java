package dev.ebb.console;

import dev.ebb.control.InstanceStatus;
import dev.ebb.control.ServiceStatus;
import dev.ebb.control.Status;
import dev.ebb.core.Health;
import dev.ebb.core.Lifecycle;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What instances use and do, as metrics: for each service always, for each instance as long as they
 * are not too many. What is scraped must not grow with the fleet without an end.
 */
final class InstanceMetrics {
    private static final Map<String, Function<InstanceStatus, Optional<Double>>> RESOURCES =
            Map.of(
                    "cpu", InstanceStatus::cpu,
                    "memory", InstanceStatus::memory,
                    "concurrency", InstanceStatus::concurrency);
    private static final List<String> ORDER = List.of("cpu", "memory", "concurrency");

    private InstanceMetrics() {}

    /**
     * @param most that have series of their own
     */
    static void write(Status status, int most, MetricsText out) {
        means(status, out);
        List<InstanceStatus> all =
                status.services().stream()
                        .flatMap(s -> s.instances().stream())
                        .sorted(Comparator.comparing(InstanceStatus::id))
                        .toList();
        List<InstanceStatus> shown = all.size() <= most ? all : remarkable(all, most);
        out.gauge("ebb_instances_without_series", "Instances that the series of each leave out.")
                .sample(all.size() - shown.size());
        each(shown, out);
    }

    /** Where all would be too many, those that somebody will ask about. */
    private static List<InstanceStatus> remarkable(List<InstanceStatus> all, int most) {
        return all.stream().filter(i -> !isOrdinary(i)).limit(most).toList();
    }

    private static boolean isOrdinary(InstanceStatus one) {
        return one.lifecycle() == Lifecycle.SERVING
                && one.health() == Health.HEALTHY
                && one.marks().isEmpty();
    }

    private static void means(Status status, MetricsText out) {
        out.gauge("ebb_service_utilization_ratio", "Mean of those in rotation, by resource.");
        for (ServiceStatus service : status.services()) {
            for (String resource : ORDER) {
                var of = RESOURCES.getOrDefault(resource, _ -> Optional.empty());
                service.instances().stream()
                        .filter(i -> i.lifecycle().inRotation())
                        .flatMap(i -> of.apply(i).stream())
                        .mapToDouble(v -> v)
                        .average()
                        .ifPresent(mean ->
                                out.sample(
                                        mean,
                                        "service",
                                        service.name().value(),
                                        "resource",
                                        resource));
            }
        }
    }

    private static void each(List<InstanceStatus> all, MetricsText out) {
        out.gauge("ebb_instance_state", "1 for each instance, with its state and health.");
        for (InstanceStatus i : all) {
            out.sample(
                    1, labels(i, "lifecycle", i.lifecycle().name(), "health", i.health().name()));
        }
        out.gauge("ebb_instance_utilization_ratio", "Used / allowed, by resource.");
        for (InstanceStatus i : all) {
            for (String resource : ORDER) {
                RESOURCES
                        .getOrDefault(resource, _ -> Optional.empty())
                        .apply(i)
                        .ifPresent(v -> out.sample(v, labels(i, "resource", resource)));
            }
        }
        out.gauge("ebb_instance_in_flight", "Requests in flight.");
        all.forEach(i -> out.sample(i.inFlight(), labels(i)));
        out.gauge("ebb_instance_requests_per_second", "Requests finished a second, recently.");
        all.forEach(i -> out.sample(i.requestsPerSecond(), labels(i)));
        out.gauge("ebb_instance_failure_ratio", "Share of failed requests, recently.");
        all.forEach(i -> out.sample(i.failureShare(), labels(i)));
        out.gauge("ebb_instance_latency_mean_seconds", "Mean latency, recently.");
        all.forEach(i -> out.sample(i.latencyMeanMillis() / 1e3, labels(i)));
        out.gauge("ebb_instance_data_age_seconds", "Age of the oldest reading; +Inf without one.");
        all.forEach(i -> out.sample(ageSeconds(i), labels(i)));
    }

    private static double ageSeconds(InstanceStatus one) {
        return one.dataAgeNanos() == Long.MAX_VALUE
                ? Double.POSITIVE_INFINITY
                : one.dataAgeNanos() / 1e9;
    }

    private static String[] labels(InstanceStatus i, String... more) {
        String[] all = new String[4 + more.length];
        all[0] = "service";
        all[1] = i.id().service().value();
        all[2] = "instance";
        all[3] = i.id().toString();
        System.arraycopy(more, 0, all, 4, more.length);
        return all;
    }
}
