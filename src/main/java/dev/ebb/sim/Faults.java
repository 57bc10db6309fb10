package dev.ebb.sim;

import dev.ebb.core.InstanceId;
import dev.ebb.sim.Conditions.Lie;
import dev.ebb.sim.Conditions.Trouble;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Brings a fault about in the world. What concerns Ebb itself is the simulation's business. */
final class Faults {
    private static final List<Lie> LIES = List.of(Lie.values());

    private final World world;

    Faults(World world) {
        this.world = world;
    }

    /** Answers what happened, for the timeline. */
    String strike(Fault fault) {
        long until = world.clock.nanos() + (long) (fault.seconds() * SimClock.SECOND);
        List<SimInstance> alive = new ArrayList<>(world.alive());
        if (needsInstance(fault.kind()) && alive.isEmpty()) {
            return fault.kind() + ": no instance to strike";
        }
        switch (fault.kind()) {
            case INSTANCE_CRASHES -> {
                int count = fault.amount() > 0.85 ? Math.min(2, alive.size()) : 1;
                for (int i = 0; i < count; i++) {
                    world.end(pick(alive, fault.pick() + i), OptionalInt.of(137));
                }
            }
            case INSTANCE_HANGS -> pick(alive, fault.pick()).hungUntil = until;
            case INSTANCE_SLOW -> {
                SimInstance slow = pick(alive, fault.pick());
                slow.slowFactor = 1.5 + 8 * fault.amount();
                slow.slowUntil = until;
            }
            case INSTANCE_FAILS -> {
                SimInstance failing = pick(alive, fault.pick());
                failing.failingShare = 0.1 + 0.9 * fault.amount();
                failing.failingUntil = until;
            }
            case METRICS_LIE -> {
                Lie how = LIES.get(fault.pick() % LIES.size());
                InstanceId id = pick(alive, fault.pick() / 7).id();
                world.conditions.lie(id, how, fault.seconds());
                return "%s: %s on %s for %.1f s".formatted(fault.kind(), how, id, fault.seconds());
            }
            case POD_EVICTED, SCALED_BY_OTHERS -> {
                return world.cluster().map(cluster -> others(cluster, fault)).orElse("nobody");
            }
            case BUDGET_MADE ->
                    ofCluster(w -> w.surroundings.budget(wanted(w, fault), fault.seconds()));
            case AUTOSCALER_MADE -> ofCluster(w -> w.surroundings.autoscale(fault.seconds()));
            case LOOP_STALLS -> world.conditions.stallLoop(fault.pick() % 4, fault.seconds());
            default -> world.conditions.set(trouble(fault.kind()), fault.seconds());
        }
        return needsInstance(fault.kind())
                ? fault + " on " + pick(alive, fault.pick()).id()
                : fault.toString();
    }

    /** Of all workloads at once, as control has one port to the data planes of all services. */
    private void ofCluster(Consumer<SimWorkload> what) {
        world.cluster().ifPresent(cluster -> cluster.workloads().forEach(what));
    }

    /** From half of the pods to all of them. */
    private static int wanted(SimWorkload workload, Fault fault) {
        return (int) Math.ceil(workload.spec.now().replicas() * (0.5 + fault.amount() / 2));
    }

    private static String others(PodDriver cluster, Fault fault) {
        List<SimWorkload> all = List.copyOf(cluster.workloads());
        SimWorkload workload = all.get(fault.pick() % all.size());
        return fault.kind() == Fault.Kind.POD_EVICTED
                ? "somebody evicts " + workload.evict(fault.pick() / 7)
                : "somebody asks for %d pods of %s"
                        .formatted(
                                workload.scaleByOthers(fault.amount() > 0.5 ? 1 : -1),
                                workload.service.model.name());
    }

    private static boolean needsInstance(Fault.Kind kind) {
        return switch (kind) {
            case INSTANCE_CRASHES, INSTANCE_HANGS, INSTANCE_SLOW, INSTANCE_FAILS, METRICS_LIE ->
                    true;
            default -> false;
        };
    }

    private static SimInstance pick(List<SimInstance> alive, int pick) {
        return alive.get(pick % alive.size());
    }

    private static Trouble trouble(Fault.Kind kind) {
        return switch (kind) {
            case METRICS_MISSING -> Trouble.NO_METRICS;
            case HOST_BUSY -> Trouble.HOST_BUSY;
            case CRASH_LOOP -> Trouble.CRASH_LOOP;
            case START_FAILS -> Trouble.START_FAILS;
            case PLAN_FAILS -> Trouble.PLAN_FAILS;
            case SLOW_BOOT -> Trouble.SLOW_BOOT;
            case UNCLEAR -> Trouble.UNCLEAR;
            case LATE_EXITS -> Trouble.LATE_EXITS;
            case SLOW_PUBLISH -> Trouble.SLOW_PUBLISH;
            case LATE_REPORTS -> Trouble.LATE_REPORTS;
            case STUCK_REPORTS -> Trouble.STUCK_REPORTS;
            case DISK_FULL -> Trouble.DISK_FULL;
            case QUERIES_FAIL -> Trouble.NO_ANSWERS;
            case PODS_TOUCHED -> Trouble.TOUCHED;
            default -> throw new IllegalArgumentException("not the world's trouble: " + kind);
        };
    }
}
