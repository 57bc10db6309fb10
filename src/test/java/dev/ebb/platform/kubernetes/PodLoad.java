package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The metrics API of the tests: the real API server serves it, from what is written here. A load is
 * so many CPU cores, shared by the pods that are in rotation.
 */
final class PodLoad implements AutoCloseable {
    private static final ResourceDefinitionContext METRICS =
            new ResourceDefinitionContext.Builder()
                    .withGroup("metrics.k8s.io")
                    .withVersion("v1beta1")
                    .withKind("PodMetrics")
                    .withPlural("pods")
                    .withNamespaced(true)
                    .build();

    private final KubernetesClient client;
    private final Cluster cluster;
    private final String namespace;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private volatile double cores;
    private volatile String busiest = "";
    private volatile double busiestCores;

    PodLoad(KubernetesClient client, String namespace, Cluster cluster, double cores) {
        this.client = client;
        this.cluster = cluster;
        this.namespace = namespace;
        this.cores = cores;
        var _ = thread.scheduleWithFixedDelay(this::measure, 0, 400, TimeUnit.MILLISECONDS);
    }

    /** Has the API server serve it. */
    static void define(KubernetesClient client) {
        client.apiextensions()
                .v1()
                .customResourceDefinitions()
                .resource(
                        new CustomResourceDefinitionBuilder()
                                .withNewMetadata()
                                .withName("pods.metrics.k8s.io")
                                .addToAnnotations(
                                        "api-approved.kubernetes.io", "unapproved, a test's")
                                .endMetadata()
                                .withNewSpec()
                                .withGroup("metrics.k8s.io")
                                .withScope("Namespaced")
                                .withNewNames()
                                .withKind("PodMetrics")
                                .withListKind("PodMetricsList")
                                .withPlural("pods")
                                .withSingular("pod")
                                .endNames()
                                .addNewVersion()
                                .withName("v1beta1")
                                .withServed(true)
                                .withStorage(true)
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
    }

    void cores(double next) {
        cores = next;
    }

    /** One pod uses so much beside its share of the load. */
    void busiest(String pod, double more) {
        busiestCores = more;
        busiest = pod;
    }

    private void measure() {
        try {
            List<PodView> pods = cluster.pods().stream().filter(PodView::counts).toList();
            long busy = Math.max(1, pods.stream().filter(PodView::ready).count());
            for (PodView pod : pods) {
                double more = pod.name().equals(busiest) ? busiestCores : 0;
                write(pod.name(), pod.ready() ? cores / busy + more : 0.001);
            }
        } catch (KubernetesClientException e) {
            // A pod has gone, or the API server is away: no figures, as from a real one.
        }
    }

    private void write(String pod, double used) {
        var metrics = new GenericKubernetesResource();
        metrics.setApiVersion("metrics.k8s.io/v1beta1");
        metrics.setKind("PodMetrics");
        metrics.setMetadata(new ObjectMetaBuilder().withName(pod).withNamespace(namespace).build());
        metrics.setAdditionalProperties(
                Map.of(
                        "timestamp",
                        Instant.now().toString(),
                        "window",
                        "1s",
                        "containers",
                        List.of(
                                Map.of(
                                        "name",
                                        "main",
                                        "usage",
                                        Map.of(
                                                "cpu",
                                                Math.round(used * 1e9) + "n",
                                                "memory",
                                                "16Mi")))));
        client.genericKubernetesResources(METRICS)
                .inNamespace(namespace)
                .resource(metrics)
                .serverSideApply();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
