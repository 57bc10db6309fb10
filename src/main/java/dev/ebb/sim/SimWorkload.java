package dev.ebb.sim;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.LaunchIntent;
import dev.ebb.core.InstanceId;
import dev.ebb.sim.Conditions.Trouble;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * One workload of a simulated cluster, and those who look after it: the API server, which refuses a
 * write to what has changed since it was read; the ReplicaSet's controller, which creates and
 * deletes pods by its own rank; kubelets, which start containers, start them again when they exit,
 * and say whether they are ready; the EndpointSlice controller, by whom data planes hear of pods.
 * Survives Ebb. Single-threaded.
 */
final class SimWorkload {
    private static final long TURN_NANOS = SimClock.SECOND / 4;

    /** Ordinals of processes whose pods Ebb has not seen yet. */
    private static final int UNNAMED = 900_000;

    private static final int PODS_MAX = 64;

    /** How many pods are asked for; every change of that adds 1 to the generation. */
    record Spec(int replicas, long generation, long version) {}

    /** The pods that services send requests to, by number. */
    record Slices(long version, Set<Integer> pickable) {}

    /** What has become of a write. */
    enum Written {
        DONE,
        /** It was changed since it was read. */
        CONFLICT,
        FAILED
    }

    final SimService service;
    final Watched<Spec> spec;
    final Watched<List<SimPod>> pods;
    final Watched<Slices> slices;
    final SimSurroundings surroundings;
    private final World world;
    private final SimDataPlane plane;
    private final SplittableRandom random;
    private final Processes processes;
    private final TreeMap<Integer, SimPod> all = new TreeMap<>();
    private final Map<Integer, SimInstance> running = new HashMap<>();
    private final Map<Integer, LaunchIntent> intents = new HashMap<>();
    private final Map<Integer, Long> restartsAt = new HashMap<>();
    private List<SimPod> offered = List.of();
    private long version = 1;
    private int created;
    private int highestOrdinal;
    private boolean loweredByEbb;

    SimWorkload(
            World world,
            SimService service,
            SimDataPlane plane,
            SimSurroundings surroundings,
            SplittableRandom random) {
        this.world = world;
        this.service = service;
        this.plane = plane;
        this.surroundings = surroundings;
        this.random = random;
        this.processes = new Processes(world, random.split());
        int replicas = Math.max(1, service.plan.policy().range().initial());
        spec = new Watched<>(world, new Spec(replicas, 1, 1));
        pods = new Watched<>(world, List.of());
        slices = new Watched<>(world, new Slices(0, Set.of()));
        turn();
    }

    // ---- The API server

    private boolean isDown() {
        return world.conditions.is(Trouble.DISK_FULL);
    }

    /** Sets a pod's gate; closing it only if the pod is still what was read. */
    Written gate(SimPod read, boolean open) {
        Written written = write(read, !open, pod -> pod.gated(open));
        if (written == Written.DONE && !open) {
            surroundings.broken(pods.now()).ifPresent(world.witness::broken);
        }
        return written;
    }

    /** Puts an intent on a pod if it is still what was read, or takes it away. */
    Written intend(SimPod read, Optional<SimPod.Removing> intent) {
        return write(read, intent.isPresent(), pod -> pod.intended(intent));
    }

    private Written write(SimPod read, boolean asRead, UnaryOperator<SimPod> change) {
        SimPod now = all.get(read.number());
        if (isDown() || now == null) {
            return Written.FAILED;
        }
        if (asRead && now.version() != read.version()) {
            return Written.CONFLICT;
        }
        put(change.apply(now));
        return Written.DONE;
    }

    /** Asks for so many pods, if the workload is still what was read. */
    Written scale(Spec read, int replicas) {
        if (isDown()) {
            return Written.FAILED;
        }
        if (spec.now().version() != read.version()) {
            return Written.CONFLICT;
        }
        if (replicas < read.replicas()) {
            if (surroundings.now().autoscaled()) {
                world.witness.broken("scaled in beside another autoscaler");
            }
            loweredByEbb = true;
            for (SimPod pod : all.values()) {
                if (pod.counts() && pod.removal().isPresent()) {
                    pod.name().ifPresent(world.witness::ending);
                }
            }
        }
        size(replicas);
        return Written.DONE;
    }

    private void size(int replicas) {
        Spec now = spec.now();
        spec.set(new Spec(replicas, now.generation() + 1, ++version));
    }

    private void put(SimPod next) {
        SimPod before = all.get(next.number());
        if (before == null || !before.isAs(next)) {
            all.put(next.number(), next.at(++version));
            pods.set(List.copyOf(all.values()));
        }
    }

    // ---- Names: as which instance Ebb knows a pod

    int nextOrdinal() {
        return highestOrdinal + 1;
    }

    /** The pod is this instance from now on. */
    void name(int number, LaunchIntent intent) {
        SimPod pod = all.get(number);
        if (pod == null) {
            return;
        }
        pod.name().filter(id -> !id.equals(intent.id())).ifPresent(service::remove);
        highestOrdinal = Math.max(highestOrdinal, intent.id().ordinal());
        intents.put(number, intent);
        put(pod.named(intent.id()));
        SimInstance process = running.get(number);
        if (process != null) {
            process.intent = intent;
            service.add(process);
        }
    }

    Optional<LaunchIntent> intent(int number) {
        return Optional.ofNullable(intents.get(number));
    }

    /** Pods that live, have done so for this long, and that Ebb has given no name. */
    List<String> unnamed(long nanos) {
        return all.values().stream()
                .filter(pod -> pod.counts() && pod.name().isEmpty())
                .map(pod -> running.get(pod.number()))
                .filter(it -> it != null && world.clock.nanos() - it.spawnedAt > nanos)
                .map(it -> "pod " + it.id())
                .toList();
    }

    // ---- Controllers

    private void turn() {
        if (world.conditions.is(Trouble.TOUCHED)) {
            touch();
        }
        kubelets();
        if (random.nextInt(3) > 0) {
            replicaSet();
        }
        if (random.nextInt(3) > 0) {
            endpointSlices();
        }
        surroundings.turn(List.copyOf(all.values()));
        world.events.at(world.clock.nanos() + TURN_NANOS, this::turn);
    }

    /** Somebody writes annotations, again and again. */
    private void touch() {
        all.replaceAll((_, pod) -> pod.at(++version));
        pods.set(List.copyOf(all.values()));
        Spec now = spec.now();
        spec.set(new Spec(now.replicas(), now.generation(), ++version));
    }

    private void kubelets() {
        for (SimPod pod : List.copyOf(all.values())) {
            SimInstance process = running.get(pod.number());
            if (!pod.assigned()) {
                assign(pod);
            } else if (process == null || !process.isAlive()) {
                exited(pod);
            } else {
                boolean ready = process.answers(world.clock.nanos());
                // A probe is not made at every moment.
                if (ready == pod.containersReady() || random.nextInt(3) > 0) {
                    continue;
                }
                put(pod.seen(true, ready));
            }
        }
    }

    private void assign(SimPod pod) {
        if (pod.leaving()) {
            removed(pod);
        } else if (!world.conditions.is(Trouble.START_FAILS) && random.nextInt(3) == 0) {
            put(pod.seen(true, false));
            begin(pod.number());
        }
    }

    private void begin(int number) {
        InstanceId unnamed = new InstanceId(service.model.name(), UNNAMED + number);
        String uid = "uid-" + number;
        LaunchIntent intent =
                intents.getOrDefault(number, new LaunchIntent(unnamed, uid, uid, 0, 0));
        SimInstance process = new SimInstance(intent, uid, service.model, world.clock.nanos());
        running.put(number, process);
        if (intents.containsKey(number)) {
            service.add(process);
        }
        processes.boot(process);
    }

    /** A container that exits is started again in its pod, after a back-off. */
    private void exited(SimPod pod) {
        int number = pod.number();
        if (pod.leaving()) {
            removed(pod);
            return;
        }
        long now = world.clock.nanos();
        long due =
                restartsAt.computeIfAbsent(
                        number, _ -> now + (long) (random.nextDouble(0.5, 10) * SimClock.SECOND));
        put(pod.seen(false, false));
        if (now >= due) {
            restartsAt.remove(number);
            put(pod.seen(true, false));
            begin(number);
        }
    }

    private void removed(SimPod pod) {
        all.remove(pod.number());
        running.remove(pod.number());
        intents.remove(pod.number());
        restartsAt.remove(pod.number());
        version++;
        pods.set(List.copyOf(all.values()));
    }

    private void replicaSet() {
        List<SimPod> active = all.values().stream().filter(SimPod::counts).toList();
        int missing = spec.now().replicas() - active.size();
        if (missing > 0 && !world.conditions.is(Trouble.PLAN_FAILS)) {
            for (int i = 0; i < missing && all.size() < PODS_MAX; i++) {
                put(SimPod.created(++created, 0));
            }
        } else if (missing < 0) {
            active.stream()
                    .sorted(
                            SimPod.ORDER.thenComparing(
                                    Comparator.comparingInt(SimPod::number).reversed()))
                    .limit(-missing)
                    .forEach(pod -> delete(pod, loweredByEbb));
        }
    }

    /**
     * A deletion: SIGTERM, and some time for what is in flight.
     *
     * @param forEbb because Ebb asked for fewer pods
     */
    private void delete(SimPod pod, boolean forEbb) {
        if (forEbb && pod.removal().isEmpty()) {
            world.witness.told("the ReplicaSet deletes " + words(pod) + ", which is no victim");
        }
        put(pod.deleted());
        SimInstance process = running.get(pod.number());
        if (process == null || !process.isAlive()) {
            return;
        }
        process.stopAsked = forEbb && (pod.removal().isPresent() || pod.ready());
        process.phase = SimInstance.Phase.ENDING;
        long grace = service.plan.policy().drain().grace().toNanos();
        processes.finish(process, world.clock.nanos() + grace);
    }

    private static String words(SimPod pod) {
        return pod.name().map(InstanceId::toString).orElse("pod " + pod.number());
    }

    private void endpointSlices() {
        List<SimPod> named =
                all.values().stream()
                        .filter(pod -> pod.counts() && pod.name().isPresent())
                        .map(pod -> pod.at(0))
                        .toList();
        if (named.equals(offered)) {
            return;
        }
        offered = named;
        Set<Integer> pickable = new TreeSet<>();
        List<Endpoint> endpoints = new ArrayList<>();
        for (SimPod pod : named) {
            EndpointRole role = pod.ready() ? EndpointRole.ACTIVE : EndpointRole.PARKED;
            String host = "uid-" + pod.number();
            InstanceId id = pod.name().orElseThrow();
            endpoints.add(new Endpoint(id, host, 1, role, 1, Endpoint.NO_RAMP));
            if (pod.ready()) {
                pickable.add(pod.number());
            }
        }
        long next = slices.now().version() + 1;
        slices.set(new Slices(next, Set.copyOf(pickable)));
        plane.publish(new EndpointSnapshot(service.model.name(), next, endpoints));
    }

    // ---- What others do

    /** Somebody evicts a pod; answers which. */
    String evict(int pick) {
        List<SimPod> there = all.values().stream().filter(SimPod::counts).toList();
        if (there.isEmpty()) {
            return "no pod";
        }
        SimPod pod = there.get(pick % there.size());
        delete(pod, false);
        return words(pod);
    }

    /** Somebody asks for another number of pods; answers which. */
    int scaleByOthers(int by) {
        int next = Math.clamp(spec.now().replicas() + by, 1, PODS_MAX / 2);
        loweredByEbb = false;
        size(next);
        world.witness.scaledByOthers(service.model.name(), next);
        return next;
    }
}
