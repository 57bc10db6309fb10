package dev.ebb.platform.kubernetes;

import dev.ebb.control.MetricSource;
import dev.ebb.core.Allowance;
import dev.ebb.core.Allowance.Source;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ProcessReading;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * CPU and memory of pods as the metrics API or a Prometheus gives them, against what their
 * containers request. Control thread only.
 */
final class PodMetricSource implements MetricSource {
    /** A pod without a memory limit or request can use what there is, which nobody has said. */
    private static final long UNBOUNDED = 1L << 50;

    private final Fleet fleet;
    private final Sight sight;
    private final PodFigures usage;
    private final Made<List<PodView>, Map<String, PodView>> byUid;
    private Map<String, PodView> pods = Map.of();

    /**
     * @param byUid what it sees, by uid
     */
    PodMetricSource(
            Fleet fleet,
            Sight sight,
            Made<List<PodView>, Map<String, PodView>> byUid,
            PodFigures usage) {
        this.byUid = byUid;
        this.fleet = fleet;
        this.sight = sight;
        this.usage = usage;
    }

    @Override
    public Metrics read(Collection<InstanceId> instances, Now now) {
        pods = byUid.of(sight.pods());
        Map<InstanceId, ProcessReading> readings = HashMap.newHashMap(instances.size());
        for (InstanceId id : instances) {
            fleet.of(id)
                    .flatMap(pod -> usage.of(pod.pod()))
                    .map(u -> u.reading(now.monotonicNanos(), now.wallMillis()))
                    .ifPresent(reading -> readings.put(id, reading));
        }
        return new Metrics(readings, OptionalDouble.empty());
    }

    /** Where a container requests nothing, nothing is removed; see {@link Holds#noRequest}. */
    @Override
    public Allowance allowance(InstanceId id) {
        Optional<PodMore> more =
                fleet.of(id)
                        .flatMap(pod -> Optional.ofNullable(pods.get(pod.uid())))
                        .map(PodView::more);
        return new Allowance(
                more.flatMap(PodMore::cpuCores).orElse(1.0),
                more.flatMap(PodMore::cpuCores).isPresent() ? Source.DECLARED : Source.FAIR_SHARE,
                more.flatMap(PodMore::memoryBytes).orElse(UNBOUNDED),
                more.flatMap(PodMore::memoryBytes).isPresent()
                        ? Source.DECLARED
                        : Source.FAIR_SHARE,
                OptionalDouble.empty());
    }
}
