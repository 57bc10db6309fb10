package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Objects of Kubernetes with nothing in them, to be filled and kept by the ten thousands. As they
 * are made by themselves, each of their lists and maps is there and empty: of a pod with its
 * endpoint more than a kilobyte. Those here cannot be added to, only set.
 */
final class Hollow {
    private Hollow() {}

    static Pod pod() {
        var pod = new Pod();
        pod.setAdditionalProperties(Map.of());
        return pod;
    }

    static ObjectMeta meta() {
        var meta = new ObjectMeta();
        meta.setFinalizers(List.of());
        meta.setManagedFields(List.of());
        meta.setAdditionalProperties(Map.of());
        return meta;
    }

    static PodSpec spec() {
        var spec = new PodSpec();
        spec.setContainers(List.of());
        spec.setEphemeralContainers(List.of());
        spec.setHostAliases(List.of());
        spec.setImagePullSecrets(List.of());
        spec.setInitContainers(List.of());
        spec.setNodeSelector(Map.of());
        spec.setOverhead(Map.of());
        spec.setReadinessGates(List.of());
        spec.setResourceClaims(List.of());
        spec.setSchedulingGates(List.of());
        spec.setTolerations(List.of());
        spec.setTopologySpreadConstraints(List.of());
        spec.setVolumes(List.of());
        spec.setAdditionalProperties(Map.of());
        return spec;
    }

    static PodStatus status() {
        var status = new PodStatus();
        status.setAllocatedResources(Map.of());
        status.setEphemeralContainerStatuses(List.of());
        status.setHostIPs(List.of());
        status.setNodeAllocatableResourceClaimStatuses(List.of());
        status.setResourceClaimStatuses(List.of());
        status.setAdditionalProperties(Map.of());
        return status;
    }

    static List<PodIP> addresses(@Nullable List<PodIP> whole) {
        return whole == null ? List.of() : whole.stream().map(Hollow::address).toList();
    }

    private static PodIP address(PodIP whole) {
        var address = new PodIP();
        address.setIp(whole.getIp());
        address.setAdditionalProperties(Map.of());
        return address;
    }

    static Endpoint endpoint() {
        var endpoint = new Endpoint();
        endpoint.setAddresses(List.of());
        endpoint.setDeprecatedTopology(Map.of());
        endpoint.setAdditionalProperties(Map.of());
        return endpoint;
    }

    static ObjectReference reference() {
        var reference = new ObjectReference();
        reference.setAdditionalProperties(Map.of());
        return reference;
    }
}
