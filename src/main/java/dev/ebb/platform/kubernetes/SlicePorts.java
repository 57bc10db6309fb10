package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a Service's ports lead in a pod: a target port is a number, or the name of a port of one of
 * its containers; without one it is the port itself. What a pod does not have is left out. Source:
 * {@code getEndpointPorts} of Kubernetes' EndpointSlice controller. Pure.
 */
final class SlicePorts {
    private static final String TCP = "TCP";

    private SlicePorts() {}

    static List<EndpointPort> of(Tree service, Pod pod) {
        List<EndpointPort> ports = new ArrayList<>();
        for (Tree port : service.in("spec").list("ports")) {
            String protocol = port.text("protocol").orElse(TCP);
            Optional<Integer> number =
                    port.number("targetPort")
                            .map(Long::intValue)
                            .or(() -> port.text("targetPort").flatMap(n -> named(pod, n, protocol)))
                            .or(() ->
                                    port.text("targetPort").isPresent()
                                            ? Optional.empty()
                                            : port.number("port").map(Long::intValue));
            number.ifPresent(n ->
                    ports.add(
                            new EndpointPortBuilder()
                                    .withName(port.text("name").orElse(""))
                                    .withProtocol(protocol)
                                    .withPort(n)
                                    .withAppProtocol(port.text("appProtocol").orElse(null))
                                    .build()));
        }
        return ports;
    }

    private static Optional<Integer> named(Pod pod, String name, String protocol) {
        for (Container container : pod.getSpec().getContainers()) {
            for (ContainerPort port : Optional.ofNullable(container.getPorts()).orElse(List.of())) {
                String its = Optional.ofNullable(port.getProtocol()).orElse(TCP);
                if (name.equals(port.getName()) && protocol.equals(its)) {
                    return Optional.of(port.getContainerPort());
                }
            }
        }
        return Optional.empty();
    }
}
