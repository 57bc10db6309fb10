package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Optional;

/** As the informers have it. Never waits; thread-safe. */
record WatchedSight(Informers informers, Target target) implements Sight {

    @Override
    public Optional<WorkloadView> workload() {
        if (target.kind().equals(Target.Kind.DEPLOYMENT)) {
            return informers.deployment(target);
        }
        if (target.kind().equals(Target.Kind.REPLICA_SET)) {
            return informers.replicaSet(target);
        }
        return informers.others().find(target).map(this::other);
    }

    private WorkloadView other(GenericKubernetesResource one) {
        boolean known = target.kind().isKnown();
        var scale = known ? Optional.<ScaleSeen>empty() : informers.others().scale(target);
        WorkloadView view = OtherWorkloads.of(target.kind(), one, scale);
        return OtherWorkloads.hasTemplate(one)
                ? view
                : view.withGated(
                        informers.viewsOf(target, view.uid()).stream()
                                .map(PodView::more)
                                .allMatch(PodMore::gated));
    }

    @Override
    public List<PodView> pods() {
        return informers.uid(target).map(uid -> informers.viewsOf(target, uid)).orElse(List.of());
    }

    @Override
    public List<String> pickable() {
        return pods().stream().map(PodView::uid).filter(informers::isPickable).toList();
    }

    @Override
    public Optional<Hold> autoscaled() {
        return Sight.autoscaled(target, informers.autoscalers(target));
    }
}
