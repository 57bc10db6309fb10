package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v1.Scale;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One Deployment and its pods, as the API server has them at the moment of asking, and the writes
 * that Ebb makes: two annotations and a status condition of a pod, and the scale of the Deployment.
 * Each call waits for the API server, so none is for the control thread. Reads throw {@code
 * KubernetesClientException} when it does not answer. Thread-safe.
 */
final class Cluster {
    /** Under this name the API server keeps which fields are Ebb's. */
    static final String MANAGER = "ebb";

    private static final PatchContext OWN_CONDITION =
            new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager(MANAGER)
                    .withForce(true)
                    .build();

    private final KubernetesClient client;
    private final String namespace;
    private final String deployment;

    Cluster(KubernetesClient client, String namespace, String deployment) {
        this.client = client;
        this.namespace = namespace;
        this.deployment = deployment;
    }

    /** The Deployment; empty when there is none of that name. */
    Optional<DeploymentView> deployment() {
        return read().map(DeploymentView::of);
    }

    /** The labels by which the Deployment's pods are told; empty when it does not exist. */
    Optional<LabelSelector> selector() {
        return read().map(d -> d.getSpec().getSelector());
    }

    private Optional<Deployment> read() {
        return Optional.ofNullable(
                client.apps().deployments().inNamespace(namespace).withName(deployment).get());
    }

    /** Its pods, those that are being deleted too. */
    List<PodView> pods() {
        return selector().stream()
                .flatMap(s ->
                        client
                                .pods()
                                .inNamespace(namespace)
                                .withLabelSelector(s)
                                .list()
                                .getItems()
                                .stream())
                .map(PodView::of)
                .toList();
    }

    /** Who else scales the Deployment; KEDA does it by an HPA, too. */
    Optional<Hold> autoscaled() {
        return client
                .autoscaling()
                .v2()
                .horizontalPodAutoscalers()
                .inNamespace(namespace)
                .list()
                .getItems()
                .stream()
                .filter(this::isForThis)
                .findFirst()
                .map(hpa -> {
                    String name = hpa.getMetadata().getName();
                    return new Hold(
                            Reason.of(
                                    "other_autoscaler",
                                    "the HorizontalPodAutoscaler "
                                            + name
                                            + " scales the Deployment "
                                            + deployment
                                            + ", too"),
                            "the removal of " + name + " or another target for it");
                });
    }

    private boolean isForThis(HorizontalPodAutoscaler hpa) {
        var target = hpa.getSpec().getScaleTargetRef();
        return "Deployment".equals(target.getKind()) && deployment.equals(target.getName());
    }

    /** Takes a pod out of rotation, or brings it back. */
    Written gate(PodView pod, boolean inRotation, String now) {
        Pod status =
                bare(pod)
                        .withNewStatus()
                        .addToConditions(
                                new PodConditionBuilder()
                                        .withType(PodView.GATE)
                                        .withStatus(inRotation ? "True" : "False")
                                        .withReason(inRotation ? "InRotation" : "Parked")
                                        .withLastTransitionTime(now)
                                        .build())
                        .endStatus()
                        .build();
        return Written.attempt(() ->
                client.pods()
                        .inNamespace(namespace)
                        .resource(status)
                        .subresource("status")
                        .patch(OWN_CONDITION, status));
    }

    /**
     * Says on a pod that it is a victim, and has it deleted first when the Deployment is scaled in;
     * without an intent, takes both back. A cost that someone else has set is a conflict.
     */
    Written intend(PodView pod, Optional<RemovalIntent> intent) {
        PodBuilder builder = bare(pod);
        intent.ifPresent(m ->
                builder.editMetadata()
                        .addToAnnotations(PodView.REMOVAL, m.toString())
                        .addToAnnotations(PodView.COST, Integer.toString(PodView.COST_OF_VICTIM))
                        .endMetadata());
        Pod chosen = builder.build();
        return Written.attempt(() ->
                client.pods()
                        .inNamespace(namespace)
                        .resource(chosen)
                        .fieldManager(MANAGER)
                        .serverSideApply());
    }

    /** With its uid, so that a later pod of the same name is left alone. */
    private PodBuilder bare(PodView pod) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(pod.name())
                .withNamespace(namespace)
                .withUid(pod.uid())
                .endMetadata();
    }

    /** Scales the Deployment, if it is still what was read. */
    Written scale(DeploymentView read, int replicas) {
        return Written.attempt(() -> {
            var scalable = client.apps().deployments().inNamespace(namespace).withName(deployment);
            Scale scale = scalable.scale();
            scale.getMetadata().setResourceVersion(read.resourceVersion());
            scale.getMetadata().setUid(read.uid());
            scale.getSpec().setReplicas(replicas);
            scalable.scale(scale);
        });
    }

    /** The uids of the pods that some service sends requests to, as its EndpointSlices say. */
    List<String> pickable() {
        List<String> uids = new ArrayList<>();
        for (var slice :
                client.discovery().v1().endpointSlices().inNamespace(namespace).list().getItems()) {
            uids.addAll(Slices.pickable(slice));
        }
        return uids;
    }
}
