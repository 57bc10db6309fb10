package dev.ebb.platform.kubernetes;

import static org.awaitility.Awaitility.await;

import dev.ebb.core.Now;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/** One workload of some kind, an operator and a ServiceScale for it, on a real control plane. */
final class ScaleBench implements AutoCloseable {
    static final Duration LONG = Duration.ofSeconds(90);

    final ControlPlane plane = ControlPlane.open();
    final Target.Kind kind;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    ScaleBench(Target.Kind kind) throws Exception {
        this.kind = kind;
        Path home = Path.of(System.getProperty("ebb.project", "."));
        Path crd = home.resolve(Path.of("deploy", "kubernetes", "crd.yaml"));
        plane.client.load(Files.newInputStream(crd)).forceConflicts().serverSideApply();
        PodLoad.define(plane.client);
        established("servicescales.ebb.dev");
        established("pods.metrics.k8s.io");
    }

    /** Waits until the API server serves a kind. */
    void established(String crd) {
        await().atMost(LONG)
                .until(() ->
                        Optional.ofNullable(
                                        plane.client
                                                .apiextensions()
                                                .v1()
                                                .customResourceDefinitions()
                                                .withName(crd)
                                                .get())
                                .flatMap(c -> Optional.ofNullable(c.getStatus()))
                                .flatMap(s -> Optional.ofNullable(s.getConditions()))
                                .orElse(List.of())
                                .stream()
                                .anyMatch(c ->
                                        c.getType().equals("Established")
                                                && c.getStatus().equals("True")));
    }

    <T extends AutoCloseable> T open(T one) {
        open.add(one);
        return one;
    }

    PodLoad load(double cores) {
        return open(new PodLoad(plane.client, plane.namespace, cluster(), cores));
    }

    Operator operator() throws Exception {
        var settings =
                new Operator.Settings(
                        List.of(plane.namespace),
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        Optional.empty(),
                        "test",
                        "test");
        Operator operator =
                open(
                        Operator.open(
                                new Access(
                                        Optional.of(ControlPlane.kubeconfig()), Optional.empty()),
                                settings,
                                () -> new Now(System.nanoTime(), System.currentTimeMillis()),
                                log::add));
        operator.start();
        return operator;
    }

    /**
     * Looks on until so many pods are in rotation: what one pod has to do before the others are
     * there would call for more of them.
     */
    Operator settle(int count, Map<String, Object> more) throws Exception {
        Operator operator = operator();
        Map<String, Object> looking = new HashMap<>(more);
        looking.put("mode", "observe");
        scale(60, 60, looking);
        await().atMost(LONG).until(() -> isSettledAt(count));
        return operator;
    }

    /** A trial of so many seconds at least and at most. */
    void scale(int shortest, int longest) {
        scale(shortest, longest, Map.of());
    }

    void scale(int shortest, int longest, Map<String, Object> more) {
        Map<String, Object> spec = new HashMap<>();
        spec.put(
                "targetRef",
                Map.of(
                        "apiVersion",
                        kind.apiVersion(),
                        "kind",
                        kind.word(),
                        "name",
                        ControlPlane.APP));
        spec.put("mode", "automatic");
        spec.put("maxReplicas", 4);
        spec.put("scaleOut", Map.of("windowSeconds", 1));
        spec.put(
                "scaleIn",
                Map.of(
                        "windowSeconds",
                        2,
                        "stabilizationSeconds",
                        3,
                        "freshnessSeconds",
                        5,
                        "absentPercent",
                        50));
        spec.put("trial", Map.of("shortestSeconds", shortest, "longestSeconds", longest));
        spec.put("drain", Map.of("settleSeconds", 1, "deadlineSeconds", 60));
        spec.putAll(more);
        var scale = new GenericKubernetesResource();
        scale.setApiVersion("ebb.dev/v1alpha1");
        scale.setKind("ServiceScale");
        scale.setMetadata(
                new ObjectMetaBuilder()
                        .withName(ControlPlane.APP)
                        .withNamespace(plane.namespace)
                        .build());
        scale.setAdditionalProperties(Map.of("spec", spec));
        plane.client
                .genericKubernetesResources(ScaleSpec.RESOURCE)
                .inNamespace(plane.namespace)
                .resource(scale)
                .forceConflicts()
                .serverSideApply();
    }

    Tree status() {
        return Tree.of(
                        plane.client
                                .genericKubernetesResources(ScaleSpec.RESOURCE)
                                .inNamespace(plane.namespace)
                                .withName(ControlPlane.APP)
                                .get())
                .in("status");
    }

    Optional<Tree> condition(String type) {
        return status().list("conditions").stream()
                .filter(c -> c.text("type").equals(Optional.of(type)))
                .findFirst();
    }

    String reason(String type) {
        return condition(type).flatMap(c -> c.text("reason")).orElse("");
    }

    Cluster cluster() {
        return plane.cluster(kind);
    }

    int replicas() {
        return cluster().workload().orElseThrow().replicas();
    }

    List<PodView> pods() {
        return cluster().pods().stream().filter(PodView::counts).toList();
    }

    List<PodView> parked() {
        return pods().stream().filter(p -> p.inRotation().equals(Optional.of(false))).toList();
    }

    /** No pod is on its way in or out, and there are so many. */
    boolean isSettledAt(int count) {
        List<PodView> all = cluster().pods();
        return replicas() == count
                && all.size() == count
                && all.stream().allMatch(p -> p.counts() && p.ready());
    }

    /** There are several again: two, or three where the load was felt twice. */
    boolean isSettledAgain() {
        int count = replicas();
        return count >= 2 && isSettledAt(count);
    }

    List<String> lines(String action) {
        String start = plane.namespace + "/" + ControlPlane.APP + " " + action;
        return log.stream().filter(l -> l.startsWith(start)).toList();
    }

    /** The pods that lines of the log are about. */
    List<String> names(String action) {
        int from = (plane.namespace + "/" + ControlPlane.APP + " " + action).length();
        return lines(action).stream().map(l -> l.substring(from).split("[: ]", 2)[0]).toList();
    }

    List<String> log() {
        return List.copyOf(log);
    }

    @Override
    public void close() {
        for (AutoCloseable one : open.reversed()) {
            try {
                one.close();
            } catch (Exception e) {
                throw new IllegalStateException(one + " cannot be closed", e);
            }
        }
        plane.close();
    }
}
