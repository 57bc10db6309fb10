package dev.ebb.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Step 1: takes in the readings, moves instances on by facts, and says for each how much of what it
 * is allowed it uses. Missing data stays missing. Pure.
 */
final class Assessor {
    /** Points of a series per scale-in window. */
    private static final int POINTS_PER_WINDOW = 16;

    /**
     * So many requests cost more than the ticks of 10 ms that CPU is counted in, whatever they do.
     */
    private static final long NEVER_FREE_REQUESTS = 1_000;

    /** Requests from which on an instance shows what one costs. */
    private static final long TELLING_REQUESTS = 20;

    /** CPU that does not get lost between ticks. */
    private static final double NOTICED_NANOS = 50e6;

    private final Policy policy;
    private final Observation seen;
    private final long spacingNanos;
    private final long recentNanos;
    private final long stableNanos;

    Assessor(Policy policy, Observation seen) {
        this.policy = policy;
        this.seen = seen;
        this.stableNanos = policy.in().window().toNanos();
        this.recentNanos = policy.out().window().toNanos();
        this.spacingNanos = spacingNanos(policy);
    }

    /** From one point of a series to the next. */
    static long spacingNanos(Policy policy) {
        long stable = policy.in().window().toNanos();
        return Math.min(stable, policy.out().window().toNanos() * 2) / POINTS_PER_WINDOW;
    }

    Assessment assess(ServiceState before) {
        Map<InstanceId, InstanceFacts> facts = HashMap.newHashMap(seen.instances().size());
        seen.instances().forEach(f -> facts.put(f.id(), f));
        ServiceState state = before;
        long unseen = sinceLast(before);
        List<Instance> next = new ArrayList<>(before.instances().size());
        List<Move> moves = new ArrayList<>();
        for (Instance old : before.instances()) {
            InstanceFacts fact = facts.get(old.id());
            next.add(fact == null ? old : take(without(old, fact, unseen), fact));
        }
        state = state.withInstances(next);
        state = advance(state, facts, moves);
        state =
                state.withLoad(
                        state.load()
                                .withLatency(
                                        state.load()
                                                .latency()
                                                .plus(
                                                        new LatencyPoint(
                                                                seen.now().monotonicNanos(),
                                                                seen.latency()),
                                                        spacingNanos)));
        return judge(state.withLoad(withQueue(state)), facts, moves);
    }

    private LoadMemory withQueue(ServiceState state) {
        Optional<QueueReading> reading = seen.whole().flatMap(WholeReadings::queue);
        if (reading.isEmpty()) {
            return state.load();
        }
        int carrying = 0;
        long inFlight = 0;
        boolean settled = true;
        for (Instance one : state.instances()) {
            if (one.carriesLoad() && !one.traffic().isEmpty()) {
                TrafficReading traffic = one.traffic().latest();
                carrying++;
                inFlight += Math.max(0, traffic.inFlight() - traffic.streams());
                settled &= seen.now().isPast(one.sinceNanos(), policy.out().window());
            }
        }
        QueuePoint point =
                new QueuePoint(
                        seen.now().monotonicNanos(),
                        carrying,
                        inFlight,
                        reading.get().waiting(),
                        reading.get().shedTotal());
        QueueMemory before = state.load().queue().orElse(QueueMemory.NONE);
        return state.load().withQueue(before.after(point, settled, spacingNanos));
    }

    /** Nanoseconds since the tick before this one; 0 where none is remembered. */
    private long sinceLast(ServiceState before) {
        var ticks = before.load().latency();
        return ticks.isEmpty() ? 0 : Math.max(0, ticks.ageNanos(seen.now()));
    }

    /** Nobody can say that it was not ready, or not well, in a time in which nobody could look. */
    private Instance without(Instance old, InstanceFacts fact, long nanos) {
        return fact.liveness() instanceof Liveness.Unseen ? old.unseen(nanos, seen.now()) : old;
    }

    private Instance take(Instance old, InstanceFacts fact) {
        Instance next = old.withHealth(fact.health(), seen.now());
        if (next.replaced() && next.isStanding() && next.health() == Health.HEALTHY) {
            next = next.asWellAgain();
        }
        var process = fact.process().map(p -> old.process().plus(p, spacingNanos));
        var traffic = fact.traffic().map(t -> old.traffic().plus(t, spacingNanos));
        return next.withReadings(process.orElse(old.process()), traffic.orElse(old.traffic()));
    }

    private ServiceState advance(
            ServiceState before, Map<InstanceId, InstanceFacts> facts, List<Move> moves) {
        Advance rules = new Advance(policy, seen, before);
        List<Instance> next = new ArrayList<>(before.instances().size());
        long generation = before.generation();
        Failures failures = before.failures();
        for (Instance old : before.instances()) {
            InstanceFacts fact = facts.get(old.id());
            if (fact == null) {
                next.add(old);
                continue;
            }
            Instance instance = hasEnded(fact) ? old.asExited() : old;
            Optional<Move> move = rules.next(instance, fact.liveness());
            if (move.isEmpty()) {
                next.add(instance);
                continue;
            }
            moves.add(move.get());
            generation++;
            if (move.get().to() == Lifecycle.FAILED && isYoung(instance)) {
                failures = failures.plus(seen.now());
            }
            if (move.get().to() != Lifecycle.GONE) {
                next.add(moved(instance, move.get().to(), generation));
            }
        }
        return before.withInstances(next).withGeneration(generation).withFailures(failures);
    }

    private static boolean hasEnded(InstanceFacts fact) {
        return fact.liveness() instanceof Liveness.Exited
                || fact.liveness() instanceof Liveness.NotStarted;
    }

    private boolean isYoung(Instance instance) {
        return !seen.now().isPast(instance.bornNanos(), policy.start().crashWindow());
    }

    /** One that failed on its way out needs nobody in its place. */
    private Instance moved(Instance before, Lifecycle to, long generation) {
        Instance next = before.become(to, seen.now());
        if (to == Lifecycle.FAILED) {
            next = next.parkedAt(generation);
            return before.lifecycle().canBeRescued() ? next.asReplaced() : next;
        }
        return to.inRotation() ? next.parkedAt(0) : next;
    }

    private Assessment judge(
            ServiceState state, Map<InstanceId, InstanceFacts> facts, List<Move> moves) {
        double cost = leastCost(state);
        List<Assessed> judged = new ArrayList<>(state.instances().size());
        int rotating = 0;
        int covered = 0;
        for (Instance instance : state.instances()) {
            InstanceFacts fact = facts.get(instance.id());
            if (fact == null) {
                continue;
            }
            Assessed one = judge(state, instance, fact, cost);
            judged.add(one);
            if (instance.lifecycle().inRotation()) {
                rotating++;
                covered += one.fresh() ? 1 : 0;
            }
        }
        double coverage = rotating == 0 ? 1 : (double) covered / rotating;
        return new Assessment(state, moves, List.copyOf(judged), coverage);
    }

    private Assessed judge(ServiceState state, Instance instance, InstanceFacts fact, double cost) {
        long age =
                Math.max(
                        instance.process().ageNanos(seen.now()),
                        instance.traffic().ageNanos(seen.now()));
        boolean fresh = age <= policy.in().freshness().toNanos() && isPlausible(instance, cost);
        Allowance allowance = fact.allowance();
        return new Assessed(
                instance,
                allowance,
                fresh,
                age,
                utilization(state, instance, allowance, recentNanos),
                utilization(state, instance, allowance, stableNanos),
                fact.outdated().isPresent(),
                fact.zone());
    }

    /** The least CPU time that a request takes on any instance, of those that take any; or 0. */
    private double leastCost(ServiceState state) {
        double least = Double.MAX_VALUE;
        for (Instance instance : state.instances()) {
            long requests = requests(instance);
            long cpu = cpu(instance);
            if (requests >= TELLING_REQUESTS && cpu > 0) {
                least = Math.min(least, (double) cpu / requests);
            }
        }
        return least == Double.MAX_VALUE ? 0 : least;
    }

    private long requests(Instance instance) {
        return instance.traffic().growth(TrafficReading::requestsTotal, stableNanos);
    }

    private long cpu(Instance instance) {
        return instance.process().growth(ProcessReading::cpuNanosTotal, stableNanos);
    }

    /**
     * A reading that contradicts another is no reading: CPU that stands still while requests are
     * answered that take some elsewhere. (A service that takes next to none is no contradiction.)
     */
    private boolean isPlausible(Instance instance, double cost) {
        if (instance.process().isEmpty()
                || instance.process().latest().memoryBytes() <= 0
                || instance.process()
                        .ratePerSecond(p -> p.cpuNanosTotal(), stableNanos)
                        .isEmpty()) {
            return false;
        }
        long requests = requests(instance);
        return cpu(instance) > 0
                || (requests < NEVER_FREE_REQUESTS && requests * cost < NOTICED_NANOS);
    }

    private Utilization utilization(
            ServiceState state, Instance instance, Allowance allowance, long windowNanos) {
        Series<ProcessReading> process = instance.process();
        Series<TrafficReading> traffic = instance.traffic();
        OptionalDouble cpu =
                map(
                        process.ratePerSecond(ProcessReading::cpuNanosTotal, windowNanos),
                        1 / 1e9 / allowance.cpuCores());
        OptionalDouble memory =
                process.isEmpty()
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(
                                (double) process.latest().memoryBytes() / allowance.memoryBytes());
        double rate = traffic.ratePerSecond(TrafficReading::requestsTotal, windowNanos).orElse(0);
        long finished = traffic.growth(TrafficReading::requestsTotal, windowNanos);
        long failed = traffic.growth(TrafficReading::failuresTotal, windowNanos);
        long latency = traffic.growth(TrafficReading::latencyNanosTotal, windowNanos);
        double inFlight = inFlight(traffic, windowNanos);
        double bears = allowance.concurrency().orElse(state.load().learnedConcurrency());
        OptionalDouble concurrency =
                traffic.isEmpty() || !(bears > 0)
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(inFlight / bears);
        return new Utilization(
                cpu,
                memory,
                concurrency,
                allowance.concurrency().isPresent(),
                inFlight,
                rate,
                finished == 0 ? 0 : (double) failed / finished,
                finished == 0 ? 0 : (double) latency / finished);
    }

    /**
     * The larger of what was seen at the ticks and what Little's law says of the finished ones:
     * short requests fall between ticks, long ones have not finished yet.
     */
    private static double inFlight(Series<TrafficReading> traffic, long windowNanos) {
        double seen = traffic.mean(TrafficReading::inFlight, windowNanos).orElse(0);
        double little =
                traffic.ratePerSecond(TrafficReading::latencyNanosTotal, windowNanos).orElse(0)
                        / 1e9;
        return Math.max(seen, little);
    }

    private static OptionalDouble map(OptionalDouble value, double factor) {
        return value.isPresent()
                ? OptionalDouble.of(value.getAsDouble() * factor)
                : OptionalDouble.empty();
    }
}
