package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import java.util.List;
import java.util.Optional;

/**
 * What matters here of a workload. Immutable.
 *
 * @param words for sentences: {@code the Deployment shop}
 * @param generation grows with each change of its spec
 * @param replicas how many pods it asks for
 * @param settled whether its controller has seen that generation and no pod of an older template is
 *     left
 * @param gated whether its pods have Ebb's readiness gate, without which they cannot be parked
 * @param owner who else decides its size: the Deployment of a ReplicaSet
 * @param resourceVersion of what was read, to change nothing else
 * @param first which of its pods go first when it is scaled in
 */
record WorkloadView(
        String words,
        String uid,
        long generation,
        int replicas,
        boolean settled,
        boolean paused,
        boolean gated,
        Optional<String> owner,
        String resourceVersion,
        First first) {

    /** Which pods of a workload go first when it is scaled in. */
    enum First {
        /** Those with the lowest deletion cost: wherever a ReplicaSet deletes them. */
        CHEAPEST,

        /** The highest numbers of a StatefulSet, all at once. */
        HIGHEST,

        /**
         * The highest numbers of a StatefulSet, one by one, and only while all others are ready.
         */
        HIGHEST_IN_ORDER;

        boolean isHighest() {
            return this != CHEAPEST;
        }
    }

    static WorkloadView of(Deployment deployment) {
        ObjectMeta meta = deployment.getMetadata();
        long generation = number(meta.getGeneration());
        return new WorkloadView(
                "the Deployment " + meta.getName(),
                meta.getUid(),
                generation,
                Optional.ofNullable(deployment.getSpec().getReplicas()).orElse(1),
                settled(Optional.ofNullable(deployment.getStatus()), generation),
                Boolean.TRUE.equals(deployment.getSpec().getPaused()),
                isGated(deployment.getSpec().getTemplate()),
                Optional.empty(),
                meta.getResourceVersion(),
                First.CHEAPEST);
    }

    static WorkloadView of(ReplicaSet set) {
        ObjectMeta meta = set.getMetadata();
        long generation = number(meta.getGeneration());
        long observed =
                Optional.ofNullable(set.getStatus())
                        .map(s -> number(s.getObservedGeneration()))
                        .orElse(0L);
        return new WorkloadView(
                "the ReplicaSet " + meta.getName(),
                meta.getUid(),
                generation,
                Optional.ofNullable(set.getSpec().getReplicas()).orElse(1),
                observed >= generation,
                false,
                isGated(set.getSpec().getTemplate()),
                Optional.ofNullable(meta.getOwnerReferences()).orElse(List.of()).stream()
                        .filter(o -> Boolean.TRUE.equals(o.getController()))
                        .map(OwnerReference::getName)
                        .findFirst(),
                meta.getResourceVersion(),
                First.CHEAPEST);
    }

    private static boolean isGated(PodTemplateSpec template) {
        var gates = template.getSpec().getReadinessGates();
        return Optional.ofNullable(gates).orElse(List.of()).stream()
                .anyMatch(gate -> PodView.GATE.equals(gate.getConditionType()));
    }

    /** Availability is not asked for: a parked pod is not available, and is meant not to be. */
    private static boolean settled(Optional<DeploymentStatus> status, long generation) {
        return status.filter(s -> number(s.getObservedGeneration()) >= generation)
                .filter(s -> number(s.getUpdatedReplicas()) == number(s.getReplicas()))
                .isPresent();
    }

    private static long number(Number value) {
        return Optional.ofNullable(value).map(Number::longValue).orElse(0L);
    }

    /** Of a kind that says nothing of its pods' template, they say it themselves. */
    WorkloadView withGated(boolean podsAre) {
        return new WorkloadView(
                words,
                uid,
                generation,
                replicas,
                settled,
                paused,
                podsAre,
                owner,
                resourceVersion,
                first);
    }

    /** Why nothing may be removed from it at the moment. */
    Optional<Hold> hold() {
        return owned().or(this::notGated).or(this::changing);
    }

    /** Why its size is not Ebb's to decide. */
    Optional<Hold> owned() {
        return owner.map(name ->
                new Hold(
                        Reason.of("owned", words + " belongs to " + name + ", which scales it"),
                        "a ServiceScale for " + name + " in place of this one"));
    }

    private Optional<Hold> notGated() {
        return gated
                ? Optional.empty()
                : Optional.of(
                        new Hold(
                                Reason.of(
                                        "no_gate",
                                        "the pods of %s have no readiness gate %s"
                                                .formatted(words, PodView.GATE)),
                                "the gate being put into the template of " + words));
    }

    private Optional<Hold> changing() {
        if (paused) {
            return Optional.of(
                    new Hold(
                            Reason.of("rollout_paused", words + " is paused"),
                            words + " being resumed"));
        }
        return settled
                ? Optional.empty()
                : Optional.of(
                        new Hold(
                                Reason.of("rollout", words + " is being rolled out"),
                                "the end of the rollout"));
    }
}
