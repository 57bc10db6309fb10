package dev.ebb.platform.kubernetes;

import dev.ebb.platform.kubernetes.WorkloadView.First;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Optional;

/** What matters of workloads that are neither Deployments nor ReplicaSets. Pure. */
final class OtherWorkloads {
    private OtherWorkloads() {}

    /**
     * @param scale its scale subresource, for kinds of which Ebb knows nothing else; one that is
     *     older than the workload counts as a rollout
     */
    static WorkloadView of(
            Target.Kind kind, GenericKubernetesResource one, Optional<ScaleSeen> scale) {
        Tree tree = Tree.of(one);
        if (kind.equals(Target.Kind.STATEFUL_SET)) {
            return view(
                    kind, one, tree, replicas(tree), isSettledSet(one, tree), false, first(tree));
        }
        if (kind.isRollout()) {
            return view(
                    kind,
                    one,
                    tree,
                    replicas(tree),
                    isSettledRollout(one, tree),
                    isPausedRollout(tree),
                    First.CHEAPEST);
        }
        boolean current = scale.filter(s -> s.isOf(Optional.of(one))).isPresent();
        int replicas = scale.map(ScaleSeen::replicas).orElseGet(() -> replicas(tree));
        return view(kind, one, tree, replicas, current, false, First.CHEAPEST);
    }

    private static WorkloadView view(
            Target.Kind kind,
            GenericKubernetesResource one,
            Tree tree,
            int replicas,
            boolean settled,
            boolean paused,
            First first) {
        var meta = one.getMetadata();
        return new WorkloadView(
                "the " + kind.word() + " " + meta.getName(),
                meta.getUid(),
                generation(one),
                replicas,
                settled,
                paused,
                isGated(tree),
                Optional.empty(),
                meta.getResourceVersion(),
                first);
    }

    /** Whether it has the template of its pods at the usual place. */
    static boolean hasTemplate(GenericKubernetesResource one) {
        return Tree.of(one).in("spec").in("template").has("spec");
    }

    private static boolean isGated(Tree tree) {
        return tree.in("spec").in("template").in("spec").list("readinessGates").stream()
                .anyMatch(g -> g.text("conditionType").equals(Optional.of(PodView.GATE)));
    }

    private static int replicas(Tree tree) {
        return tree.in("spec").number("replicas").map(Math::toIntExact).orElse(1);
    }

    static long generation(GenericKubernetesResource one) {
        return Optional.ofNullable(one.getMetadata().getGeneration()).orElse(0L);
    }

    private static boolean isObserved(GenericKubernetesResource one, Tree status) {
        return status.number("observedGeneration").orElse(0L) >= generation(one);
    }

    // ---- StatefulSets

    private static First first(Tree tree) {
        return tree.in("spec").text("podManagementPolicy").equals(Optional.of("Parallel"))
                ? First.HIGHEST
                : First.HIGHEST_IN_ORDER;
    }

    /**
     * With a partition, the pods below it keep the older template for good. With {@code OnDelete}
     * nobody but a person rolls anything out.
     */
    private static boolean isSettledSet(GenericKubernetesResource one, Tree tree) {
        Tree status = tree.in("status");
        Tree strategy = tree.in("spec").in("updateStrategy");
        if (!isObserved(one, status)) {
            return false;
        }
        if (strategy.text("type").equals(Optional.of("OnDelete"))) {
            return true;
        }
        long kept = strategy.in("rollingUpdate").number("partition").orElse(0L);
        long pods = status.number("replicas").orElse(0L);
        return status.number("updatedReplicas").orElse(0L) >= pods - kept;
    }

    // ---- Argo Rollouts

    /** Source: {@code RolloutStatus} and {@code IsFullyPromoted} of Argo Rollouts 1.8. */
    private static boolean isSettledRollout(GenericKubernetesResource one, Tree tree) {
        Tree status = tree.in("status");
        Optional<String> current = status.text("currentPodHash");
        Tree blueGreen = status.in("blueGreen");
        boolean promoted = current.isPresent() && current.equals(status.text("stableRS"));
        boolean noPreview =
                List.of("activeSelector", "previewSelector").stream()
                        .map(blueGreen::text)
                        .flatMap(Optional::stream)
                        .allMatch(hash -> Optional.of(hash).equals(current));
        // Its phase is not asked for: a parked pod is not available, so that it is Progressing.
        return isObserved(one, status)
                && promoted
                && noPreview
                && !status.is("abort")
                && status.number("updatedReplicas").equals(status.number("replicas"));
    }

    private static boolean isPausedRollout(Tree tree) {
        Tree status = tree.in("status");
        return tree.in("spec").is("paused")
                || status.is("controllerPause")
                || !status.list("pauseConditions").isEmpty();
    }
}
