package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import java.util.List;
import java.util.Optional;

/**
 * Where the data planes alone are told who is parked, and an annotation of the pod is the record of
 * it. EndpointSlices offer a parked pod on; that every request comes through the data planes has
 * been said by the ServiceScale, and each removal's record says so, too. Never waits; thread-safe.
 *
 * @param raw as the pods say it themselves
 */
record PlaneSight(Sight raw) implements Sight {

    @Override
    public boolean isByGate() {
        return false;
    }

    @Override
    public boolean isIn(PodView asItIs) {
        return !asItIs.more().parked();
    }

    @Override
    public Optional<WorkloadView> workload() {
        return raw.workload().map(w -> w.withGated(true));
    }

    @Override
    public List<PodView> pods() {
        return raw.pods().stream()
                .map(p -> p.withRotation(Optional.of(!p.more().parked())))
                .toList();
    }

    @Override
    public List<String> pickable() {
        return List.of();
    }

    @Override
    public List<String> offeredAnyway() {
        return raw.pickable();
    }

    @Override
    public Optional<Hold> autoscaled() {
        return raw.autoscaled();
    }
}
