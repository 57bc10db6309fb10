package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Plays the controller of a kind that the control plane does not know: one ReplicaSet is kept at
 * the size that the object asks for, and the status says what there is. The kind has a scale
 * subresource, and so the API server's own.
 */
final class ForeignController implements AutoCloseable {
    private static final PatchContext STATUS =
            new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager("foreign")
                    .withForce(true)
                    .build();

    private final KubernetesClient client;
    private final String namespace;
    private final Shape shape;
    private final ResourceDefinitionContext context;
    private final Map<String, Object> more = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

    /**
     * @param size under which name in the spec the wanted number of pods is
     * @param owns whether its ReplicaSet says whose it is
     */
    record Shape(
            Target.Kind kind,
            String plural,
            String size,
            String current,
            String selector,
            boolean owns) {
        static final Shape ROLLOUT =
                new Shape(
                        new Target.Kind("argoproj.io/v1alpha1", "Rollout"),
                        "rollouts",
                        "replicas",
                        "HPAReplicas",
                        "selector",
                        true);

        static final Shape SQUAD =
                new Shape(
                        new Target.Kind("example.dev/v1", "Squad"),
                        "squads",
                        "size",
                        "present",
                        "labels",
                        false);
    }

    ForeignController(KubernetesClient client, String namespace, Shape shape) {
        this.client = client;
        this.namespace = namespace;
        this.shape = shape;
        this.context =
                new ResourceDefinitionContext.Builder()
                        .withGroup(shape.kind.group())
                        .withVersion(version(shape))
                        .withKind(shape.kind.word())
                        .withPlural(shape.plural)
                        .withNamespaced(true)
                        .build();
    }

    private static String version(Shape shape) {
        return shape.kind.apiVersion().substring(shape.kind.apiVersion().indexOf('/') + 1);
    }

    /** Has the API server know the kind. Returns the definition's name. */
    static String define(KubernetesClient client, Shape shape) {
        String name = shape.plural + "." + shape.kind.group();
        client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .resource(
                        new CustomResourceDefinitionBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .endMetadata()
                                .withNewSpec()
                                .withGroup(shape.kind.group())
                                .withScope("Namespaced")
                                .withNewNames()
                                .withKind(shape.kind.word())
                                .withListKind(shape.kind.word() + "List")
                                .withPlural(shape.plural)
                                .endNames()
                                .addNewVersion()
                                .withName(version(shape))
                                .withServed(true)
                                .withStorage(true)
                                .withNewSubresources()
                                .withNewStatus()
                                .endStatus()
                                .withNewScale(
                                        ".status." + shape.selector,
                                        ".spec." + shape.size,
                                        ".status." + shape.current)
                                .endSubresources()
                                .withNewSchema()
                                .withOpenAPIV3Schema(
                                        new JSONSchemaPropsBuilder()
                                                .withType("object")
                                                .withXKubernetesPreserveUnknownFields(true)
                                                .build())
                                .endSchema()
                                .endVersion()
                                .endSpec()
                                .build())
                .serverSideApply();
        return name;
    }

    /** Makes the object, and keeps what it asks for. */
    void begin(int size) {
        Map<String, Object> spec = new HashMap<>(Map.of(shape.size, size));
        if (shape.owns) {
            spec.put("selector", Map.of("matchLabels", Map.of("app", ControlPlane.APP)));
            spec.put(
                    "template",
                    client.getKubernetesSerialization()
                            .convertValue(ControlPlane.idle(), Map.class));
        }
        GenericKubernetesResource one = bare();
        one.setAdditionalProperties(new HashMap<>(Map.of("spec", spec)));
        client.genericKubernetesResources(context).inNamespace(namespace).resource(one).create();
        var _ = thread.scheduleWithFixedDelay(this::control, 0, 100, TimeUnit.MILLISECONDS);
    }

    /** More for the status, from the next round on; null takes it out. */
    void status(String key, Object value) {
        more.put(key, value);
    }

    void clear(String key) {
        more.remove(key);
    }

    private GenericKubernetesResource bare() {
        var one = new GenericKubernetesResource();
        one.setApiVersion(shape.kind.apiVersion());
        one.setKind(shape.kind.word());
        one.setMetadata(
                new ObjectMetaBuilder()
                        .withName(ControlPlane.APP)
                        .withNamespace(namespace)
                        .build());
        return one;
    }

    private Resource<ReplicaSet> set() {
        return client.apps().replicaSets().inNamespace(namespace).withName(ControlPlane.APP + "-1");
    }

    private void control() {
        try {
            GenericKubernetesResource one =
                    client.genericKubernetesResources(context)
                            .inNamespace(namespace)
                            .withName(ControlPlane.APP)
                            .get();
            int size = Tree.of(one).in("spec").number(shape.size).orElse(1L).intValue();
            ReplicaSet set = set().get();
            if (set == null) {
                make(one, size);
            } else if (set.getSpec().getReplicas() != size) {
                set().scale(size);
            } else {
                report(one, set);
            }
        } catch (KubernetesClientException e) {
            // Changed meanwhile, or the test is over: the next round sees.
        }
    }

    private void make(GenericKubernetesResource one, int size) {
        OwnerReference owner =
                new OwnerReferenceBuilder()
                        .withApiVersion(shape.kind.apiVersion())
                        .withKind(shape.kind.word())
                        .withName(one.getMetadata().getName())
                        .withUid(one.getMetadata().getUid())
                        .withController(true)
                        .build();
        client.apps()
                .replicaSets()
                .inNamespace(namespace)
                .resource(
                        new ReplicaSetBuilder()
                                .withNewMetadata()
                                .withName(ControlPlane.APP + "-1")
                                .withOwnerReferences(shape.owns ? List.of(owner) : List.of())
                                .endMetadata()
                                .withNewSpec()
                                .withReplicas(size)
                                .withNewSelector()
                                .addToMatchLabels("app", ControlPlane.APP)
                                .endSelector()
                                .withTemplate(ControlPlane.idle())
                                .endSpec()
                                .build())
                .create();
    }

    private void report(GenericKubernetesResource one, ReplicaSet set) {
        Map<String, Object> status = new HashMap<>();
        int present = set.getStatus().getReplicas();
        status.put("observedGeneration", one.getMetadata().getGeneration().toString());
        status.put("replicas", present);
        status.put("updatedReplicas", present);
        status.put("currentPodHash", "1");
        status.put("stableRS", "1");
        status.put(shape.current, present);
        status.put(shape.selector, "app=" + ControlPlane.APP);
        status.putAll(more);
        GenericKubernetesResource told = bare();
        told.setAdditionalProperties(new HashMap<>(Map.of("status", status)));
        client.genericKubernetesResources(context)
                .inNamespace(namespace)
                .resource(told)
                .subresource("status")
                .patch(STATUS, told);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        set().withGracePeriod(0).delete();
    }
}
