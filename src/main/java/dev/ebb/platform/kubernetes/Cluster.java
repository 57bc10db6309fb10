package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.autoscaling.v1.Scale;
import io.fabric8.kubernetes.api.model.autoscaling.v1.ScaleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import io.fabric8.kubernetes.client.dsl.Scalable;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One workload and its pods, as the API server has them at the moment of asking, and the writes
 * that Ebb makes: three annotations and a status condition of a pod, and the scale of the workload.
 * Each call waits for the API server, so none is for the control thread. Reads throw {@code
 * KubernetesClientException} when it does not answer. Thread-safe.
 */
final class Cluster implements Sight {
    /** Under this name the API server keeps which fields are Ebb's. */
    static final String MANAGER = "ebb";

    private static final PatchContext OWN_CONDITION =
            new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager(MANAGER)
                    .withForce(true)
                    .build();

    /** A merge: it also takes away an annotation that somebody else has written. */
    private static final PatchContext OWN_ANNOTATION =
            new PatchContext.Builder()
                    .withPatchType(PatchType.JSON_MERGE)
                    .withFieldManager(MANAGER)
                    .build();

    private final KubernetesClient client;
    private final Target target;
    private final Fence fence;
    private volatile Optional<ResourceDefinitionContext> context = Optional.empty();

    Cluster(KubernetesClient client, Target target, Fence fence) {
        this.client = client;
        this.target = target;
        this.fence = fence;
    }

    private RollableScalableResource<Deployment> deployment() {
        return client.apps().deployments().inNamespace(target.namespace()).withName(target.name());
    }

    private RollableScalableResource<ReplicaSet> replicaSet() {
        return client.apps().replicaSets().inNamespace(target.namespace()).withName(target.name());
    }

    @Override
    public Optional<WorkloadView> workload() {
        if (target.kind().equals(Target.Kind.DEPLOYMENT)) {
            return Optional.ofNullable(deployment().get()).map(WorkloadView::of);
        }
        if (target.kind().equals(Target.Kind.REPLICA_SET)) {
            return Optional.ofNullable(replicaSet().get()).map(WorkloadView::of);
        }
        return Optional.ofNullable(other().get()).map(this::view);
    }

    private WorkloadView view(GenericKubernetesResource one) {
        Optional<ScaleSeen> scale =
                target.kind().isKnown()
                        ? Optional.empty()
                        : Optional.of(ScaleSeen.of(other().scale(), one));
        WorkloadView view = OtherWorkloads.of(target.kind(), one, scale);
        return OtherWorkloads.hasTemplate(one)
                ? view
                : view.withGated(pods().stream().allMatch(p -> p.more().gated()));
    }

    private Resource<GenericKubernetesResource> other() {
        try {
            ResourceDefinitionContext known =
                    context.isPresent() ? context.get() : KindLookup.of(client, target.kind());
            context = Optional.of(known);
            return client.genericKubernetesResources(known)
                    .inNamespace(target.namespace())
                    .withName(target.name());
        } catch (KindLookup.RefusedException e) {
            throw new KubernetesClientException(e.getMessage(), e);
        }
    }

    /** The labels by which the workload's pods are told; empty when it does not exist. */
    private Optional<LabelSelector> selector() {
        if (target.kind().equals(Target.Kind.DEPLOYMENT)) {
            return Optional.ofNullable(deployment().get()).map(d -> d.getSpec().getSelector());
        }
        if (target.kind().equals(Target.Kind.REPLICA_SET)) {
            return Optional.ofNullable(replicaSet().get()).map(s -> s.getSpec().getSelector());
        }
        return Optional.ofNullable(other().get()).flatMap(this::selector);
    }

    private Optional<LabelSelector> selector(GenericKubernetesResource one) {
        Tree spec = Tree.of(one).in("spec");
        return target.kind().isKnown() && spec.has("selector")
                ? Optional.of(
                        client.getKubernetesSerialization()
                                .convertValue(spec.in("selector").map(), LabelSelector.class))
                : ScaleSeen.of(other().scale(), one).selector();
    }

    @Override
    public List<PodView> pods() {
        return selector().stream()
                .flatMap(s ->
                        client
                                .pods()
                                .inNamespace(target.namespace())
                                .withLabelSelector(s)
                                .list()
                                .getItems()
                                .stream())
                .map(PodView::of)
                .toList();
    }

    @Override
    public Optional<Hold> autoscaled() {
        return Sight.autoscaled(
                target,
                client.autoscaling()
                        .v2()
                        .horizontalPodAutoscalers()
                        .inNamespace(target.namespace())
                        .list()
                        .getItems());
    }

    /** Takes a pod out of rotation, if it is still what was read, or brings it back. */
    Written gate(PodView pod, boolean inRotation, String now) {
        Pod status =
                bare(pod, !inRotation)
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
        return Written.attempt(
                fence,
                () ->
                        client.pods()
                                .inNamespace(target.namespace())
                                .resource(status)
                                .subresource("status")
                                .patch(OWN_CONDITION, status));
    }

    /**
     * Says on a pod that it is parked in the data planes alone, if it is still what was read, or
     * takes that back.
     *
     * @param since when; empty for a pod that is parked no more
     */
    Written mark(PodView pod, Optional<String> since) {
        Pod marked = bare(pod, since.isPresent()).build();
        Map<String, @Nullable String> annotations = new HashMap<>();
        annotations.put(PodView.PARKED, since.orElse(null));
        marked.getMetadata().setAnnotations(annotations);
        return Written.attempt(
                fence,
                () ->
                        client.pods()
                                .inNamespace(target.namespace())
                                .resource(marked)
                                .patch(OWN_ANNOTATION, marked));
    }

    /**
     * Says on a pod that it is a victim, and has it deleted first when the workload is scaled in;
     * without an intent, takes both back. A cost that someone else has set is a conflict.
     */
    Written intend(PodView pod, Optional<RemovalIntent> intent) {
        PodBuilder builder = bare(pod, intent.isPresent());
        intent.ifPresent(m ->
                builder.editMetadata()
                        .addToAnnotations(PodView.REMOVAL, m.toString())
                        .addToAnnotations(PodView.COST, Integer.toString(PodView.COST_OF_VICTIM))
                        .endMetadata());
        Pod chosen = builder.build();
        return Written.attempt(
                fence,
                () ->
                        client.pods()
                                .inNamespace(target.namespace())
                                .resource(chosen)
                                .fieldManager(MANAGER)
                                .serverSideApply());
    }

    /** With its uid, so that a later pod of the same name is left alone. */
    private PodBuilder bare(PodView pod, boolean asRead) {
        PodBuilder builder =
                new PodBuilder()
                        .withNewMetadata()
                        .withName(pod.name())
                        .withNamespace(target.namespace())
                        .withUid(pod.uid())
                        .endMetadata();
        if (asRead) {
            pod.more()
                    .resourceVersion()
                    .ifPresent(v -> builder.editMetadata().withResourceVersion(v).endMetadata());
        }
        return builder;
    }

    /**
     * Scales the workload, if it is still what was read. It is one request, and nothing is read
     * before it, so the fence is asked right before what is written.
     */
    Written scale(WorkloadView read, int replicas) {
        Scalable<?> scalable = scalable();
        Scale wanted =
                new ScaleBuilder()
                        .withNewMetadata()
                        .withName(target.name())
                        .withNamespace(target.namespace())
                        .withUid(read.uid())
                        .withResourceVersion(read.resourceVersion())
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(replicas)
                        .endSpec()
                        .build();
        return Written.attempt(fence, () -> scalable.scale(wanted));
    }

    private Scalable<?> scalable() {
        if (target.kind().equals(Target.Kind.DEPLOYMENT)) {
            return deployment();
        }
        return target.kind().equals(Target.Kind.REPLICA_SET) ? replicaSet() : other();
    }

    @Override
    public List<String> pickable() {
        List<String> uids = new ArrayList<>();
        for (var slice :
                client.discovery()
                        .v1()
                        .endpointSlices()
                        .inNamespace(target.namespace())
                        .list()
                        .getItems()) {
            uids.addAll(Slices.pickable(slice));
        }
        return uids;
    }
}
