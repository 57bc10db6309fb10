package dev.ebb.bench;

import dev.ebb.core.Allowance;
import dev.ebb.core.Allowance.Source;
import dev.ebb.core.Command;
import dev.ebb.core.Decision;
import dev.ebb.core.Health;
import dev.ebb.core.Instance;
import dev.ebb.core.InstanceFacts;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.Observation;
import dev.ebb.core.Planned;
import dev.ebb.core.Policy;
import dev.ebb.core.ProcessReading;
import dev.ebb.core.ServiceName;
import dev.ebb.core.ServiceState;
import dev.ebb.core.TrafficReading;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * A made-up fleet of one service, observed once a second: every instance has CPU, memory, traffic
 * and latency readings that go on from tick to tick, with noise. It carries the state on and does
 * what was commanded, as control would: parks are acknowledged, stopped instances end a tick later.
 * Not thread-safe.
 */
public final class Fleet {
    static final ServiceName NAME = new ServiceName("fleet");
    private static final long SECOND = 1_000_000_000L;
    private static final double CORES = 2;
    private static final long MEMORY = 1L << 30;
    private static final long START = 1_000 * SECOND;
    private static final Allowance ALLOWANCE =
            new Allowance(CORES, Source.QUOTA, MEMORY, Source.QUOTA, OptionalDouble.of(64));

    /** What the load is like, and so which steps of a decision have work. */
    public enum Load {
        /** At the target: nobody is a candidate, nothing to do. The most frequent tick. */
        STEADY(0.56, false),
        /** A quiet night at the least allowed size: all are candidates and ranked, none may go. */
        QUIET(0.2, false),
        /** The load has fallen: batches are parked, tried and stopped, one after the other. */
        FALLING(0.2, true),
        /** The load doubles: as many instances are started as there are. */
        RISING(0.95, true);

        private final double utilization;
        private final boolean elastic;

        Load(double utilization, boolean elastic) {
            this.utilization = utilization;
            this.elastic = elastic;
        }
    }

    private static final class Totals {
        long cpu;
        long requests;
        long failures;
        long latency;
    }

    private final Load load;
    private final int size;
    private final SplittableRandom random = new SplittableRandom(7);
    private final Map<InstanceId, Totals> totals = new HashMap<>();
    private final long[] buckets = new long[LatencyCounts.BUCKETS];
    final Policy policy;
    private Now now = new Now(START, START / 1_000_000);
    private ServiceState state;
    private boolean reacts;

    Fleet(int size, Load load) {
        this.load = load;
        this.size = size;
        Policy.In in =
                new Policy.In(
                        Policy.In.DEFAULT.window(),
                        Duration.ofSeconds(5),
                        Policy.In.DEFAULT.candidateBelow(),
                        Policy.In.DEFAULT.coverage(),
                        Policy.In.DEFAULT.freshness(),
                        Policy.In.DEFAULT.unavailabilityBudget(),
                        Policy.In.DEFAULT.hostBusy());
        Policy.Trial trial = new Policy.Trial(Duration.ofSeconds(2), Duration.ofSeconds(4), 0.01);
        Policy base = Policy.DEFAULT;
        this.policy =
                new Policy(
                        base.mode(),
                        load.elastic
                                ? new Policy.Range(1, 2 * size, size)
                                : new Policy.Range(size, size, size),
                        base.targets(),
                        base.out(),
                        in,
                        trial,
                        base.drain(),
                        base.start(),
                        base.objective());
        reset();
    }

    /** Everybody serves, and the last half minute is known. */
    private void reset() {
        totals.clear();
        List<Instance> instances = new ArrayList<>(size);
        long born = now.monotonicNanos();
        for (int i = 1; i <= size; i++) {
            instances.add(
                    Instance.starting(new InstanceId(NAME, i), Optional.empty(), 0, now)
                            .in(Lifecycle.SERVING, born)
                            .withHealth(Health.HEALTHY, now));
        }
        state =
                ServiceState.fresh(NAME, policy, Duration.ZERO, now)
                        .withInstances(instances)
                        .withNextOrdinal(size + 1);
        reacts = false;
        for (int tick = 0; tick < 40; tick++) {
            carryOn(dev.ebb.core.Decider.decide(state, observe(), policy));
        }
        reacts = true;
    }

    ServiceState state() {
        return state;
    }

    /** One second later. */
    Observation observe() {
        now = new Now(now.monotonicNanos() + SECOND, now.wallMillis() + 1_000);
        int carrying = Math.max(1, state.count(Instance::carriesLoad));
        // Until it may react, the fleet idles along at its target, so that all of it is warm.
        double each = (reacts ? load.utilization : 0.56) * size / carrying;
        List<InstanceFacts> facts = new ArrayList<>(state.instances().size());
        for (Instance instance : state.instances()) {
            facts.add(fact(instance, instance.carriesLoad() ? Math.min(1, each) : 0));
        }
        return new Observation(
                now,
                NAME,
                facts,
                state.generation(),
                LatencyCounts.of(buckets),
                OptionalDouble.of(0.5));
    }

    private InstanceFacts fact(Instance instance, double utilization) {
        Totals sum = totals.computeIfAbsent(instance.id(), _ -> new Totals());
        double noise = 0.9 + 0.2 * random.nextDouble();
        long requests = Math.round(200 * utilization * noise);
        sum.cpu += (long) (utilization * noise * CORES * SECOND) + 1_000_000;
        sum.requests += requests;
        sum.failures += random.nextInt(1_000) == 0 && requests > 0 ? 1 : 0;
        sum.latency += requests * 10_000_000L;
        buckets[40] += requests;
        boolean ended = instance.lifecycle() == Lifecycle.STOPPING;
        Liveness liveness = ended ? new Liveness.Exited(OptionalInt.of(0)) : new Liveness.Running();
        long at = now.monotonicNanos();
        return new InstanceFacts(
                instance.id(),
                liveness,
                Health.HEALTHY,
                Optional.of(new ProcessReading(at, sum.cpu, MEMORY / 3)),
                Optional.of(
                        new TrafficReading(
                                at,
                                (int) Math.round(20 * utilization * noise),
                                0,
                                sum.requests,
                                sum.failures,
                                sum.latency)),
                ALLOWANCE);
    }

    /** Does what was decided. Begins again when the fleet has changed as far as it will. */
    void carryOn(Decision decision) {
        state = decision.state();
        for (Planned planned : reacts ? decision.commands() : List.<Planned>of()) {
            Command command = planned.command();
            state = state.after(command, now);
        }
        boolean done =
                switch (load) {
                    case STEADY, QUIET -> false;
                    case FALLING -> state.instances().size() <= size / 2;
                    case RISING -> state.instances().size() >= 3 * size / 2;
                };
        if (done && reacts) {
            reset();
        }
    }
}
