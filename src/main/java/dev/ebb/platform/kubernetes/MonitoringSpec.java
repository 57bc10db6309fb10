package dev.ebb.platform.kubernetes;

import dev.ebb.control.Monitoring.Question;
import dev.ebb.core.QueryTarget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a ServiceScale wants of a Prometheus: {@code spec.targets.queries}, which size it, and
 * {@code spec.metrics.prometheus}, the CPU and memory of its pods. Immutable.
 *
 * @param queries by what the policy calls them
 * @param usage empty where the metrics API is asked for that
 */
record MonitoringSpec(List<Query> queries, Optional<OfPods> usage) {
    record Query(String name, Question question) {}

    /**
     * @param cpu cores in use, by pod, and by container where the labels say so
     * @param memory bytes in use, likewise
     */
    record OfPods(Question cpu, Question memory) {}

    MonitoringSpec {
        queries = List.copyOf(queries);
    }

    /**
     * @param spec of a ServiceScale
     * @param targets as they were read from it
     */
    static MonitoringSpec of(Fields spec, String namespace, List<QueryTarget> targets) {
        return new MonitoringSpec(
                targets.stream().map(MonitoringSpec::query).toList(),
                spec.in("metrics").given("prometheus").map(p -> usage(p, namespace)));
    }

    private static Query query(QueryTarget target) {
        var pace = target.pace();
        return new Query(
                target.name(), new Question(target.query(), true, pace.every(), pace.timeout()));
    }

    private static OfPods usage(Fields given, String namespace) {
        Duration every = given.seconds("everySeconds", 15);
        Duration timeout = given.seconds("timeoutSeconds", 5);
        String cpu = given.text("cpu").orElseGet(() -> cpu(namespace));
        String memory = given.text("memory").orElseGet(() -> memory(namespace));
        return new OfPods(
                new Question(cpu, false, every, timeout),
                new Question(memory, false, every, timeout));
    }

    /** Long enough for two scrapes of one a minute, as rate() needs them. */
    private static String cpu(String namespace) {
        return ("sum by (pod, container) (rate(container_cpu_usage_seconds_total{namespace=\"%s\","
                        + "container!=\"\",container!=\"POD\"}[2m]))")
                .formatted(namespace);
    }

    private static String memory(String namespace) {
        return ("sum by (pod, container) (container_memory_working_set_bytes{namespace=\"%s\","
                        + "container!=\"\",container!=\"POD\"})")
                .formatted(namespace);
    }

    /** What all of these want to know. */
    static Set<Question> questions(List<ScaleSpec> specs) {
        return specs.stream()
                .flatMap(s -> s.monitoring().questions().stream())
                .collect(Collectors.toSet());
    }

    boolean asks() {
        return usage.isPresent() || !queries.isEmpty();
    }

    List<Question> questions() {
        List<Question> all = new ArrayList<>();
        queries.forEach(q -> all.add(q.question()));
        usage.ifPresent(u -> {
            all.add(u.cpu());
            all.add(u.memory());
        });
        return all;
    }
}
