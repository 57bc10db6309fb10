package dev.ebb.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Predicate;

/**
 * A service on virtual time under the real decider: the load is shared evenly by who is in
 * rotation, every reading is exact, and commands are carried out at once. Tests bend single facts.
 */
final class Fleet {
    static final ServiceName NAME = new ServiceName("shop");

    final Policy policy;
    final List<String> events = new ArrayList<>();
    final Map<InstanceId, Health> health = new HashMap<>();
    final Map<InstanceId, Liveness> liveness = new HashMap<>();
    final Map<InstanceId, Integer> stuckInFlight = new HashMap<>();
    final Map<InstanceId, Integer> streams = new HashMap<>();
    final Map<InstanceId, Integer> sessions = new HashMap<>();

    /** Share of an instance's requests that are placed there by a key. */
    final Map<InstanceId, Double> keyed = new HashMap<>();

    final Map<InstanceId, Reason> outdated = new HashMap<>();
    final Map<InstanceId, String> zones = new HashMap<>();
    final Set<InstanceId> silent = new HashSet<>();

    /** Those of whose traffic nothing is told. */
    final Set<InstanceId> mute = new HashSet<>();

    final Map<InstanceId, Long> memory = new HashMap<>();
    private final Map<InstanceId, double[]> totals = new TreeMap<>();
    private long[] latency = new long[LatencyCounts.BUCKETS];
    ServiceState state;
    Decision last;
    double rate;
    double cpuSecondsPerRequest = 0.01;
    boolean cpuAtRest = true;
    boolean startsReady = true;
    boolean requestsCounted = true;
    boolean latenciesReported = true;

    /** Of so many requests. */
    double latenciesReportedOf = 1;

    double failureShare;
    long latencyNanos = 5_000_000;

    /** What the slowest 3 % take at a utilization, in milliseconds; none for all alike. */
    DoubleUnaryOperator tailMillis = _ -> 0;

    /** Share of the requests that fail, at a utilization, beside {@link #failureShare}. */
    DoubleUnaryOperator failing = _ -> 0;

    boolean acknowledges = true;
    private long acknowledged;

    /** Requests that an instance works on at once; 0 for any number. */
    int limit;

    int queueSize;
    private int waiting;
    long shed;
    OptionalDouble hostBusy = OptionalDouble.empty();
    Optional<Hold> uncounted = Optional.empty();
    List<Peer> peers = List.of();
    Optional<Arrivals> arrivals = Optional.empty();

    /** Answers of a monitoring system, as they are at each tick. */
    List<QueryReading> queries = List.of();

    double seconds;

    Fleet(Policy policy, int instances) {
        this.policy = policy;
        this.state = ServiceState.fresh(NAME, policy, Duration.ZERO, now()).withTarget(instances);
        List<Instance> all = new ArrayList<>();
        for (int i = 1; i <= instances; i++) {
            all.add(
                    Instance.starting(id(i), Optional.empty(), 1, now())
                            .in(Lifecycle.SERVING, 0)
                            .parkedAt(0));
            health.put(id(i), Health.HEALTHY);
        }
        this.state = state.withInstances(all).withNextOrdinal(instances + 1);
        this.last = Decider.decide(state, observe(), policy);
    }

    /** Short windows, so that timelines stay readable. */
    static Policy quick(int min, int max) {
        Policy d = Policy.DEFAULT;
        return new Policy(
                Policy.Mode.AUTOMATIC,
                new Policy.Range(min, max),
                d.targets(),
                new Policy.Out(Duration.ofSeconds(4), 0.1),
                new Policy.In(
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(20),
                        0.5,
                        0.95,
                        Duration.ofSeconds(5),
                        0.25,
                        0.92),
                new Policy.Trial(Duration.ofSeconds(10), Duration.ofSeconds(60), 0.01),
                new Policy.Drain(
                        Duration.ofSeconds(30), Policy.AtDeadline.RESCUE, Duration.ofSeconds(5)),
                d.start(),
                Optional.empty());
    }

    static InstanceId id(int ordinal) {
        return new InstanceId(NAME, ordinal);
    }

    Now now() {
        return new Now(Math.round(seconds * 1e9), Math.round(seconds * 1e3));
    }

    /** One tick a second until then; what was decided is in {@link #events}. */
    Fleet until(double end) {
        while (seconds < end) {
            seconds++;
            serve();
            tick();
        }
        return this;
    }

    /** Ticks until it is so, within five minutes. */
    Fleet untilSo(Predicate<Fleet> condition) {
        double limit = seconds + 300;
        while (!condition.test(this)) {
            if (seconds > limit) {
                throw new AssertionError("never so; " + events + " holds " + holds());
            }
            until(seconds + 1);
        }
        return this;
    }

    Fleet untilParked() {
        return untilSo(f -> f.state.count(i -> i.lifecycle() == Lifecycle.PARKED) > 0);
    }

    private void serve() {
        List<Instance> carrying = state.instances().stream().filter(Instance::carriesLoad).toList();
        if (limit > 0) {
            stuckInFlight.clear();
        }
        boolean limited = limit > 0 && !carrying.isEmpty();
        double served = limited ? admitted(carrying.size()) : rate;
        for (Instance one : carrying) {
            double share = served / carrying.size();
            double[] t = totals.computeIfAbsent(one.id(), _ -> new double[4]);
            double counted = requestsCounted ? share : 0;
            t[0] += counted;
            double used = share * cpuSecondsPerRequest;
            t[1] += counted * Math.max(failureShare, failing.applyAsDouble(used));
            t[2] += counted * latencyNanos;
            t[3] += share * cpuSecondsPerRequest * 1e9;
            count(share, tailMillis.applyAsDouble(used));
            if (limit > 0) {
                stuckInFlight.put(one.id(), (int) Math.round(share * latencyNanos / 1e9));
            }
        }
    }

    private void count(double ended, double tail) {
        if (!latenciesReported) {
            return;
        }
        double requests = ended * latenciesReportedOf;
        long slow = tail > 0 ? Math.round(requests * 0.03) : 0;
        latency[LatencyCounts.bucketOf(Math.round(tail * 1e6))] += slow;
        latency[LatencyCounts.bucketOf(latencyNanos)] += Math.round(requests) - slow;
    }

    /** As many as there is room for; of the others some wait, and the rest is refused. */
    private double admitted(int instances) {
        double asking = rate + waiting;
        double room = instances * limit / (latencyNanos / 1e9);
        double served = Math.min(asking, room);
        waiting = (int) Math.min(queueSize, asking - served);
        shed += Math.round(asking - served - waiting);
        return served;
    }

    private void tick() {
        if (acknowledges) {
            acknowledged = state.generation();
        }
        last = Decider.decide(state, observe(), policy);
        state = last.state();
        last.moves().forEach(m -> note(m.to() + " " + m.id().ordinal()));
        Observation fresh = observe();
        Recheck recheck = new Recheck(state, fresh, policy);
        for (Planned planned : last.commands()) {
            if (recheck.objection(state, planned.command(), Recheck.By.DECIDER).isEmpty()) {
                carryOut(planned.command());
            }
        }
    }

    private void carryOut(Command command) {
        note(command.getClass().getSimpleName() + " " + command.id().ordinal());
        state = state.after(command, now());
        if (command instanceof Command.Start && startsReady) {
            health.put(command.id(), Health.HEALTHY);
        }
        if (command instanceof Command.Stop) {
            liveness.put(command.id(), new Liveness.Exited(OptionalInt.of(143)));
        }
    }

    private void note(String what) {
        events.add("%.0f %s".formatted(seconds, what));
    }

    Observation observe() {
        List<InstanceFacts> facts = new ArrayList<>();
        for (Instance one : state.instances()) {
            facts.add(facts(one));
        }
        return new Observation(
                now(),
                NAME,
                facts,
                acknowledged,
                LatencyCounts.of(latency),
                hostBusy,
                uncounted,
                peers,
                whole());
    }

    private Optional<WholeReadings> whole() {
        Optional<QueueReading> queue =
                limit == 0 ? Optional.empty() : Optional.of(new QueueReading(waiting, shed));
        return queue.isEmpty() && arrivals.isEmpty() && queries.isEmpty()
                ? Optional.empty()
                : Optional.of(new WholeReadings(queue, arrivals, queries));
    }

    private InstanceFacts facts(Instance one) {
        InstanceId id = one.id();
        double[] t = totals.getOrDefault(id, new double[4]);
        long at = now().monotonicNanos();
        int inFlight = stuckInFlight.getOrDefault(id, 0);
        boolean silence = silent.contains(id);
        return new InstanceFacts(
                id,
                liveness.getOrDefault(id, new Liveness.Running()),
                health.getOrDefault(id, Health.UNKNOWN),
                silence
                        ? Optional.empty()
                        : Optional.of(
                                new ProcessReading(
                                        at,
                                        Math.round(t[3]) + (cpuAtRest ? at / 1000 : 0),
                                        memory.getOrDefault(id, 100L << 20))),
                mute.contains(id)
                        ? Optional.empty()
                        : Optional.of(
                                new TrafficReading(
                                        at,
                                        inFlight,
                                        streams.getOrDefault(id, 0),
                                        Math.round(t[0]),
                                        Math.round(t[1]),
                                        Math.round(t[2]),
                                        ties(id, t[0]))),
                new Allowance(
                        1,
                        Allowance.Source.DECLARED,
                        1L << 30,
                        Allowance.Source.DECLARED,
                        OptionalDouble.empty()),
                Optional.ofNullable(outdated.get(id)),
                Optional.ofNullable(zones.get(id)));
    }

    /** Every request of a service with keys has one. */
    private Optional<Ties> ties(InstanceId id, double requests) {
        double byKey = keyed.getOrDefault(id, 0.0);
        int bound = sessions.getOrDefault(id, 0);
        return byKey == 0 && bound == 0
                ? Optional.empty()
                : Optional.of(new Ties(bound, Math.round(byKey * requests)));
    }

    /** Events of one kind, for example "Park". */
    List<String> events(String kind) {
        return events.stream().filter(e -> e.contains(" " + kind + " ")).toList();
    }

    List<String> holds() {
        return last.explanation().holds().stream().map(h -> h.why().code()).toList();
    }

    int serving() {
        return state.count(Instance::isHealthyServing);
    }
}
