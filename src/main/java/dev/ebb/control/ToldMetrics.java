package dev.ebb.control;

import dev.ebb.control.EndpointSink.Told;
import dev.ebb.core.Allowance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ProcessReading;
import dev.ebb.core.ServiceName;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What instances say of their own load, beside what is measured of them (by the operating system,
 * or by a cluster's metrics): of the two the larger counts, so an instance can say that it is
 * busier than its CPU shows, and never that it is less. What was said counts for a time; who is
 * asked nothing says nothing, and then the measured figures stand alone. Not safe for use by
 * several threads.
 */
public final class ToldMetrics implements MetricSource {
    private final MetricSource measured;
    private final Function<ServiceName, Map<InstanceId, Told>> told;
    private final Duration good;
    private final Map<InstanceId, Sum> sums = new HashMap<>();

    /**
     * The larger one, added up.
     *
     * @param last as it was measured
     */
    private record Sum(ProcessReading last, long cpuNanosTotal) {}

    /**
     * @param told what instances of a service have said last
     * @param good for how long that counts
     */
    public ToldMetrics(
            MetricSource measured,
            Function<ServiceName, Map<InstanceId, Told>> told,
            Duration good) {
        this.measured = measured;
        this.told = told;
        this.good = good;
    }

    @Override
    public Metrics read(Collection<InstanceId> instances, Now now) {
        Metrics seen = measured.read(instances, now);
        Map<ServiceName, Map<InstanceId, Told>> said = new HashMap<>();
        Map<InstanceId, ProcessReading> readings = new HashMap<>();
        seen.readings()
                .forEach((id, reading) -> {
                    Optional<Told> fresh =
                            Optional.ofNullable(said.computeIfAbsent(id.service(), told).get(id))
                                    .filter(t -> !now.isPast(t.atNanos(), good));
                    readings.put(id, larger(id, reading, fresh));
                });
        sums.keySet().retainAll(readings.keySet());
        return new Metrics(readings, seen.hostCpuBusy());
    }

    private ProcessReading larger(InstanceId id, ProcessReading reading, Optional<Told> fresh) {
        Allowance may = measured.allowance(id);
        Sum before = sums.getOrDefault(id, new Sum(reading, reading.cpuNanosTotal()));
        long used = Math.max(0, reading.cpuNanosTotal() - before.last().cpuNanosTotal());
        long span = Math.max(0, reading.measuredAtNanos() - before.last().measuredAtNanos());
        double said = fresh.map(t -> t.utilization() * may.cpuCores() * span).orElse(0.0);
        long total = before.cpuNanosTotal() + Math.max(used, Math.round(said));
        sums.put(id, new Sum(reading, total));
        double memory = fresh.map(t -> t.memory().orElse(0) * may.memoryBytes()).orElse(0.0);
        return new ProcessReading(
                reading.measuredAtNanos(),
                total,
                Math.max(reading.memoryBytes(), Math.round(memory)));
    }

    @Override
    public Allowance allowance(InstanceId id) {
        return measured.allowance(id);
    }
}
