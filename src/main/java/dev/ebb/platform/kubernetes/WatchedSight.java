package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import java.util.List;
import java.util.Optional;

/** As the informers have it. Never waits; thread-safe. */
record WatchedSight(Informers informers, Target target) implements Sight {

    @Override
    public Optional<WorkloadView> workload() {
        return switch (target.kind()) {
            case DEPLOYMENT -> informers.deployment(target).map(WorkloadView::of);
            case REPLICA_SET -> informers.replicaSet(target).map(WorkloadView::of);
        };
    }

    @Override
    public List<PodView> pods() {
        return workload().stream()
                .flatMap(w -> informers.podsOf(target, w.uid()).stream())
                .map(PodView::of)
                .toList();
    }

    @Override
    public List<String> pickable() {
        return pods().stream().map(PodView::uid).filter(informers::isPickable).toList();
    }

    @Override
    public Optional<Hold> autoscaled() {
        return Sight.autoscaled(target, informers.autoscalers(target.namespace()));
    }
}
