package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a pod is to be reached, and whether it may be, as far as the pod itself says that. Pure.
 *
 * @param zone the label of Kubernetes' own; empty where it has none
 * @param leaving whether it is being deleted, or has ended
 * @param well whether its containers are ready, and all readiness gates but Ebb's say so
 */
record PodAddress(String host, int port, Optional<String> zone, boolean leaving, boolean well) {
    static final String ZONE = "topology.kubernetes.io/zone";

    /**
     * Empty as long as it has no address, or where it has no such port.
     *
     * @param port as a number or by its name; empty for the first that a container declares
     */
    static Optional<PodAddress> of(Pod pod, Optional<String> port) {
        Optional<String> host = Optional.ofNullable(pod.getStatus().getPodIP());
        return host.flatMap(h -> port(pod, port).map(p -> at(h, p, pod)));
    }

    private static PodAddress at(String host, int port, Pod pod) {
        PodView view = PodView.of(pod);
        boolean gates =
                Optional.ofNullable(pod.getSpec().getReadinessGates()).orElse(List.of()).stream()
                        .map(g -> g.getConditionType())
                        .filter(type -> !type.equals(PodView.GATE))
                        .allMatch(type -> isTrue(pod, type));
        return new PodAddress(
                host,
                port,
                Optional.ofNullable(pod.getMetadata().getLabels())
                        .flatMap(l -> Optional.ofNullable(l.get(ZONE))),
                !view.counts(),
                view.more().containersReady() && gates);
    }

    private static boolean isTrue(Pod pod, String type) {
        return Optional.ofNullable(pod.getStatus().getConditions()).orElse(List.of()).stream()
                .filter(c -> type.equals(c.getType()))
                .map(PodCondition::getStatus)
                .anyMatch("True"::equals);
    }

    private static Optional<Integer> port(Pod pod, Optional<String> wanted) {
        if (wanted.isEmpty()) {
            return ports(pod).map(ContainerPort::getContainerPort).findFirst();
        }
        String text = wanted.get();
        if (text.matches("[0-9]{1,5}")) {
            return Optional.of(Integer.parseInt(text));
        }
        return ports(pod)
                .filter(p -> text.equals(p.getName()))
                .map(ContainerPort::getContainerPort)
                .findFirst();
    }

    private static Stream<ContainerPort> ports(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .flatMap(c -> Optional.ofNullable(c.getPorts()).orElse(List.of()).stream());
    }
}
