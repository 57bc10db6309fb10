package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where Ebb's own EndpointSlices say who is in rotation, and not the pods' gates. Never waits;
 * thread-safe.
 *
 * @param raw as the pods say it themselves
 */
record SlicedSight(Sight raw, OwnSlices slices) implements Sight {

    @Override
    public boolean isByGate() {
        return false;
    }

    @Override
    public boolean isIn(PodView asItIs) {
        return false;
    }

    @Override
    public Optional<WorkloadView> workload() {
        return raw.workload().map(w -> w.withGated(true));
    }

    @Override
    public List<PodView> pods() {
        Map<String, Boolean> rotation = slices.rotation();
        return raw.pods().stream()
                .map(p -> p.withRotation(Optional.ofNullable(rotation.get(p.uid()))))
                .toList();
    }

    @Override
    public List<String> pickable() {
        return raw.pickable();
    }

    @Override
    public Optional<Hold> autoscaled() {
        return raw.autoscaled();
    }
}
