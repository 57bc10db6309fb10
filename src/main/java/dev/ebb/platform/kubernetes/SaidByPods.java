package dev.ebb.platform.kubernetes;

import dev.ebb.control.EndpointSink;
import dev.ebb.control.EndpointSink.Told;
import dev.ebb.control.MetricSource;
import dev.ebb.control.QuerySource;
import dev.ebb.control.ToldMetrics;
import dev.ebb.core.InstanceId;
import dev.ebb.core.QueryReading;
import dev.ebb.core.QueryTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What the pods of one workload say of themselves, to the operator that asks them or in answers
 * that data planes pass on, put beside what is measured and what a monitoring system knows. A
 * figure of the workload is the sum over the pods that serve; as long as one of them does not say
 * it, the sum before stands, and grows old: missing is never 0. Control thread only.
 */
final class SaidByPods {
    private final ScaleSpec spec;
    private final Optional<PodReports> reports;
    private final EndpointSink planes;
    private final Fleet fleet;
    private final Function<InstanceId, Optional<PodView>> pods;
    private final List<QueryTarget> targets;
    private final Map<String, QueryReading> last = new HashMap<>();

    /**
     * @param reports of pods that the operator asks, if it does
     * @param planes who passes on what is said in answers
     * @param pods as they are seen now
     */
    SaidByPods(
            ScaleSpec spec,
            Optional<PodReports> reports,
            EndpointSink planes,
            Fleet fleet,
            Function<InstanceId, Optional<PodView>> pods) {
        this.spec = spec;
        this.reports = reports;
        this.planes = planes;
        this.fleet = fleet;
        this.pods = pods;
        this.targets =
                spec.policy().targets().queries().stream().filter(ReportedFields::isOne).toList();
    }

    private Map<InstanceId, Told> told() {
        return reports.map(PodReports::told).orElseGet(() -> planes.told(fleet.service()));
    }

    /** The larger of what is said and what is measured, where pods say anything. */
    MetricSource over(MetricSource measured) {
        return spec.orca().isEmpty()
                ? measured
                : new ToldMetrics(measured, _ -> told(), spec.policy().in().freshness());
    }

    /** Those answers, and the sums of what pods say. */
    QuerySource over(QuerySource answers) {
        return targets.isEmpty()
                ? answers
                : service ->
                        Stream.concat(answers.read(service).stream(), sums().stream()).toList();
    }

    private List<QueryReading> sums() {
        Map<InstanceId, Told> said = spec.orca().isEmpty() ? Map.of() : told();
        List<QueryReading> all = new ArrayList<>();
        for (QueryTarget target : targets) {
            QueryReading now = sum(target, said);
            last.put(target.name(), now);
            all.add(now);
        }
        return all;
    }

    private QueryReading sum(QueryTarget target, Map<InstanceId, Told> said) {
        double sum = 0;
        long oldest = Long.MAX_VALUE;
        for (InstanceId id : new TreeSet<>(fleet.bound().keySet())) {
            Optional<PodView> pod = pods.apply(id).filter(p -> p.more().containersReady());
            if (pod.isEmpty() || fleet.isOut(id)) {
                continue;
            }
            Told told = said.get(id);
            Double value = told == null ? null : told.figures().get(target.query());
            if (told == null || value == null) {
                return missing(target, "pod %s does not say it".formatted(pod.get().name()));
            }
            sum += value;
            // Of monotonic times only differences can be compared.
            oldest =
                    oldest == Long.MAX_VALUE || told.atNanos() - oldest < 0
                            ? told.atNanos()
                            : oldest;
        }
        return oldest == Long.MAX_VALUE
                ? missing(target, "no pod serves")
                : new QueryReading(target.name(), Optional.of(sum), oldest, Optional.empty());
    }

    private QueryReading missing(QueryTarget target, String why) {
        QueryReading before =
                last.getOrDefault(
                        target.name(),
                        new QueryReading(target.name(), Optional.empty(), 0, Optional.empty()));
        return new QueryReading(
                target.name(), before.value(), before.measuredAtNanos(), Optional.of(why));
    }
}
