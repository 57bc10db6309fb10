package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Pods with Ebb's gate that no ServiceScale is for, or not any more. A gate that nobody opens would
 * keep a pod from ever being ready, so Ebb opens it, and takes back what made the pod a victim or
 * says that it is parked.
 */
final class Strays {
    private Strays() {}

    /**
     * @param view how one is seen
     * @param mine uids of pods that are instances
     * @param managed whether a pod belongs to a workload that is looked after, by its uid
     */
    static List<Pod> of(
            Stream<Pod> pods,
            Function<Pod, PodView> view,
            Set<String> mine,
            Predicate<Pod> managed) {
        return pods.filter(p -> !mine.contains(p.getMetadata().getUid()))
                .filter(p -> isShut(view.apply(p)))
                .filter(p -> !managed.test(p))
                .toList();
    }

    private static boolean isShut(PodView pod) {
        boolean open = pod.inRotation().equals(Optional.of(true));
        boolean marked = pod.removal().isPresent() || pod.more().parked();
        return pod.counts() && ((pod.more().gated() && !open) || marked);
    }

    static void free(KubernetesClient client, Fence fence, Pod pod) {
        var target =
                new Target(
                        pod.getMetadata().getNamespace(),
                        Target.Kind.REPLICA_SET,
                        pod.getMetadata().getName());
        var cluster = new Cluster(client, target, fence);
        PodView view = PodView.of(pod);
        if (view.more().gated() && !view.inRotation().equals(Optional.of(true))) {
            cluster.gate(view, true, Instant.now().toString());
        }
        if (view.removal().isPresent()) {
            cluster.intend(view, Optional.empty());
        }
        if (view.more().parked()) {
            cluster.mark(view, Optional.empty());
        }
    }
}
