package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Nobody is forgotten: a pod with the gate that belongs to no ServiceScale is in rotation, and no
 * victim of anybody; and so it is with EndpointSlices of Ebb's. Waits for the API server.
 */
record Sweep(KubernetesClient client, Fence fence, Collection<Informers> informers) {

    /**
     * @param managed all that are looked after
     */
    void over(Collection<Managed> managed) {
        if (managed.stream().anyMatch(m -> m.opening().isPresent())) {
            // Somebody's pods would be taken for nobody's.
            return;
        }
        Set<String> mine = new HashSet<>();
        managed.forEach(m -> mine.addAll(m.uids()));
        Set<Target> targets = managed.stream().map(Managed::target).collect(Collectors.toSet());
        Set<String> services =
                managed.stream()
                        .map(Managed::spec)
                        .flatMap(s -> SlicePlan.service(s).stream())
                        .collect(Collectors.toSet());
        for (Informers one : informers) {
            Strays.of(
                            one.pods(),
                            one::view,
                            mine,
                            pod -> targets.stream().anyMatch(t -> one.isOf(t, pod)))
                    .forEach(pod -> Strays.free(client, fence, pod));
            Map<String, List<EndpointSlice>> own =
                    one.slices()
                            .filter(SlicePlan::isOwn)
                            .collect(Collectors.groupingBy(SlicePlan::service));
            own.keySet().removeAll(services);
            own.forEach((service, slices) -> tend(one, service, slices));
        }
    }

    private void tend(Informers seen, String service, List<EndpointSlice> own) {
        String namespace = service.substring(0, service.indexOf('/'));
        List<EndpointSlice> others =
                seen.slices(namespace, service.substring(namespace.length() + 1)).stream()
                        .filter(s -> !SlicePlan.isOwn(s))
                        .toList();
        SlicePlan plan = StraySlices.of(own, others, e -> pod(seen, namespace, e));
        if (plan.isEmpty()) {
            // Of all who have gone the addresses may soon be somebody else's.
            plan = SlicePlan.without(own, e -> isGone(client, seen, namespace, e));
        }
        plan.write(client, fence, namespace);
    }

    /**
     * Whether the pod of an endpoint is there no more. Nobody is taken to be gone who is only not
     * seen, or about whom nothing is answered. Waits for the API server.
     */
    static boolean isGone(
            KubernetesClient client, Informers seen, String namespace, Endpoint endpoint) {
        if (endpoint.getTargetRef() == null || pod(seen, namespace, endpoint).isPresent()) {
            return false;
        }
        try {
            Pod pod =
                    client.pods()
                            .inNamespace(namespace)
                            .withName(endpoint.getTargetRef().getName())
                            .get();
            return pod == null || !isOf(pod, endpoint);
        } catch (KubernetesClientException e) {
            return false;
        }
    }

    /** Who an endpoint is of, if that pod is there still. */
    static Optional<PodView> pod(Informers seen, String namespace, Endpoint endpoint) {
        return Optional.ofNullable(endpoint.getTargetRef())
                .flatMap(t -> seen.pod(namespace, t.getName()))
                .filter(p -> isOf(p, endpoint))
                .map(seen::view);
    }

    private static boolean isOf(Pod pod, Endpoint endpoint) {
        return pod.getMetadata().getUid().equals(SlicePlan.uid(endpoint));
    }
}
