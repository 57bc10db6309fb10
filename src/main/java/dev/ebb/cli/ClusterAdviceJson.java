package dev.ebb.cli;

import dev.ebb.console.Wire;
import dev.ebb.platform.kubernetes.Surveyed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cluster's advice for programs: what is not known is not there. */
final class ClusterAdviceJson {
    private ClusterAdviceJson() {}

    static String of(List<ClusterAdvice> all, Optional<Double> price) {
        ClusterAdvice.Sum sum = ClusterAdvice.Sum.of(all);
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("replicas", sum.replicas());
        root.put("saves_pods", sum.pods());
        root.put("requested_cores", sum.requested());
        root.put("saves_cores", sum.cores());
        price.ifPresent(
                p -> root.put("saves_money_a_month", sum.pods() * p * ClusterAdviceText.MONTH));
        root.put("workloads", all.stream().map(one -> workload(one, price)).toList());
        return Wire.pretty(root);
    }

    private static Map<String, Object> workload(ClusterAdvice one, Optional<Double> price) {
        Surveyed of = one.of();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("namespace", of.namespace());
        map.put("kind", of.kind());
        map.put("name", of.name());
        map.put("replicas", of.replicas());
        of.requestCores().ifPresent(v -> map.put("request_cores", v));
        of.usedCores().ifPresent(v -> map.put("used_cores", v));
        one.used().ifPresent(v -> map.put("used_share", v));
        one.needed().ifPresent(v -> map.put("needs", v));
        one.could()
                .ifPresent(v -> {
                    map.put("could_run_with", v);
                    map.put("saves_pods", one.pods());
                    map.put("saves_cores", one.cores());
                    price.ifPresent(p ->
                            map.put(
                                    "saves_money_a_month",
                                    one.pods() * p * ClusterAdviceText.MONTH));
                });
        one.blind().ifPresent(why -> map.put("unknown", why));
        of.autoscaler().ifPresent(a -> map.put("autoscaler", autoscaler(a)));
        of.ebb().ifPresent(name -> map.put("service_scale", name));
        map.put("obstacles", of.obstacles().stream().map(ClusterAdviceJson::obstacle).toList());
        one.past().ifPresent(p -> map.put("past", past(p)));
        return map;
    }

    private static Map<String, Object> obstacle(Surveyed.Obstacle one) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("code", one.code());
        map.put("text", one.text());
        return map;
    }

    private static Map<String, Object> autoscaler(Surveyed.Autoscaler one) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("kind", one.kind());
        map.put("name", one.name());
        map.put("min", one.min());
        map.put("max", one.max());
        one.cpuPercent().ifPresent(v -> map.put("cpu_percent", v));
        return map;
    }

    private static Map<String, Object> past(ClusterAdvice.Past past) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("hours", past.hours());
        map.put("pod_hours", past.were());
        map.put("pod_hours_with_ebb", past.would());
        map.put("saves_pod_hours", past.saved());
        map.put("missed_percent", past.missedPercent());
        return map;
    }
}
