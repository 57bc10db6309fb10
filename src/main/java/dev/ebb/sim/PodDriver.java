package dev.ebb.sim;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.Platform;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import dev.ebb.core.TrafficReading;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Pods as instances, with the semantics of the Kubernetes driver: what is wanted is noted at once
 * and brought about later by a reconciler, by writes that are refused where something has changed;
 * what is seen is late. A park is confirmed once the pod, the EndpointSlices and every event loop
 * of the data planes have been seen without it; the data planes count what is in flight. They, the
 * pods and who looks after those live on when Ebb dies. Single-threaded.
 */
final class PodDriver implements Driver {
    private static final long SETTLING_NANOS = 2 * SimClock.SECOND;

    private final World world;
    private final SimDataPlane plane;
    private final Map<ServiceName, SimWorkload> workloads = new LinkedHashMap<>();
    private final Map<ServiceName, PodControl> controls = new LinkedHashMap<>();
    private final PodRecord record;
    private long missedNanos = -SETTLING_NANOS;

    PodDriver(World world, Scenario scenario, SplittableRandom random) {
        this.world = world;
        plane = new SimDataPlane(world, scenario.loops(), random.split());
        world.attach(plane);
        world.cluster(this);
        var ofRules = new SplittableRandom(scenario.seed() + 7);
        for (SimService service : world.services()) {
            SimWorkload workload =
                    new SimWorkload(
                            world,
                            service,
                            plane,
                            new SimSurroundings(world, ofRules.split()),
                            random.split());
            workloads.put(service.model.name(), workload);
        }
        record =
                new PodRecord(
                        workloads.values(),
                        controls::values,
                        () -> world.conditions.is(Conditions.Trouble.DISK_FULL),
                        world.clock::now);
    }

    Collection<SimWorkload> workloads() {
        return workloads.values();
    }

    @Override
    public SimRecord journal() {
        return record;
    }

    @Override
    public EndpointSink sink(SplittableRandom random) {
        controls.clear();
        plane.heardByAnother();
        workloads.forEach((name, workload) ->
                controls.put(name, new PodControl(world, workload, random.split())));
        return new Sink();
    }

    @Override
    public Platform platform(SplittableRandom random) {
        return new Pods(random);
    }

    @Override
    public boolean stopsAtOnce() {
        return false;
    }

    @Override
    public Optional<Hold> notOurs() {
        return controls.values().stream().flatMap(c -> c.notOurs().stream()).findFirst();
    }

    @Override
    public void died(String how, SplittableRandom random) {
        controls.values().forEach(PodControl::depose);
    }

    /** Data planes of their own do not stand still with Ebb. */
    @Override
    public void freeze(double seconds) {}

    private PodControl control(InstanceId id) {
        return control(id.service());
    }

    private PodControl control(ServiceName name) {
        PodControl control = controls.get(name);
        if (control == null) {
            throw new IllegalArgumentException("no such service: " + name);
        }
        return control;
    }

    private final class Pods implements Platform {
        private final SplittableRandom random;

        Pods(SplittableRandom random) {
            this.random = random;
        }

        @Override
        public Planned plan(InstanceId id, Now now) {
            PodControl control = control(id);
            Optional<Hold> why = control.refuses();
            if (why.isPresent() && !isOnItsWay(control)) {
                return new Planned.Impossible(why.get().why().text());
            }
            String token = "t" + Long.toHexString(random.nextLong());
            return new Planned.Ready(new LaunchIntent(id, token, "pending", 0, now.wallMillis()));
        }

        private boolean isOnItsWay(PodControl control) {
            return control.spec.seen().replicas() > control.fleet.expected(control.pods.seen());
        }

        @Override
        public Started start(LaunchIntent intent) {
            control(intent.id()).fleet.expect(intent);
            control(intent.id()).wake();
            return new Started.Failed("its pod is not there yet");
        }

        @Override
        public void stop(InstanceId id, Duration grace) {
            control(id).fleet.stop(id);
            control(id).wake();
        }

        @Override
        public Map<InstanceId, Liveness> look() {
            Map<InstanceId, Liveness> all = new HashMap<>();
            boolean steady = isSteady();
            controls.values()
                    .forEach(control ->
                            control.fleet
                                    .liveness()
                                    .forEach((id, l) ->
                                            all.put(
                                                    id,
                                                    steady || l instanceof Liveness.Exited
                                                            ? l
                                                            : new Liveness.Unseen())));
            return all;
        }

        @Override
        public Map<InstanceId, String> adopt(Collection<Known> known) {
            Map<InstanceId, String> alive = new HashMap<>();
            for (Known one : known) {
                InstanceId id = one.intent().id();
                Optional.ofNullable(control(id).fleet.bound().get(id))
                        .ifPresent(number -> alive.put(id, "uid-" + number));
            }
            return alive;
        }

        @Override
        public Outside outside(ServiceName service, int nextOrdinal, Now now) {
            PodControl control = control(service);
            return control.fleet.see(control.pods.seen(), nextOrdinal, now);
        }

        @Override
        public void forget(InstanceId id) {
            control(id).fleet.forget(id);
        }
    }

    /** Whether the API server is seen, and has been for a moment. */
    private boolean isSteady() {
        long now = world.clock.nanos();
        if (world.conditions.is(Conditions.Trouble.DISK_FULL)) {
            missedNanos = now;
        }
        return now - missedNanos >= SETTLING_NANOS;
    }

    private final class Sink implements EndpointSink {
        private final Map<ServiceName, Long> acknowledged = new HashMap<>();

        @Override
        public void publish(EndpointSnapshot snapshot) {
            control(snapshot.service()).fleet.publish(snapshot);
            control(snapshot.service()).wake();
        }

        @Override
        public Report report(ServiceName service, Now now) {
            PodControl control = control(service);
            control.wake();
            Report counted = plane.report(service, now);
            Map<Integer, SimPod> pods =
                    control.pods.seen().stream()
                            .collect(Collectors.toMap(SimPod::number, pod -> pod));
            SimWorkload.Slices slices = control.slices.seen();
            boolean allOut = counted.acknowledgedGeneration() >= slices.version();
            Map<InstanceId, EndpointReport> endpoints = new HashMap<>();
            for (var one : control.fleet.bound().entrySet()) {
                SimPod pod = pods.get(one.getValue());
                if (pod == null) {
                    continue;
                }
                if (control.fleet.isOut(one.getKey())) {
                    allOut &= !pod.ready() && !slices.pickable().contains(pod.number());
                }
                EndpointReport traffic = counted.endpoints().get(one.getKey());
                endpoints.put(one.getKey(), of(pod, Optional.ofNullable(traffic), now));
            }
            if (allOut) {
                acknowledged.put(service, control.fleet.snapshot().generation());
            }
            return new Report(
                    acknowledged.getOrDefault(service, 0L),
                    endpoints,
                    counted.latency(),
                    Optional.empty(),
                    List.of(),
                    counted.arrivals());
        }

        @Override
        public Optional<Hold> uncounted() {
            return controls.values().stream().flatMap(c -> c.hold().stream()).findFirst();
        }

        private EndpointReport of(SimPod pod, Optional<EndpointReport> counted, Now now) {
            boolean well = pod.containersReady();
            Health health =
                    well ? Health.HEALTHY : pod.gate().isEmpty() ? Health.UNKNOWN : Health.EJECTED;
            Reason why =
                    well
                            ? Reason.of("pod_ready", "its containers are ready")
                            : Reason.of("pod_unready", "a container of it is not ready");
            return new EndpointReport(
                    counted.map(EndpointReport::traffic)
                            .orElseGet(
                                    () -> new TrafficReading(now.monotonicNanos(), 0, 0, 0, 0, 0)),
                    health,
                    Optional.of(why),
                    counted.map(EndpointReport::ledger).orElse(Ledger.CLEAN));
        }
    }
}
