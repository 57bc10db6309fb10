package dev.ebb.sim.balancer;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.balance.EndpointStats;
import dev.ebb.balance.Hashing;
import dev.ebb.balance.TrafficSum;
import dev.ebb.balance.UtilizationWeights;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import dev.ebb.core.TrafficReading;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** One scenario under one setup: arrivals, two event loops, checks, and control's weights. */
final class Run {
    private static final ServiceName SERVICE = new ServiceName("sim");
    private static final int LOOPS = 2;
    private static final double SECOND = 1e9;

    /** Seconds over which control measures utilization. */
    private static final int WEIGH_OVER = 5;

    private final Scenario scenario;
    private final Setup setup;
    private final Events events = new Events();
    private final SplittableRandom random;
    private final SplittableRandom arrivals;
    private final SplittableRandom asked;
    private final Optional<Keys> keys;
    private final Map<InstanceId, SimInstance> instances = new LinkedHashMap<>();
    private final Map<InstanceId, Long> since = new HashMap<>();
    private final Map<InstanceId, ArrayDeque<double[]>> lastSeen = new HashMap<>();
    private final List<SimGateway> loops = new ArrayList<>();
    private Map<InstanceId, Double> weights = Map.of();
    private long generation;
    private double[] latencies = new double[1 << 16];
    private int answered;
    private long failed;
    private long requests;
    private long hedgesBefore;
    private long oddBefore;
    private long oddDuring = -1;
    private long allBefore;
    private long allDuring;
    private final Map<InstanceId, Double> busyBefore = new HashMap<>();

    private Run(Scenario scenario, Setup setup, long seed, Optional<Keys> keys) {
        this.keys = keys;
        this.scenario = scenario;
        this.setup = setup;
        SplittableRandom root = new SplittableRandom(seed);
        this.random = root.split();
        // The same arrivals under every setup, whatever the others draw.
        this.arrivals = root.split();
        this.asked = root.split();
    }

    static Result of(Scenario scenario, Setup setup, long seed) {
        return new Run(scenario, setup, seed, Optional.empty()).result();
    }

    /** The same with requests that have keys. */
    static Result of(Scenario scenario, Setup setup, Keys keys, long seed) {
        return new Run(scenario, setup, seed, Optional.of(keys)).result();
    }

    private Result result() {
        double capacity = 0;
        for (int i = 1; i <= scenario.instances(); i++) {
            double strength = i % 2 == 0 ? 1 : scenario.strength();
            add(i, strength, false);
            capacity += strength * SimInstance.WORKERS * 1000 / Scenario.MEAN_MILLIS;
        }
        for (int i = 0; i < LOOPS; i++) {
            var loop = new SimGateway(events, random.split(), setup, instances, loops, this::done);
            keys.ifPresent(k -> loop.onPlaced(k::placed));
            loops.add(loop);
        }
        publish();
        double perSecond = capacity * scenario.load();
        events.in(0, () -> arrive(perSecond));
        events.every(Math.round(SECOND), this::weigh);
        for (InstanceId id : List.copyOf(instances.keySet())) {
            startChecks(id);
        }
        events.at(at(Scenario.FAULT_SECONDS), this::mark);
        planFaults();
        planJoins();
        events.runUntil(at(Scenario.SECONDS));
        return summary();
    }

    private static long at(double seconds) {
        return Math.round(seconds * SECOND);
    }

    private InstanceId add(int ordinal, double strength, boolean cold) {
        InstanceId id = new InstanceId(SERVICE, ordinal);
        instances.put(id, new SimInstance(events, random.split(), strength, cold, scenario.deaf()));
        since.put(id, events.now());
        return id;
    }

    private void planFaults() {
        for (Scenario.Timed timed : scenario.faults()) {
            events.at(
                    at(timed.atSeconds()),
                    () -> {
                        odd().forEach(instance -> instance.become(timed.fault()));
                        if (timed.fault() instanceof Fault.Recovered) {
                            endOfOdd();
                        }
                    });
        }
    }

    private void planJoins() {
        if (scenario.joining() == 0) {
            return;
        }
        events.at(
                at(Scenario.JOIN_SECONDS),
                () -> {
                    for (int i = 1; i <= scenario.joining(); i++) {
                        startChecks(add(scenario.instances() + i, 1, true));
                    }
                    publish();
                });
        events.at(at(Scenario.JOIN_SECONDS + 10), this::endOfOdd);
    }

    private List<SimInstance> odd() {
        List<SimInstance> all = new ArrayList<>(instances.values());
        return scenario.joining() > 0
                ? all.subList(Math.min(scenario.instances(), all.size()), all.size())
                : all.subList(0, scenario.failing());
    }

    private void startChecks(InstanceId id) {
        SimInstance instance = instances.get(id);
        if (instance == null || !setup.detection()) {
            return;
        }
        long interval = setup.policy().check().interval().toNanos();
        events.in(
                random.nextLong(interval),
                () ->
                        events.every(
                                interval,
                                () ->
                                        loops.forEach(loop ->
                                                loop.balancer()
                                                        .checked(
                                                                id,
                                                                instance.check(),
                                                                events.now()))));
    }

    private void arrive(double perSecond) {
        requests++;
        SimGateway loop = loops.get(arrivals.nextInt(LOOPS));
        double millis = scenario.demand().millis(arrivals);
        loop.request(millis, keys.map(k -> k.draw(asked)).orElse(Hashing.NONE));
        events.in(
                Math.round(arrivals.nextExponential() / perSecond * SECOND),
                () -> arrive(perSecond));
    }

    private void done(long cameNanos, boolean well) {
        if (cameNanos < at(Scenario.FAULT_SECONDS)) {
            return;
        }
        if (!well) {
            failed++;
            return;
        }
        if (answered == latencies.length) {
            latencies = Arrays.copyOf(latencies, 2 * answered);
        }
        latencies[answered++] = (events.now() - cameNanos) / 1e6;
    }

    /** What control does once a second with the metrics. */
    private void weigh() {
        if (!setup.metrics()) {
            return;
        }
        List<UtilizationWeights.Sample> samples = new ArrayList<>();
        instances.forEach((id, instance) -> samples.add(measure(id, instance)));
        weights =
                UtilizationWeights.of(
                        UtilizationWeights.Settings.DEFAULT,
                        instances.keySet(),
                        samples,
                        weights,
                        Duration.ofSeconds(1),
                        events.now());
        publish();
    }

    /** Work and failures as the loops counted them, utilization as the system would. */
    private UtilizationWeights.Sample measure(InstanceId id, SimInstance instance) {
        List<EndpointStats> stats = new ArrayList<>();
        for (SimGateway loop : loops) {
            loop.balancer().candidate(id).ifPresent(one -> stats.add(one.stats()));
        }
        TrafficReading traffic = TrafficSum.of(stats, events.now());
        ArrayDeque<double[]> seen = lastSeen.computeIfAbsent(id, none -> new ArrayDeque<>());
        double[] now = {
            traffic.requestsTotal(), traffic.failuresTotal(), instance.busyMillis(), events.now()
        };
        seen.add(now);
        double[] before = seen.size() > WEIGH_OVER ? seen.remove() : seen.element();
        double seconds = Math.max(1, (now[3] - before[3]) / SECOND);
        return new UtilizationWeights.Sample(
                id,
                (now[0] - before[0]) / seconds,
                (now[1] - before[1]) / seconds,
                (now[2] - before[2]) / (1000 * seconds * SimInstance.WORKERS),
                events.now(),
                since.getOrDefault(id, 0L));
    }

    private void publish() {
        generation++;
        List<Endpoint> endpoints = new ArrayList<>();
        for (InstanceId id : instances.keySet()) {
            long joined = since.getOrDefault(id, 0L);
            endpoints.add(
                    new Endpoint(
                            id,
                            "sim",
                            id.ordinal(),
                            EndpointRole.ACTIVE,
                            weights.getOrDefault(id, 1.0),
                            joined == 0 ? Endpoint.NO_RAMP : joined));
        }
        EndpointSnapshot snapshot = new EndpointSnapshot(SERVICE, generation, endpoints);
        loops.forEach(loop -> loop.balancer().apply(snapshot, events.now()));
    }

    private long hedges() {
        return loops.stream().mapToLong(SimGateway::hedges).sum();
    }

    private void mark() {
        requests = 0;
        keys.ifPresent(Keys::begin);
        hedgesBefore = hedges();
        instances.forEach((id, instance) -> busyBefore.put(id, instance.busyMillis()));
        oddBefore = odd().stream().mapToLong(SimInstance::requests).sum();
        allBefore = instances.values().stream().mapToLong(SimInstance::requests).sum();
    }

    private void endOfOdd() {
        oddDuring = odd().stream().mapToLong(SimInstance::requests).sum() - oddBefore;
        allDuring = instances.values().stream().mapToLong(SimInstance::requests).sum() - allBefore;
    }

    private Result summary() {
        Arrays.sort(latencies, 0, answered);
        double sum = 0;
        for (int i = 0; i < answered; i++) {
            sum += latencies[i];
        }
        double most = 0;
        double total = 0;
        for (var entry : instances.entrySet()) {
            double busy =
                    entry.getValue().busyMillis() - busyBefore.getOrDefault(entry.getKey(), 0.0);
            most = Math.max(most, busy);
            total += busy;
        }
        double fair = (double) odd().size() / instances.size();
        double odd = oddDuring < 0 ? Double.NaN : oddDuring / (fair * Math.max(1, allDuring));
        return new Result(
                sum / Math.max(1, answered),
                quantile(0.5),
                quantile(0.99),
                quantile(0.999),
                (double) failed / Math.max(1, failed + answered),
                (double) loops.stream().mapToLong(SimGateway::retries).sum() / requests,
                (double) (hedges() - hedgesBefore) / requests,
                most / (total / instances.size()),
                odd,
                loops.stream().mapToInt(SimGateway::ejections).sum(),
                requests);
    }

    private double quantile(double quantile) {
        return answered == 0
                ? Double.NaN
                : latencies[Math.min(answered - 1, (int) (quantile * answered))];
    }
}
