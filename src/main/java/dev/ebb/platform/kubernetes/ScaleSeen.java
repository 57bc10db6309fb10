package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.autoscaling.v1.Scale;
import java.util.Optional;

/**
 * The scale subresource of a workload, as it was when it was read. Immutable.
 *
 * @param generation of the workload then
 * @param selector by which its pods are told; empty as long as its controller has not said
 */
record ScaleSeen(String uid, long generation, int replicas, Optional<LabelSelector> selector) {

    static ScaleSeen of(Scale scale, GenericKubernetesResource workload) {
        return new ScaleSeen(
                workload.getMetadata().getUid(),
                OtherWorkloads.generation(workload),
                Optional.ofNullable(scale.getSpec())
                        .flatMap(s -> Optional.ofNullable(s.getReplicas()))
                        .orElse(1),
                Optional.ofNullable(scale.getStatus())
                        .flatMap(s -> Optional.ofNullable(s.getSelector()))
                        .filter(s -> !s.isBlank())
                        .flatMap(Selectors::parse));
    }

    /** Whether this is how the workload is now. */
    boolean isOf(Optional<GenericKubernetesResource> workload) {
        return workload.filter(w -> w.getMetadata().getUid().equals(uid))
                .filter(w -> OtherWorkloads.generation(w) == generation)
                .isPresent();
    }
}
