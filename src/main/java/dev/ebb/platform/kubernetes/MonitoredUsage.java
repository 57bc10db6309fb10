package dev.ebb.platform.kubernetes;

import dev.ebb.control.Clock;
import dev.ebb.control.Monitoring;
import dev.ebb.control.Monitoring.Answer;
import dev.ebb.control.Monitoring.Sample;
import dev.ebb.core.Hold;
import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.ContainerMetricsBuilder;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.PodMetrics;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.PodMetricsBuilder;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * CPU and memory of pods as a Prometheus gives them, in the place of the metrics API, and taken in
 * the same way. A figure is as old as the question that it answers, of the two the older one. Where
 * answers name containers, each that runs must be in them; otherwise a number of the pod stands for
 * all. Control thread only.
 */
final class MonitoredUsage implements PodFigures {
    private static final String POD = "pod";
    private static final String CONTAINER = "container";

    private final Monitoring monitoring;
    private final MonitoringSpec.OfPods asked;
    private final Function<String, Optional<Set<String>>> running;
    private final Clock clock;
    private Map<String, Usage> known = Map.of();
    private long takenInNanos = Long.MIN_VALUE;

    /** What is said of one container. */
    private record Figures(Optional<Double> cores, Optional<Double> bytes) {
        static final Figures NONE = new Figures(Optional.empty(), Optional.empty());

        Figures withCores(double value) {
            return new Figures(Optional.of(cores.orElse(0.0) + value), bytes);
        }

        Figures withBytes(double value) {
            return new Figures(cores, Optional.of(bytes.orElse(0.0) + value));
        }
    }

    /**
     * @param running the containers of a pod that run; empty when nobody has seen the pod
     */
    MonitoredUsage(
            Monitoring monitoring,
            MonitoringSpec.OfPods asked,
            Function<String, Optional<Set<String>>> running,
            Clock clock) {
        this.monitoring = monitoring;
        this.asked = asked;
        this.running = running;
        this.clock = clock;
    }

    @Override
    public Optional<Usage> of(String pod) {
        Optional<Answer> cpu = monitoring.answer(asked.cpu());
        Optional<Answer> memory = monitoring.answer(asked.memory());
        if (cpu.flatMap(Answer::samples).isPresent()
                && memory.flatMap(Answer::samples).isPresent()) {
            take(cpu.get(), memory.get());
        }
        return Optional.ofNullable(known.get(pod));
    }

    private void take(Answer cpu, Answer memory) {
        long at = Math.min(cpu.measuredAtNanos(), memory.measuredAtNanos());
        if (takenInNanos != Long.MIN_VALUE && at - takenInNanos <= 0) {
            return;
        }
        takenInNanos = at;
        Map<String, Map<String, Figures>> pods = new HashMap<>();
        for (Sample one : cpu.samples().orElseThrow()) {
            of(one, pods).compute(container(one), (_, f) -> or(f).withCores(one.value()));
        }
        for (Sample one : memory.samples().orElseThrow()) {
            of(one, pods).compute(container(one), (_, f) -> or(f).withBytes(one.value()));
        }
        Now now = clock.now();
        String time =
                Instant.ofEpochMilli(now.wallMillis() - now.nanosSince(at) / 1_000_000).toString();
        Map<String, Usage> next = new HashMap<>();
        pods.forEach((pod, figures) -> {
            Optional<Usage> before = Optional.ofNullable(known.get(pod));
            must(pod, figures.keySet())
                    .flatMap(all -> Usage.after(before, metrics(time, figures), all, at))
                    .ifPresent(usage -> next.put(pod, usage));
        });
        known = Map.copyOf(next);
    }

    private static Figures or(Figures before) {
        return Optional.ofNullable(before).orElse(Figures.NONE);
    }

    private static Map<String, Figures> of(Sample one, Map<String, Map<String, Figures>> pods) {
        return pods.computeIfAbsent(one.labels().getOrDefault(POD, ""), _ -> new TreeMap<>());
    }

    private static String container(Sample one) {
        return one.labels().getOrDefault(CONTAINER, "");
    }

    /** Which containers must be in a pod's figures; empty when nobody has seen it. */
    private Optional<Set<String>> must(String pod, Set<String> told) {
        return running.apply(pod).map(all -> told.equals(Set.of("")) ? told : all);
    }

    private static PodMetrics metrics(String time, Map<String, Figures> figures) {
        var pod = new PodMetricsBuilder().withTimestamp(time);
        figures.forEach((container, f) -> {
            Map<String, Quantity> usage = new HashMap<>();
            f.cores().ifPresent(c -> usage.put("cpu", quantity(c)));
            f.bytes().ifPresent(b -> usage.put("memory", quantity(b)));
            pod.addToContainers(
                    new ContainerMetricsBuilder().withName(container).withUsage(usage).build());
        });
        return pod.build();
    }

    private static Quantity quantity(double value) {
        return new Quantity(BigDecimal.valueOf(value).toPlainString());
    }

    @Override
    public Optional<Hold> trouble() {
        return problem("the CPU", monitoring.answer(asked.cpu()))
                .or(() -> problem("the memory", monitoring.answer(asked.memory())));
    }

    private static Optional<Hold> problem(String what, Optional<Answer> answer) {
        return answer.flatMap(Answer::problem)
                .map(why ->
                        new Hold(
                                Reason.of(
                                        "no_metrics",
                                        "the Prometheus does not tell %s of pods: %s"
                                                .formatted(what, why)),
                                "a Prometheus that answers"));
    }
}
