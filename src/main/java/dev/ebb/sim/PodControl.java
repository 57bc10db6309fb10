package dev.ebb.sim;

import dev.ebb.core.Hold;
import dev.ebb.core.Policy;
import dev.ebb.core.Reason;
import dev.ebb.sim.SimSurroundings.Seen;
import dev.ebb.sim.SimWorkload.Slices;
import dev.ebb.sim.SimWorkload.Spec;
import dev.ebb.sim.SimWorkload.Written;
import dev.ebb.sim.Watched.Watch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One life of Ebb at one workload: what it has seen, and the Kubernetes driver's reconciler, which
 * opens gates first, closes gates, asks for more pods, and goes on with a removal. Each look begins
 * from what is seen, so it may come at any time, twice, or late. Single-threaded.
 */
final class PodControl {
    private static final long PATIENCE_NANOS = 30 * SimClock.SECOND;
    private static final long AGAIN_NANOS = SimClock.SECOND / 5;

    final SimWorkload workload;
    final PodFleet fleet;
    final Watch<List<SimPod>> pods;
    final Watch<Spec> spec;
    final Watch<Slices> slices;
    private final Watch<Seen> around;
    private final World world;
    private final SplittableRandom random;
    private final PodWrites writes;
    private final PodRemoval removal;
    private boolean due;
    private boolean over;
    private boolean held;
    private long heldSince;

    PodControl(World world, SimWorkload workload, SplittableRandom random) {
        this.world = world;
        this.workload = workload;
        this.random = random;
        fleet = new PodFleet(workload);
        long stale = (long) (random.nextDouble(0, 2) * SimClock.SECOND);
        pods = workload.pods.watch(random.split(), stale);
        spec = workload.spec.watch(random.split(), stale);
        slices = workload.slices.watch(random.split(), stale);
        around = workload.surroundings.watch(stale);
        writes = new PodWrites(world, workload);
        removal = new PodRemoval(writes, this::refuses);
    }

    /** Has the reconciler look soon. */
    void wake() {
        if (!due && !over) {
            due = true;
            long later = (long) (random.nextDouble(0.02, 0.25) * SimClock.SECOND);
            world.events.at(world.clock.nanos() + later, this::look);
        }
    }

    private void look() {
        due = false;
        if (over) {
            return;
        }
        boolean again = !gates();
        again |= grow();
        again |= remove();
        if (again) {
            due = true;
            world.events.at(world.clock.nanos() + AGAIN_NANOS, this::look);
        }
    }

    /**
     * It leads no more. What it has sent already may arrive after its successor has begun: one
     * write, by what it saw last.
     */
    void depose() {
        pods.end();
        spec.end();
        slices.end();
        around.end();
        due = true;
        long late = (long) (random.nextDouble(0.1, 6) * SimClock.SECOND);
        boolean sent = random.nextBoolean();
        writes.leave(sent ? 1 : 0);
        if (sent) {
            world.events.at(
                    world.clock.nanos() + late,
                    () -> {
                        look();
                        over = true;
                    });
        } else {
            over = true;
        }
    }

    /** Why the size is somebody else's. */
    Optional<Hold> notOurs() {
        return around.seen().notOurs();
    }

    /** The same, or it is to be looked at only. */
    Optional<Hold> refuses() {
        return notOurs()
                .or(() ->
                        observes()
                                ? Optional.of(
                                        new Hold(
                                                Reason.of(
                                                        "observe",
                                                        "the mode is observe: nothing is changed"),
                                                "another mode"))
                                : Optional.empty());
    }

    private boolean observes() {
        return workload.service.plan.policy().mode() == Policy.Mode.OBSERVE;
    }

    /** What keeps every removal. */
    Optional<Hold> hold() {
        return observes()
                ? Optional.empty()
                : notOurs().or(() -> around.seen().budget(pods.seen(), fleet.out()));
    }

    /** The last look before a pod is taken out of rotation. */
    private boolean mayClose(int out) {
        return refuses().isEmpty() && around.seen().budget(pods.seen(), out).isEmpty();
    }

    /** Answers whether all is as it should be. */
    private boolean gates() {
        Map<Integer, Boolean> wanted = fleet.gates();
        boolean well = true;
        for (SimPod pod : pods.seen()) {
            boolean open = wanted.getOrDefault(pod.number(), false);
            boolean isOpen = pod.gate().orElse(false);
            if (pod.counts() && open && !isOpen) {
                well &= writes.gate(pod, true) == Written.DONE;
            }
        }
        int out = (int) wanted.values().stream().filter(open -> !open).count();
        for (SimPod pod : pods.seen()) {
            boolean close = !wanted.getOrDefault(pod.number(), true);
            boolean isClosed = pod.gate().isPresent() && !pod.gate().get();
            if (pod.counts() && close && !isClosed && mayClose(out)) {
                well &= writes.gate(pod, false) == Written.DONE;
            }
        }
        return well;
    }

    /** Asks for as many as there are and were started; answers whether that must be repeated. */
    private boolean grow() {
        if (fleet.pending() == 0 || refuses().isPresent()) {
            return false;
        }
        int max = workload.service.plan.policy().range().max();
        int want = Math.min(max, fleet.expected(pods.seen()));
        return want > spec.seen().replicas() && writes.scale(spec.seen(), want) != Written.DONE;
    }

    private boolean remove() {
        Set<Integer> victims = fleet.victims();
        boolean begun = pods.seen().stream().anyMatch(p -> p.removal().isPresent() && p.counts());
        if (victims.isEmpty() && !begun) {
            held = false;
            return false;
        }
        PodRemoval.Step step = removal.step(victims, slices.seen().pickable());
        if (step != PodRemoval.Step.HELD) {
            held = false;
        }
        switch (step) {
            case SPARED -> fleet.spare(removal.spared());
            case REFUSED -> fleet.spare(victims);
            case HELD -> hold(victims);
            case IDLE, MOVED, AGAIN -> {}
        }
        return true;
    }

    private void hold(Set<Integer> victims) {
        heldSince = held ? heldSince : world.clock.nanos();
        held = true;
        if (world.clock.nanos() - heldSince >= PATIENCE_NANOS) {
            if (removal.takeBack()) {
                fleet.spare(victims);
                held = false;
            }
        }
    }
}
