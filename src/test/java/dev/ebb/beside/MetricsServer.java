package dev.ebb.beside;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What a metrics-server does: asks the pods of some namespaces, in steps, for how long their
 * workers have been busy, and gives the mean since it last asked to the metrics API. A pod that
 * does not answer has no new figure. One thread.
 */
final class MetricsServer implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final ResourceDefinitionContext METRICS =
            new ResourceDefinitionContext.Builder()
                    .withGroup("metrics.k8s.io")
                    .withVersion("v1beta1")
                    .withKind("PodMetrics")
                    .withPlural("pods")
                    .withNamespaced(true)
                    .build();

    /** The seconds that a pod's worker has been busy in all, and when that was. */
    private record Figure(double busySeconds, long nanos) {}

    private final KubernetesClient client;
    private final Node node;
    private final List<String> namespaces;
    private final Map<PodLife, Figure> before = new HashMap<>();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("metrics").factory());

    MetricsServer(KubernetesClient client, Node node, List<String> namespaces) {
        this.client = client;
        this.node = node;
        this.namespaces = List.copyOf(namespaces);
        var _ = thread.scheduleAtFixedRate(this::look, 0, Knob.METRICS.seconds(), TimeUnit.SECONDS);
    }

    private void look() {
        for (String namespace : namespaces) {
            for (PodLife pod : node.lives(namespace)) {
                try {
                    look(pod);
                } catch (KubernetesClientException e) {
                    // The API server is busy or away: the next look has the newer figure.
                }
            }
        }
    }

    private void look(PodLife pod) {
        if (!pod.isAlive()) {
            if (before.remove(pod) != null) {
                client.genericKubernetesResources(METRICS)
                        .inNamespace(pod.namespace())
                        .withName(pod.name())
                        .delete();
            }
            return;
        }
        Optional<Figure> now =
                Ask.text("http://" + pod.address() + ":8080/busy", TIMEOUT)
                        .map(text -> new Figure(Double.parseDouble(text), System.nanoTime()));
        if (now.isEmpty()) {
            return;
        }
        Figure last = before.put(pod, now.get());
        if (last != null) {
            double span = (now.get().nanos - last.nanos) / 1e9;
            write(pod, (now.get().busySeconds - last.busySeconds) / span, span);
        }
    }

    private void write(PodLife pod, double cores, double span) {
        var metrics = new GenericKubernetesResource();
        metrics.setApiVersion("metrics.k8s.io/v1beta1");
        metrics.setKind("PodMetrics");
        metrics.setMetadata(
                new ObjectMetaBuilder()
                        .withName(pod.name())
                        .withNamespace(pod.namespace())
                        .withLabels(pod.pod().getMetadata().getLabels())
                        .build());
        metrics.setAdditionalProperties(
                Map.of(
                        "timestamp",
                        Instant.now().toString(),
                        "window",
                        Math.round(span * 1e3) + "ms",
                        "containers",
                        List.of(
                                Map.of(
                                        "name",
                                        "main",
                                        "usage",
                                        Map.of(
                                                "cpu",
                                                Math.max(0, Math.round(cores * 1e9)) + "n",
                                                "memory",
                                                "16Mi")))));
        client.genericKubernetesResources(METRICS)
                .inNamespace(pod.namespace())
                .resource(metrics)
                .serverSideApply();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
