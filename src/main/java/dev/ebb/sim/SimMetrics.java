package dev.ebb.sim;

import dev.ebb.control.MetricSource;
import dev.ebb.core.Allowance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ProcessReading;
import dev.ebb.sim.Conditions.Lie;
import dev.ebb.sim.Conditions.Trouble;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * What the operating system says of instances: late, missing, stale, or from an instance that lies
 * (as a broken exporter would), with a host that may be busy. Single-threaded.
 */
final class SimMetrics implements MetricSource {
    private final World world;
    private final SplittableRandom random;
    private final double hostCores;
    private final Map<InstanceId, ProcessReading> last = new HashMap<>();
    private double busyBefore;
    private long busyAt;

    SimMetrics(World world, double hostCores, SplittableRandom random) {
        this.world = world;
        this.hostCores = hostCores;
        this.random = random;
        busyAt = world.clock.nanos();
        busyBefore = cpuOfAll();
    }

    @Override
    public Metrics read(Collection<InstanceId> instances, Now now) {
        Map<InstanceId, ProcessReading> readings = new HashMap<>();
        if (!world.conditions.is(Trouble.NO_METRICS)) {
            for (InstanceId id : instances) {
                world.process(id)
                        .filter(SimInstance::isAlive)
                        .flatMap(this::reading)
                        .ifPresent(reading -> readings.put(id, reading));
            }
        }
        last.putAll(readings);
        last.keySet().retainAll(instances);
        return new Metrics(readings, hostBusy());
    }

    private Optional<ProcessReading> reading(SimInstance process) {
        long at = world.clock.monotonic(world.clock.nanos());
        long cpu = (long) (process.cpuSeconds * 1e9);
        long memory = process.memory(world.inFlight(process.id()));
        Optional<Lie> lie = world.conditions.lieOf(process.id());
        if (lie.isEmpty()) {
            return Optional.of(new ProcessReading(at, cpu, memory));
        }
        Optional<ProcessReading> before = Optional.ofNullable(last.get(process.id()));
        return switch (lie.get()) {
            case MISSING -> Optional.empty();
            case STALE -> before;
            case ZERO -> {
                long stuck = before.map(ProcessReading::cpuNanosTotal).orElse(0L);
                yield Optional.of(new ProcessReading(at, stuck, memory));
            }
            case CONSTANT -> Optional.of(new ProcessReading(at, steady(process, before, at), 1));
            case GARBAGE ->
                    Optional.of(new ProcessReading(at, random.nextLong(), random.nextLong()));
        };
    }

    /** As if a third of its CPU were in use, whatever it does. */
    private long steady(SimInstance process, Optional<ProcessReading> before, long at) {
        if (before.isEmpty()) {
            return 0;
        }
        long since = at - before.get().measuredAtNanos();
        return before.get().cpuNanosTotal() + (long) (since * process.model.cores() * 0.33);
    }

    private OptionalDouble hostBusy() {
        long now = world.clock.nanos();
        if (world.conditions.is(Trouble.HOST_BUSY)) {
            return OptionalDouble.of(0.99);
        }
        double all = cpuOfAll();
        double seconds = (now - busyAt) / 1e9;
        if (seconds <= 0) {
            return OptionalDouble.empty();
        }
        double busy = (all - busyBefore) / seconds / hostCores;
        busyBefore = all;
        busyAt = now;
        return OptionalDouble.of(Math.clamp(busy, 0, 1));
    }

    private double cpuOfAll() {
        double sum = 0;
        for (SimService service : world.services()) {
            for (SimInstance process : service.processes()) {
                sum += process.isAlive() ? process.cpuSeconds : 0;
            }
        }
        return sum;
    }

    @Override
    public Allowance allowance(InstanceId id) {
        return world.service(id.service()).model.allowance();
    }
}
