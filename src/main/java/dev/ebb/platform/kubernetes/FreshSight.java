package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import java.util.List;
import java.util.Optional;

/**
 * For the few steps of a removal: the workload and its pods as they are now, so that no half of an
 * intent is seen, and the rest as watched.
 */
record FreshSight(Sight now, Sight watched) implements Sight {

    @Override
    public Optional<WorkloadView> workload() {
        return watched.isByGate() ? now.workload() : now.workload().map(w -> w.withGated(true));
    }

    @Override
    public List<PodView> pods() {
        return now.pods();
    }

    @Override
    public boolean isByGate() {
        return watched.isByGate();
    }

    @Override
    public boolean isIn(PodView asItIs) {
        return watched.isIn(asItIs);
    }

    @Override
    public List<String> pickable() {
        return watched.pickable();
    }

    @Override
    public Optional<Hold> autoscaled() {
        return watched.autoscaled();
    }
}
