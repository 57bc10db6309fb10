package dev.ebb.beside;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A node of the cluster, and its kubelet: a {@link PodLife} for each of its pods, in all
 * namespaces. Its pods have addresses of their own, of 10.99.0.0/16; they lead to this machine in
 * the network namespace that the comparison runs in, see suites/engines/beside.py. Thread-safe.
 */
final class Node implements AutoCloseable {
    static final String NAME = "beside-1";

    private final KubernetesClient client;
    private final Map<String, PodLife> lives = new ConcurrentHashMap<>();
    private final AtomicInteger lastAddress = new AtomicInteger();
    private final SharedIndexInformer<Pod> informer;

    Node(KubernetesClient client) {
        this.client = client;
        // Pods of a node that does not exist are collected as garbage.
        client.nodes()
                .resource(new NodeBuilder().withNewMetadata().withName(NAME).endMetadata().build())
                .serverSideApply();
        this.informer =
                client.pods()
                        .inAnyNamespace()
                        .withField("spec.nodeName", NAME)
                        .inform(
                                new ResourceEventHandler<>() {
                                    @Override
                                    public void onAdd(Pod pod) {
                                        hear(pod);
                                    }

                                    @Override
                                    public void onUpdate(Pod before, Pod pod) {
                                        hear(pod);
                                    }

                                    @Override
                                    public void onDelete(Pod pod, boolean unseen) {
                                        Optional.ofNullable(lives.get(uid(pod)))
                                                .ifPresent(PodLife::forget);
                                    }
                                });
    }

    private static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }

    private void hear(Pod pod) {
        lives.computeIfAbsent(uid(pod), _ -> new PodLife(client, pod, address())).hear(pod);
    }

    private String address() {
        int number = lastAddress.incrementAndGet();
        return "10.99." + number / 250 + "." + (number % 250 + 1);
    }

    /** All that there have been, those that have ended included. */
    List<PodLife> lives(String namespace) {
        return lives.values().stream().filter(l -> l.namespace().equals(namespace)).toList();
    }

    @Override
    public void close() {
        informer.close();
        lives.values().forEach(PodLife::forget);
    }
}
