package dev.ebb.platform.kubernetes;

import static org.awaitility.Awaitility.await;

import dev.ebb.core.Now;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/**
 * What tests of the operator take: a namespace of a real control plane, a Deployment with a load
 * that is set, a ServiceScale with times of seconds, and operators that are ended with the test.
 */
@Tag("kubernetes")
abstract class OperatorRig {
    static final Duration LONG = Duration.ofSeconds(90);
    static final Path CRD = Path.of("deploy", "kubernetes", "crd.yaml");

    /** Little for each of four pods that request 0.1 cores, and enough for one. */
    static final double LITTLE = 0.03;

    /** More than two pods may carry, and not more than four. */
    static final double MUCH = 0.2;

    final List<AutoCloseable> open = new ArrayList<>();
    final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    final Set<String> seen = new HashSet<>();

    /** What operators that are started from now on work with. */
    OperatorPorts ports = OperatorPorts.NONE;

    private Optional<ControlPlane> plane = Optional.empty();

    @BeforeEach
    void controlPlane() throws Exception {
        plane = Optional.of(ControlPlane.open());
        Path home = Path.of(System.getProperty("ebb.project", "."));
        plane().client.load(Files.newInputStream(home.resolve(CRD))).serverSideApply();
        PodLoad.define(plane().client);
        for (String name : List.of("servicescales.ebb.dev", "pods.metrics.k8s.io")) {
            await().atMost(LONG).until(() -> isEstablished(name));
        }
    }

    private boolean isEstablished(String crd) {
        var found =
                plane().client.apiextensions().v1().customResourceDefinitions().withName(crd).get();
        return Optional.ofNullable(found)
                .flatMap(c -> Optional.ofNullable(c.getStatus()))
                .flatMap(s -> Optional.ofNullable(s.getConditions()))
                .orElse(List.of())
                .stream()
                .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        plane.ifPresent(ControlPlane::close);
    }

    Operator.LeaseSettings lease() {
        return new Operator.LeaseSettings(
                namespace(),
                "ebb",
                Duration.ofSeconds(6),
                Duration.ofSeconds(2),
                Duration.ofMillis(500));
    }

    Operator start() throws Exception {
        return start("test", ControlPlane.kubeconfig(), Optional.empty());
    }

    Operator start(String identity, Path kubeconfig, Optional<Operator.LeaseSettings> lease)
            throws Exception {
        var settings =
                new Operator.Settings(
                        List.of(namespace()),
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        lease,
                        identity,
                        "test");
        Operator operator =
                Operator.open(
                        new Access(Optional.of(kubeconfig), Optional.empty()),
                        settings,
                        () -> new Now(System.nanoTime(), System.currentTimeMillis()),
                        log::add,
                        ports);
        open(operator);
        operator.start();
        return operator;
    }

    void apply(String mode, int shortest, int longest) {
        apply(mode, shortest, longest, "Deployment");
    }

    void apply(String mode, int shortest, int longest, String kind) {
        apply(mode, shortest, longest, kind, Map.of());
    }

    /**
     * @param more fields of the spec beside the usual ones
     */
    void apply(String mode, int shortest, int longest, String kind, Map<String, Object> more) {
        applyAs(ControlPlane.APP, mode, shortest, longest, kind, more);
    }

    /**
     * @param name of the ServiceScale and of its target
     */
    void applyAs(
            String name,
            String mode,
            int shortest,
            int longest,
            String kind,
            Map<String, Object> more) {
        Map<String, Object> spec = new HashMap<>(usual(name, mode, shortest, longest, kind));
        spec.putAll(more);
        var scale = new GenericKubernetesResource();
        scale.setApiVersion("ebb.dev/v1alpha1");
        scale.setKind("ServiceScale");
        scale.setMetadata(
                new ObjectMetaBuilder().withName(name).withNamespace(namespace()).build());
        scale.setAdditionalProperties(Map.of("spec", spec));
        scales().resource(scale).serverSideApply();
    }

    private static Map<String, Object> usual(
            String name, String mode, int shortest, int longest, String kind) {
        return Map.of(
                "targetRef",
                Map.of("kind", kind, "name", name),
                "mode",
                mode,
                "minReplicas",
                1,
                "maxReplicas",
                4,
                "scaleOut",
                Map.of("windowSeconds", 1),
                "scaleIn",
                Map.of(
                        "windowSeconds",
                        2,
                        "stabilizationSeconds",
                        3,
                        "freshnessSeconds",
                        5,
                        "absentPercent",
                        50),
                "trial",
                Map.of("shortestSeconds", shortest, "longestSeconds", longest),
                "drain",
                Map.of("settleSeconds", 1, "deadlineSeconds", 60));
    }

    NonNamespaceOperation<
                    GenericKubernetesResource,
                    GenericKubernetesResourceList,
                    Resource<GenericKubernetesResource>>
            scales() {
        return plane().client
                .genericKubernetesResources(ScaleSpec.RESOURCE)
                .inNamespace(namespace());
    }

    void autoscaler() {
        plane().autoscaler();
    }

    void budget(int least) {
        plane().client
                .policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(namespace())
                .resource(
                        new PodDisruptionBudgetBuilder()
                                .withNewMetadata()
                                .withName("all")
                                .endMetadata()
                                .withNewSpec()
                                .withNewMinAvailable(least)
                                .withNewSelector()
                                .addToMatchLabels("app", ControlPlane.APP)
                                .endSelector()
                                .endSpec()
                                .build())
                .create();
    }

    Optional<Object> status(String... path) {
        GenericKubernetesResource scale = scales().withName(ControlPlane.APP).get();
        Object value = scale.getAdditionalProperties().get("status");
        for (String key : path) {
            value = value instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return Optional.ofNullable(value);
    }

    Optional<String> reason(String condition) {
        return status("conditions").stream()
                .flatMap(list -> ((List<?>) list).stream())
                .map(c -> (Map<?, ?>) c)
                .filter(c -> condition.equals(c.get("type")))
                .map(c -> String.valueOf(c.get("reason")))
                .findFirst();
    }

    List<PodView> parked() {
        return cluster().pods().stream()
                .filter(p -> p.counts() && p.inRotation().equals(Optional.of(false)))
                .toList();
    }

    /** No pod is on its way in or out. */
    boolean settled() {
        List<PodView> pods = cluster().pods();
        return pods.size() == replicas() && pods.stream().allMatch(p -> p.counts() && p.ready());
    }

    Set<String> uids() {
        Set<String> uids = new HashSet<>();
        for (PodView pod : cluster().pods()) {
            uids.add(pod.uid());
            seen.add(pod.uid() + " " + pod.name());
        }
        return uids;
    }

    Set<String> namesOf(Set<String> uids) {
        return seen.stream()
                .filter(s -> uids.contains(s.substring(0, s.indexOf(' '))))
                .map(s -> s.substring(s.indexOf(' ') + 1))
                .collect(Collectors.toSet());
    }

    List<String> lines(String action) {
        String start = namespace() + "/" + ControlPlane.APP + " " + action;
        return log.stream().filter(l -> l.startsWith(start)).toList();
    }

    /** The pods that lines of the log are about. */
    Set<String> names(String action) {
        int from = (namespace() + "/" + ControlPlane.APP + " " + action).length();
        return lines(action).stream()
                .map(l -> l.substring(from).split("[: ]", 2)[0])
                .collect(Collectors.toSet());
    }

    /** As somebody else does it. */
    void scaleTo(int replicas) {
        Edits.edit(
                plane().client
                        .apps()
                        .deployments()
                        .inNamespace(namespace())
                        .withName(ControlPlane.APP),
                d -> d.edit().editSpec().withReplicas(replicas).endSpec().build());
    }

    int replicas() {
        return cluster().workload().orElseThrow().replicas();
    }

    <T extends AutoCloseable> T open(T one) {
        open.add(one);
        return one;
    }

    ControlPlane plane() {
        return plane.orElseThrow();
    }

    Cluster cluster() {
        return plane().cluster();
    }

    String namespace() {
        return plane().namespace;
    }
}
