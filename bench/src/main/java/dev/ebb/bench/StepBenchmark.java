package dev.ebb.bench;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.Controller;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.MetricSource;
import dev.ebb.control.Platform;
import dev.ebb.control.Ports;
import dev.ebb.control.ServicePlan;
import dev.ebb.core.Allowance;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.Policy;
import dev.ebb.core.ProcessReading;
import dev.ebb.core.ServiceName;
import dev.ebb.core.TrafficReading;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a whole step of the control loop cost on top of the decision? The ports answer from
 * memory, with values that were made outside of the measured time; the journal takes everything and
 * keeps nothing. The load is at the target, as in most ticks.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgs = {"-Xmx1g", "-XX:+UseSerialGC"})
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class StepBenchmark {
    private static final ServiceName NAME = new ServiceName("fleet");
    private static final long SECOND = 1_000_000_000L;
    private static final Allowance ALLOWANCE =
            new Allowance(
                    2,
                    Allowance.Source.QUOTA,
                    1L << 30,
                    Allowance.Source.QUOTA,
                    OptionalDouble.of(64));

    @Param({"100", "1000", "10000"})
    int instances;

    private final World world = new World();
    private Controller controller;
    private Now now = new Now(1_000 * SECOND, 1_000_000);

    @Setup(Level.Trial)
    public void fleet() {
        Policy policy = Policy.DEFAULT.withRange(new Policy.Range(instances, instances, instances));
        BalancePolicy usual = BalancePolicy.DEFAULT;
        BalancePolicy balance =
                new BalancePolicy(
                        usual.strategy(),
                        Duration.ZERO,
                        usual.check(),
                        usual.ejection(),
                        usual.retry());
        var ports = new Ports(world, world, world, world);
        controller =
                new Controller(List.of(new ServicePlan(NAME, policy, balance)), ports, "bench");
        world.pass(now);
        controller.recover(now);
        for (int i = 0; i < 40; i++) {
            later();
            controller.step(now);
        }
        int standing = controller.status().services().getFirst().instances().size();
        if (standing != instances) {
            throw new IllegalStateException(standing + " instances stand");
        }
    }

    @Setup(Level.Invocation)
    public void later() {
        now = new Now(now.monotonicNanos() + SECOND, now.wallMillis() + 1_000);
        world.pass(now);
    }

    @Benchmark
    public Controller step() {
        controller.step(now);
        return controller;
    }

    /** All ports in one; what they say changes in {@link #pass} only. */
    private static final class World implements Platform, EndpointSink, MetricSource, Journal {
        private final Map<InstanceId, Liveness> alive = new HashMap<>();
        private Report report = new Report(0, Map.of(), LatencyCounts.empty());
        private Metrics metrics = new Metrics(Map.of(), OptionalDouble.empty());
        private long generation;
        private long seconds;

        void pass(Now now) {
            seconds++;
            long at = now.monotonicNanos();
            Map<InstanceId, EndpointReport> endpoints = HashMap.newHashMap(alive.size());
            Map<InstanceId, ProcessReading> readings = HashMap.newHashMap(alive.size());
            for (InstanceId id : alive.keySet()) {
                long requests = seconds * (100 + id.ordinal() % 10);
                var traffic = new TrafficReading(at, 10, 0, requests, 0, requests * 10_000_000L);
                endpoints.put(
                        id,
                        new EndpointReport(
                                traffic, Health.HEALTHY, Optional.empty(), Ledger.CLEAN));
                readings.put(id, new ProcessReading(at, seconds * 1_100_000_000L, 1L << 28));
            }
            report = new Report(generation, endpoints, LatencyCounts.empty());
            metrics = new Metrics(readings, OptionalDouble.of(0.5));
        }

        @Override
        public Planned plan(InstanceId id, Now now) {
            return new Planned.Ready(
                    new LaunchIntent(
                            id, "t" + id, "127.0.0.1", 1 + id.ordinal(), now.wallMillis()));
        }

        @Override
        public Started start(LaunchIntent intent) {
            alive.put(intent.id(), new Liveness.Running());
            return new Started.Running(intent.token());
        }

        @Override
        public void stop(InstanceId id, Duration grace) {
            alive.remove(id);
        }

        @Override
        public Map<InstanceId, Liveness> look() {
            return alive;
        }

        @Override
        public Map<InstanceId, String> adopt(Collection<Known> known) {
            return Map.of();
        }

        @Override
        public void forget(InstanceId id) {
            alive.remove(id);
        }

        @Override
        public void publish(EndpointSnapshot snapshot) {
            generation = snapshot.generation();
        }

        @Override
        public Report report(ServiceName service, Now now) {
            return report;
        }

        @Override
        public Metrics read(Collection<InstanceId> ids, Now now) {
            return metrics;
        }

        @Override
        public Allowance allowance(InstanceId id) {
            return ALLOWANCE;
        }

        @Override
        public Appended append(JournalEntry entry, Durability durability) {
            return new Appended.Written();
        }

        @Override
        public boolean wantsCheckpoint() {
            return false;
        }

        @Override
        public Appended beginSegment(JournalEntry.Checkpoint checkpoint) {
            return new Appended.Written();
        }

        @Override
        public List<JournalEntry> recover() {
            return List.of();
        }
    }
}
