package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateRunning;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of what is watched: what somebody looks at, and no more. As the API server sends
 * them, 50,000 pods take several times the memory. Parts in which several are equal, such as the
 * labels of a workload's pods, are one object. Thread-safe.
 */
final class Slim {
    private static final String OWN = ScaleSpec.GROUP + "/";
    private static final Set<String> READ = Set.of("parks", PlanesBefore.STATUS);
    private static final String APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

    private final Map<Object, WeakReference<Object>> parts = new WeakHashMap<>();

    /** The one of all that are equal to it. It must not be changed any more. */
    @SuppressWarnings("unchecked") // what is equal to a part has its interface, too
    private <T> T one(T part) {
        synchronized (parts) {
            WeakReference<Object> known = parts.get(part);
            Object first = known == null ? null : known.get();
            if (first != null) {
                return (T) first;
            }
            parts.put(part, new WeakReference<>(part));
            return part;
        }
    }

    private <T, R> List<R> list(@Nullable List<T> all, Function<T, R> slim) {
        return one(Optional.ofNullable(all).orElse(List.of()).stream().map(slim).toList());
    }

    // ---- Pods

    Pod pod(Pod whole) {
        Pod pod = Hollow.pod();
        pod.setMetadata(meta(whole.getMetadata(), Slim::isOfPods));
        pod.setSpec(spec(whole.getSpec()));
        pod.setStatus(status(whole.getStatus()));
        return pod;
    }

    /** All of Ebb's own, whichever will be read. */
    private static boolean isOfPods(String annotation) {
        return annotation.startsWith(OWN)
                || annotation.equals(PodView.COST)
                || PodMore.isAsked(annotation);
    }

    private ObjectMeta meta(ObjectMeta whole, Predicate<String> annotations) {
        ObjectMeta meta = Hollow.meta();
        meta.setName(whole.getName());
        meta.setNamespace(one(whole.getNamespace()));
        meta.setUid(whole.getUid());
        meta.setResourceVersion(whole.getResourceVersion());
        meta.setGeneration(whole.getGeneration());
        Optional.ofNullable(whole.getCreationTimestamp())
                .ifPresent(t -> meta.setCreationTimestamp(one(t)));
        meta.setDeletionTimestamp(whole.getDeletionTimestamp());
        meta.setLabels(one(Map.copyOf(orNone(whole.getLabels()))));
        Map<String, String> kept = new LinkedHashMap<>(orNone(whole.getAnnotations()));
        kept.keySet().removeIf(annotations.negate());
        meta.setAnnotations(one(Map.copyOf(kept)));
        meta.setOwnerReferences(list(whole.getOwnerReferences(), o -> o));
        return meta;
    }

    private static Map<String, String> orNone(@Nullable Map<String, String> map) {
        return Optional.ofNullable(map).orElse(Map.of());
    }

    private PodSpec spec(PodSpec whole) {
        PodSpec spec = Hollow.spec();
        Optional.ofNullable(whole.getNodeName()).ifPresent(n -> spec.setNodeName(one(n)));
        spec.setReadinessGates(list(whole.getReadinessGates(), g -> g));
        spec.setContainers(list(whole.getContainers(), Slim::container));
        return spec;
    }

    private static Container container(Container whole) {
        var container = new Container();
        container.setName(whole.getName());
        container.setPorts(Optional.ofNullable(whole.getPorts()).orElse(List.<ContainerPort>of()));
        container.setResources(whole.getResources());
        return container;
    }

    private PodStatus status(PodStatus whole) {
        PodStatus status = Hollow.status();
        Optional.ofNullable(whole.getPhase()).ifPresent(p -> status.setPhase(one(p)));
        status.setPodIP(whole.getPodIP());
        status.setPodIPs(Hollow.addresses(whole.getPodIPs()));
        status.setConditions(list(whole.getConditions(), Slim::condition));
        status.setContainerStatuses(list(whole.getContainerStatuses(), Slim::container));
        status.setInitContainerStatuses(list(whole.getInitContainerStatuses(), Slim::container));
        return status;
    }

    private static PodCondition condition(PodCondition whole) {
        var condition = new PodCondition();
        condition.setType(whole.getType());
        condition.setStatus(whole.getStatus());
        return condition;
    }

    /** Whether it runs, and not since when. */
    private static ContainerStatus container(ContainerStatus whole) {
        var status = new ContainerStatus();
        status.setName(whole.getName());
        boolean runs =
                Optional.ofNullable(whole.getState())
                        .flatMap(s -> Optional.ofNullable(s.getRunning()))
                        .isPresent();
        if (runs) {
            var state = new ContainerState();
            state.setRunning(new ContainerStateRunning());
            status.setState(state);
        }
        return status;
    }

    // ---- What has pods

    Deployment deployment(Deployment whole) {
        whole.setMetadata(meta(whole.getMetadata(), _ -> false));
        whole.getSpec().setTemplate(template(whole.getSpec().getTemplate()));
        Optional.ofNullable(whole.getStatus()).ifPresent(s -> s.setConditions(List.of()));
        return whole;
    }

    ReplicaSet replicaSet(ReplicaSet whole) {
        whole.setMetadata(meta(whole.getMetadata(), _ -> false));
        whole.getSpec().setTemplate(template(whole.getSpec().getTemplate()));
        Optional.ofNullable(whole.getStatus()).ifPresent(s -> s.setConditions(List.of()));
        return whole;
    }

    private PodTemplateSpec template(PodTemplateSpec whole) {
        var spec = new PodSpec();
        spec.setReadinessGates(list(whole.getSpec().getReadinessGates(), g -> g));
        var template = new PodTemplateSpec();
        template.setSpec(spec);
        return one(template);
    }

    /**
     * Of others' slices, which pods they offer; Ebb's own are compared with what they are to be.
     */
    EndpointSlice slice(EndpointSlice whole) {
        bare(whole);
        if (!SlicePlan.isOwn(whole)) {
            whole.setEndpoints(
                    Optional.ofNullable(whole.getEndpoints()).orElse(List.of()).stream()
                            .map(this::endpoint)
                            .toList());
        }
        return whole;
    }

    private Endpoint endpoint(Endpoint whole) {
        Endpoint endpoint = Hollow.endpoint();
        Optional.ofNullable(whole.getConditions())
                .ifPresent(c -> {
                    var conditions = new EndpointConditions();
                    conditions.setReady(c.getReady());
                    endpoint.setConditions(one(conditions));
                });
        Optional.ofNullable(whole.getTargetRef())
                .ifPresent(t -> {
                    ObjectReference target = Hollow.reference();
                    target.setName(t.getName());
                    target.setUid(t.getUid());
                    endpoint.setTargetRef(target);
                });
        return endpoint;
    }

    // ---- The rest

    /**
     * Ebb writes the status itself, and reads nothing of it but what the next leader has to know:
     * when it has parked, and which data planes were there.
     */
    GenericKubernetesResource scale(GenericKubernetesResource whole) {
        bare(whole);
        Map<String, Object> rest = new LinkedHashMap<>(whole.getAdditionalProperties());
        Map<String, Object> status = new LinkedHashMap<>();
        Tree.of(whole)
                .in("status")
                .map()
                .forEach((key, value) -> {
                    if (READ.contains(String.valueOf(key))) {
                        status.put(String.valueOf(key), value);
                    }
                });
        rest.put("status", status);
        whole.setAdditionalProperties(rest);
        return whole;
    }

    /** Without what the API server and kubectl keep for themselves. */
    <T extends HasMetadata> T bare(T whole) {
        ObjectMeta meta = whole.getMetadata();
        meta.setManagedFields(List.of());
        if (orNone(meta.getAnnotations()).containsKey(APPLIED)) {
            Map<String, String> kept = new LinkedHashMap<>(meta.getAnnotations());
            kept.remove(APPLIED);
            meta.setAnnotations(kept);
        }
        return whole;
    }
}
