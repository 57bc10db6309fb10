package dev.ebb.sim;

import dev.ebb.sim.SimPod.Removing;
import dev.ebb.sim.SimWorkload.Spec;
import dev.ebb.sim.SimWorkload.Written;
import java.util.List;
import java.util.Optional;

/**
 * What one life of Ebb writes to a workload. Of what a deposed leader has still on its way, one
 * write arrives at most; the rest goes past a fence. Single-threaded.
 */
final class PodWrites {
    private final SimWorkload workload;
    private final World world;
    private int left = Integer.MAX_VALUE;

    PodWrites(World world, SimWorkload workload) {
        this.world = world;
        this.workload = workload;
    }

    /** It leads no more. */
    void leave(int writes) {
        left = writes;
    }

    boolean isBlind() {
        return world.conditions.is(Conditions.Trouble.DISK_FULL);
    }

    /** As they are now, asked for. */
    List<SimPod> pods() {
        return workload.pods.now();
    }

    Spec spec() {
        return workload.spec.now();
    }

    boolean isAutoscaled() {
        return workload.surroundings.now().autoscaled();
    }

    private boolean isFenced() {
        return left-- <= 0;
    }

    Written gate(SimPod pod, boolean open) {
        return isFenced() ? Written.FAILED : workload.gate(pod, open);
    }

    Written intend(SimPod pod, Optional<Removing> intent) {
        return isFenced() ? Written.FAILED : workload.intend(pod, intent);
    }

    Written scale(Spec read, int replicas) {
        return isFenced() ? Written.FAILED : workload.scale(read, replicas);
    }
}
