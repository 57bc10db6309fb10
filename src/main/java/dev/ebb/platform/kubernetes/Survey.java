package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.PodMetrics;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;

/**
 * What stands in a cluster at one moment: lists are read once, in pages, and nothing is written or
 * watched. Waits for the API server; one thread.
 */
public final class Survey {
    private static final long PAGE = 500;
    private static final int MOST = 500_000;
    private static final String ROLLOUTS = "argoproj.io/v1alpha1";

    private final KubernetesClient client;
    private final Optional<String> namespace;
    private final ObjIntConsumer<String> progress;

    private Survey(
            KubernetesClient client, Optional<String> namespace, ObjIntConsumer<String> progress) {
        this.client = client;
        this.namespace = namespace;
        this.progress = progress;
    }

    /**
     * @param workloads by namespace and name
     * @param noMetrics why there are no figures at all
     * @param notes what could not be looked at, and does not matter for most
     */
    public record Found(List<Surveyed> workloads, Optional<String> noMetrics, List<String> notes) {
        public Found {
            workloads = List.copyOf(workloads);
            notes = List.copyOf(notes);
        }
    }

    /** All that was listed. */
    record Lists(
            List<Deployment> deployments,
            List<ReplicaSet> replicaSets,
            List<GenericKubernetesResource> statefulSets,
            List<GenericKubernetesResource> rollouts,
            List<GenericKubernetesResource> scales,
            List<Pod> pods,
            List<HorizontalPodAutoscaler> autoscalers,
            List<PodDisruptionBudget> budgets,
            List<PodMetrics> metrics) {}

    /**
     * Looks at one namespace, or at all of them.
     *
     * @param progress told what is read, and how much of it was
     * @throws Access.RefusedException when the API server cannot be asked; says what to do
     */
    public static Found read(
            Access access, Optional<String> namespace, ObjIntConsumer<String> progress)
            throws Access.RefusedException {
        try (KubernetesClient client = access.client(new Interceptor() {})) {
            String server = client.getMasterUrl().toString();
            try {
                return new Survey(client, namespace, progress).read();
            } catch (KubernetesClientException e) {
                throw refused(e, server, namespace);
            }
        }
    }

    private Found read() {
        List<String> notes = new ArrayList<>();
        var apps = client.apps();
        var deployments = list("Deployments", apps.deployments());
        var sets = list("ReplicaSets", apps.replicaSets());
        var numbered = list("StatefulSets", generic("apps/v1", "StatefulSet", "statefulsets"));
        var pods = list("pods", client.pods());
        var hpas =
                list(
                        "HorizontalPodAutoscalers",
                        client.autoscaling().v2().horizontalPodAutoscalers());
        var budgets =
                optional(
                        notes,
                        "PodDisruptionBudgets",
                        () ->
                                list(
                                        "PodDisruptionBudgets",
                                        client.policy().v1().podDisruptionBudget()));
        var rollouts =
                optional(
                        notes,
                        "Argo Rollouts",
                        () -> list("Rollouts", generic(ROLLOUTS, "Rollout", "rollouts")));
        var scales =
                optional(
                        notes,
                        "ServiceScales",
                        () ->
                                list(
                                        "ServiceScales",
                                        client.genericKubernetesResources(ScaleSpec.RESOURCE)));
        Optional<String> noMetrics = Optional.empty();
        List<PodMetrics> metrics = List.of();
        try {
            metrics = metrics();
        } catch (KubernetesClientException e) {
            noMetrics = Optional.of(noMetrics(e));
        }
        var lists =
                new Lists(
                        deployments,
                        sets,
                        numbered,
                        rollouts,
                        scales,
                        pods,
                        hpas,
                        budgets,
                        metrics);
        return new Found(new SurveyedWorkloads(lists).all(), noMetrics, notes);
    }

    private MixedOperation<GenericKubernetesResource, GenericKubernetesResourceList, ?> generic(
            String apiVersion, String kind, String plural) {
        int slash = apiVersion.indexOf('/');
        return client.genericKubernetesResources(
                new ResourceDefinitionContext.Builder()
                        .withGroup(apiVersion.substring(0, slash))
                        .withVersion(apiVersion.substring(slash + 1))
                        .withKind(kind)
                        .withPlural(plural)
                        .withNamespaced(true)
                        .build());
    }

    private List<PodMetrics> metrics() {
        progress.accept("metrics", 0);
        var top = client.top().pods();
        return (namespace.isPresent() ? top.inNamespace(namespace.get()).metrics() : top.metrics())
                .getItems();
    }

    private <T extends HasMetadata, L extends KubernetesResourceList<T>> List<T> list(
            String what, MixedOperation<T, L, ?> all) {
        List<T> items = new ArrayList<>();
        Optional<String> next = Optional.empty();
        do {
            progress.accept(what, items.size());
            ListOptions page =
                    new ListOptionsBuilder()
                            .withLimit(PAGE)
                            .withContinue(next.orElse(null))
                            .build();
            L part =
                    namespace.isPresent()
                            ? all.inNamespace(namespace.get()).list(page)
                            : all.inAnyNamespace().list(page);
            items.addAll(part.getItems());
            next = Optional.ofNullable(part.getMetadata().getContinue()).filter(c -> !c.isEmpty());
        } while (next.isPresent() && items.size() < MOST);
        return items;
    }

    /** What is not installed is not there; what may not be read is said. */
    private static <T> List<T> optional(List<String> notes, String what, Supplier<List<T>> read) {
        try {
            return read.get();
        } catch (KubernetesClientException e) {
            if (e.getCode() == 403) {
                notes.add(what + " were not looked at: the right to list them is missing");
                return List.of();
            }
            if (e.getCode() == 404) {
                return List.of();
            }
            throw e;
        }
    }

    // ---- What went wrong, and what to do

    private static String noMetrics(KubernetesClientException e) {
        return switch (e.getCode()) {
            case 403 ->
                    "the right to list pods of metrics.k8s.io is missing: %s".formatted(said(e));
            case 404 ->
                    "there is no metrics API (metrics.k8s.io): install metrics-server, or give"
                            + " --prometheus URL";
            default ->
                    ("the metrics API does not answer: %s; see `kubectl top pods`, or give"
                                    + " --prometheus URL")
                            .formatted(said(e));
        };
    }

    private static Access.RefusedException refused(
            KubernetesClientException e, String server, Optional<String> namespace) {
        String why =
                switch (e.getCode()) {
                    case 401 ->
                            "the API server at %s does not know who asks: %s; log in again, or give"
                                            .formatted(server, said(e))
                                    + " --context or --kubeconfig";
                    case 403 ->
                            "a right is missing at %s: %s; the role view has all that is needed"
                                            .formatted(server, said(e))
                                    + (namespace.isEmpty()
                                            ? ", and --namespace NAME looks at one namespace only"
                                            : "");
                    default ->
                            "the API server at %s does not answer: %s; see whether `kubectl get"
                                            .formatted(server, said(e))
                                    + " pods` works, and give --context or --kubeconfig for another"
                                    + " cluster";
                };
        return new Access.RefusedException(why, e);
    }

    private static String said(KubernetesClientException e) {
        return e.getCode() <= 0
                ? Access.root(e)
                : String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip();
    }
}
