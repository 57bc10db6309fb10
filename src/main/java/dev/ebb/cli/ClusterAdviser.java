package dev.ebb.cli;

import dev.ebb.cli.PastOptions.Window;
import dev.ebb.platform.kubernetes.Access;
import dev.ebb.platform.kubernetes.Survey;
import dev.ebb.platform.kubernetes.Survey.Found;
import dev.ebb.platform.kubernetes.Surveyed;
import dev.ebb.sim.lab.Backtest;
import dev.ebb.sim.lab.Backtest.Comparison;
import dev.ebb.sim.lab.EbbScaler.Sight;
import dev.ebb.sim.lab.FleetModel;
import dev.ebb.sim.lab.Trace;
import dev.ebb.sim.lab.TraceRead;
import dev.ebb.sim.lab.rival.Lineup;
import dev.ebb.sim.lab.rival.Rivals;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** {@code ebb advise --kubernetes}: looks at a cluster, and writes nothing to it. */
final class ClusterAdviser {
    private final ClusterOptions cluster;
    private final PastOptions past;
    private final ModelOptions model;
    private final Optional<Double> price;
    private final PrintWriter out;
    private final PrintWriter err;

    ClusterAdviser(
            ClusterOptions cluster,
            PastOptions past,
            ModelOptions model,
            Optional<Double> price,
            PrintWriter out,
            PrintWriter err) {
        this.cluster = cluster;
        this.past = past;
        this.model = model;
        this.price = price;
        this.out = out;
        this.err = err;
    }

    int advise() throws InterruptedException {
        Optional<Window> window = past.isGiven() ? Optional.of(past.window()) : Optional.empty();
        Found found;
        try (var meter = new ClusterMeter(err)) {
            found = Survey.read(cluster.access(), cluster.namespace(), meter::reading);
        } catch (Access.RefusedException e) {
            throw new Failure(Exit.FAILED, e.why());
        }
        found.notes().forEach(note -> err.println("ebb: " + note));
        if (found.noMetrics().isPresent() && window.isEmpty()) {
            throw new Failure(Exit.FAILED, found.noMetrics().get());
        }
        found.noMetrics().ifPresent(why -> err.println("ebb: of now nothing is known: " + why));
        err.flush();
        List<ClusterAdvice> all = found.workloads().stream().map(ClusterAdvice::now).toList();
        if (window.isPresent()) {
            all = withPast(all, window.get());
        }
        if (cluster.json()) {
            out.println(ClusterAdviceJson.of(all, price));
        } else {
            new ClusterAdviceText(out, price, window.isPresent()).tell(all, cluster.namespace());
        }
        out.flush();
        return Exit.OK;
    }

    // ---- The past

    /** What Prometheus has told of one workload. */
    private record Told(Trace load, Trace replicas, Surveyed of) {}

    private List<ClusterAdvice> withPast(List<ClusterAdvice> all, Window window)
            throws InterruptedException {
        Map<String, Told> records = records(all, window);
        Map<String, Comparison> compared = new LinkedHashMap<>();
        if (!records.isEmpty()) {
            Function<Trace, FleetModel> usual = model.model();
            var plan =
                    new Backtest.Plan(
                            records.values().stream().map(Told::load).toList(),
                            trace -> fleet(usual.apply(trace), trace, records),
                            Optional.empty(),
                            List.of(Lineup.named(Lineup.EBB, Sight.OFFERED_LOAD).orElseThrow()),
                            Rivals.named("oracle").orElseThrow(),
                            List.of(),
                            false);
            try (var meter = new ProgressMeter(err, "advise", "nothing was written")) {
                Backtest.run(plan, meter).forEach(c -> compared.put(c.trace().name(), c));
            }
        }
        return all.stream()
                .map(one ->
                        Optional.ofNullable(compared.get(key(one.of())))
                                .map(c ->
                                        one.with(
                                                ClusterAdvice.Past.of(
                                                        c,
                                                        Objects.requireNonNull(
                                                                        records.get(key(one.of())))
                                                                .replicas())))
                                .orElse(one))
                .toList();
    }

    private Map<String, Told> records(List<ClusterAdvice> all, Window window)
            throws InterruptedException {
        Map<String, Told> records = new LinkedHashMap<>();
        List<String> unknown = new ArrayList<>();
        PrometheusQuery prometheus = past.query();
        try (var meter = new ClusterMeter(err)) {
            for (ClusterAdvice one : all) {
                meter.reading("the past, workload", records.size() + unknown.size() + 1);
                record(prometheus, one.of(), window)
                        .ifPresentOrElse(
                                r -> records.put(key(one.of()), r),
                                () -> unknown.add(one.of().words()));
            }
        }
        if (!unknown.isEmpty()) {
            err.println("ebb: Prometheus has no past of " + String.join(", ", unknown));
            err.flush();
        }
        return records;
    }

    private static Optional<Told> record(PrometheusQuery prometheus, Surveyed of, Window w)
            throws InterruptedException {
        if (of.requestCores().isEmpty()) {
            return Optional.empty();
        }
        // Of the kubelet's cAdvisor, as everybody has them.
        String series =
                ("container_cpu_usage_seconds_total{namespace=\"%s\",pod=~\"%s\","
                                + "container!=\"\",container!=\"POD\"}")
                        .formatted(of.namespace(), of.pods());
        Optional<TraceRead> load =
                prometheus.find(
                        key(of), "sum(rate(" + series + "[5m]))", w.start(), w.end(), w.step());
        if (load.isEmpty()) {
            return Optional.empty();
        }
        return prometheus
                .find(
                        key(of),
                        "count(count by (pod) (" + series + "))",
                        w.start(),
                        w.end(),
                        w.step())
                .map(replicas -> new Told(load.get().trace(), replicas.trace(), of));
    }

    private static String key(Surveyed of) {
        return "%s-%s-%s".formatted(of.namespace(), of.kind(), of.name());
    }

    /** An instance carries what a pod requests; from and up to as many as its range allows. */
    private static FleetModel fleet(FleetModel usual, Trace trace, Map<String, Told> records) {
        Surveyed of = Objects.requireNonNull(records.get(trace.name())).of();
        double request = of.requestCores().orElseThrow();
        int min = Math.max(1, ClusterAdvice.least(of));
        int most = of.autoscaler().map(Surveyed.Autoscaler::max).orElse(of.replicas());
        int peak = (int) Math.ceil(trace.peak() / (ClusterAdvice.TARGET * request));
        return new FleetModel(
                usual.step(),
                usual.start(),
                usual.drain(),
                request,
                min,
                Math.clamp(Math.max(most, peak), min, 100_000),
                usual.missAbove(),
                usual.signals());
    }
}
