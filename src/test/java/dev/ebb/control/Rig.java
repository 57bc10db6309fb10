package dev.ebb.control;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.Allowance;
import dev.ebb.core.Arrivals;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.Policy;
import dev.ebb.core.ProcessReading;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import dev.ebb.core.TrafficReading;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The controller on virtual time, with ports in memory that are exact and quick. Processes, the
 * journal and the load outlive Ebb; a crash keeps what was written. Tests bend single facts. A
 * request costs 10 ms of CPU; each instance may use one core; ticks come once a second.
 */
final class Rig implements Platform, EndpointSink, MetricSource {
    static final ServiceName SHOP = new ServiceName("shop");

    /** A process, which lives on when Ebb ends. */
    static final class Running {
        final LaunchIntent intent;
        final String identity;
        boolean alive = true;
        boolean stopAsked;
        double requests;

        Running(LaunchIntent intent) {
            this.intent = intent;
            this.identity = "process of " + intent.token();
        }
    }

    final Policy policy;
    final MemoryJournal journal = new MemoryJournal();
    final Map<InstanceId, Running> processes = new TreeMap<>();

    /** What was done to the outside world, for example "12 start 3" or "40 stop 1". */
    final List<String> events = new ArrayList<>();

    final Set<InstanceId> ejected = new HashSet<>();
    final List<Reason> standIns = new ArrayList<>();
    final Set<InstanceId> silent = new HashSet<>();
    final Map<InstanceId, Integer> inFlight = new HashMap<>();
    List<ServiceName> services = List.of(SHOP);
    final Map<ServiceName, Policy> policies = new HashMap<>();
    Policy.Mode mode = Policy.Mode.AUTOMATIC;

    /** Whom others are about to take away; the platform notices it when it is asked for that. */
    final Set<InstanceId> takenByOthers = new HashSet<>();

    /** Taken away: gone to the platform, and well for a while to who asks them. */
    private final Set<InstanceId> leaving = new HashSet<>();

    boolean acknowledges = true;
    boolean bootsReady = true;
    boolean endsWhenAsked = true;
    Optional<String> cannotPlan = Optional.empty();
    Optional<String> cannotStart = Optional.empty();
    Optional<Arrivals> arrivals = Optional.empty();
    double rate;
    double seconds;

    private final Map<InstanceId, String> failedStarts = new HashMap<>();
    private final Set<InstanceId> known = new HashSet<>();
    private final Map<ServiceName, EndpointSnapshot> snapshots = new HashMap<>();
    private final Map<ServiceName, Long> acknowledged = new HashMap<>();
    private final Set<InstanceId> notReady = new HashSet<>();
    private final long[] latency = new long[LatencyCounts.BUCKETS];
    private int tokens;
    Controller ebb;

    Rig(Policy policy) {
        this.policy = policy;
        this.ebb = life();
    }

    /** Short windows, so that timelines stay readable; no slow start. */
    static Policy quick(int min, int max, int initial) {
        Policy d = Policy.DEFAULT;
        return new Policy(
                Policy.Mode.AUTOMATIC,
                new Policy.Range(min, max, initial),
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
        return new InstanceId(SHOP, ordinal);
    }

    Now now() {
        return new Now(Math.round(seconds * 1e9), Math.round(seconds * 1e3));
    }

    private Controller life() {
        BalancePolicy d = BalancePolicy.DEFAULT;
        var balance =
                new BalancePolicy(d.strategy(), Duration.ZERO, d.check(), d.ejection(), d.retry());
        List<ServicePlan> plans =
                services.stream()
                        .map(name -> new ServicePlan(name, policy(name), balance))
                        .toList();
        var controller = new Controller(plans, new Ports(this, this, this, journal), "test");
        controller.recover(now());
        return controller;
    }

    private Policy policy(ServiceName name) {
        return policies.getOrDefault(name, policy).withMode(mode);
    }

    /** Ebb dies and starts again; the data plane and the platform know nothing any more. */
    Rig crash() {
        snapshots.clear();
        acknowledged.clear();
        known.clear();
        failedStarts.clear();
        ebb = life();
        return this;
    }

    /** One tick a second until then. */
    Rig until(double end) {
        while (seconds < end) {
            seconds++;
            serve();
            ebb.step(now());
        }
        return this;
    }

    Rig passes(double more) {
        return until(seconds + more);
    }

    /** Ticks until it is so, within five minutes. */
    Rig untilSo(Predicate<Rig> condition) {
        double limit = seconds + 300;
        while (!condition.test(this)) {
            if (seconds > limit) {
                throw new AssertionError("never so; " + events + " holds " + holds() + all());
            }
            passes(1);
        }
        return this;
    }

    private void serve() {
        if (acknowledges) {
            snapshots.forEach((name, s) -> acknowledged.put(name, s.generation()));
        }
        List<Running> carrying =
                snapshots.values().stream()
                        .flatMap(s -> s.endpoints().stream())
                        .filter(e -> e.role() == EndpointRole.ACTIVE)
                        .filter(e -> health(e.id()) == Health.HEALTHY)
                        .map(e -> process(e.id()))
                        .toList();
        for (Running one : carrying) {
            one.requests += rate / carrying.size();
            latency[LatencyCounts.bucketOf(5_000_000)] += Math.round(rate / carrying.size());
        }
    }

    private Running process(InstanceId id) {
        return Objects.requireNonNull(processes.get(id), id::toString);
    }

    private Health health(InstanceId id) {
        Running process = processes.get(id);
        if (notReady.contains(id)) {
            return Health.UNKNOWN;
        }
        boolean well = process != null && process.alive && !ejected.contains(id);
        return well ? Health.HEALTHY : Health.EJECTED;
    }

    String order(Order order) {
        return switch (ebb.order(order, now())) {
            case Order.Answer.Done(String text) -> "done: " + text;
            case Order.Answer.Refused(String text) -> "refused: " + text;
        };
    }

    /** A process ends by itself. */
    void dies(int ordinal) {
        process(id(ordinal)).alive = false;
    }

    // What a test asks

    ServiceStatus shop() {
        return ebb.status().services().getFirst();
    }

    Optional<InstanceStatus> find(int ordinal) {
        return shop().instances().stream().filter(i -> i.id().equals(id(ordinal))).findFirst();
    }

    Optional<Lifecycle> lifecycle(int ordinal) {
        return find(ordinal).map(InstanceStatus::lifecycle);
    }

    int count(Lifecycle lifecycle) {
        return (int) shop().instances().stream().filter(i -> i.lifecycle() == lifecycle).count();
    }

    int serving() {
        return count(Lifecycle.SERVING);
    }

    List<String> all() {
        return shop().instances().stream().map(i -> i.id() + " " + i.lifecycle()).toList();
    }

    List<String> events(String kind) {
        return events.stream().filter(e -> e.contains(" " + kind + " ")).toList();
    }

    List<String> holds() {
        return shop().explanation().holds().stream().map(h -> h.why().code()).toList();
    }

    /** Ordinals of those that may be picked. */
    List<Integer> picked() {
        return snapshots.getOrDefault(SHOP, EndpointSnapshot.empty(SHOP)).endpoints().stream()
                .filter(e -> e.role() == EndpointRole.ACTIVE)
                .map(e -> e.id().ordinal())
                .sorted()
                .toList();
    }

    // Platform

    @Override
    public Planned plan(InstanceId id, Now now) {
        return cannotPlan
                .<Planned>map(Planned.Impossible::new)
                .orElseGet(() ->
                        new Planned.Ready(
                                new LaunchIntent(
                                        id,
                                        "token-" + ++tokens,
                                        "127.0.0.1",
                                        20_000 + tokens,
                                        now.wallMillis())));
    }

    @Override
    public Started start(LaunchIntent intent) {
        InstanceId id = intent.id();
        events.add("%.0f start %d".formatted(seconds, id.ordinal()));
        if (cannotStart.isPresent()) {
            failedStarts.put(id, cannotStart.get());
            return new Started.Failed(cannotStart.get());
        }
        var process = new Running(intent);
        processes.put(id, process);
        known.add(id);
        if (!bootsReady) {
            notReady.add(id);
        }
        return new Started.Running(process.identity);
    }

    @Override
    public void stop(InstanceId id, Duration grace) {
        Running process = processes.get(id);
        if (process != null && process.alive && !process.stopAsked) {
            events.add("%.0f stop %d".formatted(seconds, id.ordinal()));
            process.stopAsked = true;
            process.alive = !endsWhenAsked;
        }
    }

    @Override
    public Map<InstanceId, Liveness> look() {
        Map<InstanceId, Liveness> seen = new HashMap<>();
        for (InstanceId id : known) {
            boolean alive = process(id).alive && !leaving.contains(id);
            seen.put(id, alive ? new Liveness.Running() : new Liveness.Exited(OptionalInt.of(1)));
        }
        failedStarts.forEach((id, why) -> seen.put(id, new Liveness.NotStarted(why)));
        return seen;
    }

    @Override
    public Map<InstanceId, String> adopt(Collection<Known> wanted) {
        Map<InstanceId, String> found = new HashMap<>();
        for (Known one : wanted) {
            Running process = processes.get(one.intent().id());
            if (process != null && process.alive) {
                known.add(one.intent().id());
                found.put(one.intent().id(), process.identity);
            }
        }
        return found;
    }

    @Override
    public void forget(InstanceId id) {
        known.remove(id);
        failedStarts.remove(id);
    }

    @Override
    public Outside outside(ServiceName service, int nextOrdinal, Now now) {
        Set<InstanceId> went = Set.copyOf(takenByOthers);
        takenByOthers.clear();
        leaving.addAll(went);
        return new Outside(List.of(), went);
    }

    // EndpointSink

    @Override
    public void publish(EndpointSnapshot snapshot) {
        snapshots.put(snapshot.service(), snapshot);
    }

    @Override
    public Report report(ServiceName service, Now now) {
        Map<InstanceId, EndpointReport> endpoints = new HashMap<>();
        EndpointSnapshot snapshot =
                snapshots.getOrDefault(service, EndpointSnapshot.empty(service));
        for (Endpoint endpoint : snapshot.endpoints()) {
            InstanceId id = endpoint.id();
            Running process = processes.get(id);
            long requests = Math.round(process == null ? 0 : process.requests);
            endpoints.put(
                    id,
                    new EndpointReport(
                            new TrafficReading(
                                    now.monotonicNanos(),
                                    inFlight.getOrDefault(id, 0),
                                    0,
                                    requests,
                                    0,
                                    requests * 5_000_000),
                            health(id),
                            Optional.empty(),
                            Ledger.CLEAN));
        }
        return new Report(
                acknowledged.getOrDefault(service, 0L),
                endpoints,
                LatencyCounts.of(latency),
                Optional.empty(),
                standIns,
                arrivals);
    }

    // MetricSource

    @Override
    public Metrics read(Collection<InstanceId> instances, Now now) {
        Map<InstanceId, ProcessReading> readings = new HashMap<>();
        for (InstanceId id : instances) {
            Running process = processes.get(id);
            if (process != null && process.alive && !silent.contains(id)) {
                long cpu = Math.round(process.requests * 1e7) + now.monotonicNanos() / 1000;
                readings.put(id, new ProcessReading(now.monotonicNanos(), cpu, 100L << 20));
            }
        }
        return new Metrics(readings, OptionalDouble.empty());
    }

    @Override
    public Allowance allowance(InstanceId id) {
        return new Allowance(
                1,
                Allowance.Source.DECLARED,
                1L << 30,
                Allowance.Source.DECLARED,
                OptionalDouble.empty());
    }
}
