package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import java.util.List;
import java.util.Optional;

/** Pods as a test has them. */
final class TestSight implements Sight {
    List<PodView> pods = List.of();
    List<String> pickable = List.of();

    @Override
    public Optional<WorkloadView> workload() {
        return Optional.empty();
    }

    @Override
    public List<PodView> pods() {
        return pods;
    }

    @Override
    public List<String> pickable() {
        return pickable;
    }

    @Override
    public Optional<Hold> autoscaled() {
        return Optional.empty();
    }
}
