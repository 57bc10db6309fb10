package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import java.util.List;
import java.util.Optional;

/**
 * What matters here of a Deployment. Immutable.
 *
 * @param generation grows with each change of its spec
 * @param replicas how many pods it asks for
 * @param settled whether its controller has seen that generation and no pod of an older template is
 *     left
 * @param gated whether its pods have Ebb's readiness gate, without which they cannot be parked
 * @param resourceVersion of what was read, to change nothing else
 */
record DeploymentView(
        String name,
        String uid,
        long generation,
        int replicas,
        boolean settled,
        boolean paused,
        boolean gated,
        String resourceVersion) {

    static DeploymentView of(Deployment deployment) {
        var meta = deployment.getMetadata();
        long generation = Optional.ofNullable(meta.getGeneration()).orElse(0L);
        return new DeploymentView(
                meta.getName(),
                meta.getUid(),
                generation,
                Optional.ofNullable(deployment.getSpec().getReplicas()).orElse(1),
                settled(Optional.ofNullable(deployment.getStatus()), generation),
                Boolean.TRUE.equals(deployment.getSpec().getPaused()),
                isGated(deployment),
                meta.getResourceVersion());
    }

    private static boolean isGated(Deployment deployment) {
        var gates = deployment.getSpec().getTemplate().getSpec().getReadinessGates();
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

    /** Why nothing may be removed from it at the moment. */
    Optional<Hold> hold() {
        if (!gated) {
            return Optional.of(
                    new Hold(
                            Reason.of(
                                    "no_gate",
                                    "the pods of the Deployment "
                                            + name
                                            + " have no readiness gate "
                                            + PodView.GATE),
                            "the gate being put into the Deployment's template"));
        }
        if (paused) {
            return Optional.of(
                    new Hold(
                            Reason.of("rollout_paused", "the Deployment " + name + " is paused"),
                            "the Deployment being resumed"));
        }
        return settled
                ? Optional.empty()
                : Optional.of(
                        new Hold(
                                Reason.of(
                                        "rollout",
                                        "the Deployment " + name + " is being rolled out"),
                                "the end of the rollout"));
    }
}
