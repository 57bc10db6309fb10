package dev.ebb.beside;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What anybody can see of one namespace's pods and of what its Service offers. Thread-safe. */
final class Sight implements AutoCloseable {
    private static final String GATE = "ebb.dev/in-rotation";

    private final SharedIndexInformer<Pod> pods;
    private final SharedIndexInformer<EndpointSlice> slices;

    Sight(KubernetesClient client, String namespace) {
        pods = client.pods().inNamespace(namespace).inform();
        slices = client.discovery().v1().endpointSlices().inNamespace(namespace).inform();
    }

    /** Pods that nobody has deleted. */
    private Stream<Pod> standing() {
        return pods.getStore().list().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null);
    }

    Set<String> names() {
        return standing()
                .map(pod -> pod.getMetadata().getName())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Pods that are there, those that are being deleted included. */
    int there() {
        return pods.getStore().list().size();
    }

    int parked() {
        return (int)
                standing()
                        .filter(pod -> conditions(pod).anyMatch(c -> c.equals(GATE + "=False")))
                        .count();
    }

    /** Each pod with its conditions, and what the Service offers: for whoever waits in vain. */
    String words() {
        String all =
                pods.getStore().list().stream()
                        .map(pod ->
                                pod.getMetadata().getName()
                                        + " "
                                        + pod.getMetadata().getDeletionTimestamp()
                                        + " "
                                        + conditions(pod).toList())
                        .collect(Collectors.joining("\n"));
        return all + "\nready: " + ready();
    }

    private static Stream<String> conditions(Pod pod) {
        return Optional.ofNullable(pod.getStatus().getConditions()).orElse(List.of()).stream()
                .map(c -> c.getType() + "=" + c.getStatus());
    }

    /** Addresses that the Service offers as ready, in their order. */
    Set<String> ready() {
        return slices.getStore().list().stream()
                .flatMap(s -> Optional.ofNullable(s.getEndpoints()).orElse(List.of()).stream())
                .filter(e -> Boolean.TRUE.equals(e.getConditions().getReady()))
                .map(Endpoint::getAddresses)
                .map(List::getFirst)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Tells of each change of what the Service offers; on one thread, one after the other. */
    void onSlices(Consumer<Set<String>> listener) {
        slices.addEventHandler(
                new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(EndpointSlice slice) {
                        listener.accept(ready());
                    }

                    @Override
                    public void onUpdate(EndpointSlice before, EndpointSlice slice) {
                        listener.accept(ready());
                    }

                    @Override
                    public void onDelete(EndpointSlice slice, boolean unseen) {
                        listener.accept(ready());
                    }
                });
    }

    @Override
    public void close() {
        pods.close();
        slices.close();
    }
}
