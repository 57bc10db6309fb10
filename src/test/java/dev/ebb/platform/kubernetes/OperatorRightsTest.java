package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.core.Now;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The operator with its own account and nothing else: it parks, removes, adds, leads and tells.
 * What it asked for is in the API server's audit log; that is all that it may.
 */
@Tag("kubernetes")
@Timeout(240)
class OperatorRightsTest {
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final String SYSTEM = "ebb-system";
    private static final Path MANIFESTS =
            Path.of(System.getProperty("ebb.project", "."), "deploy", "kubernetes");

    @TempDir private Path folder;

    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    @Test
    void doesItsWorkWithExactlyItsRights() throws Exception {
        try (ControlPlane plane = ControlPlane.open()) {
            install(plane.client);
            plane.deployServers(4);
            Cluster cluster = plane.cluster();
            try (PodLoad load = new PodLoad(plane.client, plane.namespace, cluster, 0.2);
                    Operator operator = start(plane)) {
                await().atMost(LONG).until(operator::leads);
                scale(plane);
                await().atMost(LONG).until(() -> cluster.pickable().size() == 4);
                load.cores(0.03);
                await().atMost(LONG).until(() -> replicas(cluster) <= 2);
                load.cores(0.2);
                await().atMost(LONG).until(() -> replicas(cluster) >= 4);
                await().atMost(LONG).until(() -> !events(plane).isEmpty());
            }
        }
        List<JsonNode> asked = asked();
        assertThat(asked)
                .filteredOn(a -> a.at("/responseStatus/code").asInt() == 403)
                .extracting(OperatorRightsTest::words)
                .as("refused")
                .isEmpty();
        Set<String> used = new TreeSet<>();
        asked.forEach(a -> used.add(words(a)));
        // A ReplicaSet without a Deployment is scaled in the same way, and so is a StatefulSet.
        Set<String> granted = new TreeSet<>(Rights.granted());
        granted.removeIf(g -> g.startsWith("apps/replicasets/scale"));
        granted.removeIf(g -> g.startsWith("apps/statefulsets"));
        granted.remove("apps/replicasets get");
        assertThat(used).as("all that it may, and needs").isEqualTo(granted);
    }

    private static void install(KubernetesClient admin) throws IOException {
        for (String name : List.of("crd", "namespace", "rights", "guard")) {
            try (InputStream in = Files.newInputStream(MANIFESTS.resolve(name + ".yaml"))) {
                admin.load(in)
                        .items()
                        .forEach(o -> admin.resource(o).forceConflicts().serverSideApply());
            }
        }
        PodLoad.define(admin);
        for (String crd : List.of("servicescales.ebb.dev", "pods.metrics.k8s.io")) {
            await().atMost(LONG)
                    .until(() ->
                            admin
                                    .apiextensions()
                                    .v1()
                                    .customResourceDefinitions()
                                    .withName(crd)
                                    .get()
                                    .getStatus()
                                    .getConditions()
                                    .stream()
                                    .anyMatch(c ->
                                            c.getType().equals("Established")
                                                    && c.getStatus().equals("True")));
        }
    }

    private Operator start(ControlPlane plane) throws Exception {
        var settings =
                new Operator.Settings(
                        List.of(plane.namespace),
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        Optional.of(
                                new Operator.LeaseSettings(
                                        SYSTEM,
                                        "ebb",
                                        Duration.ofSeconds(6),
                                        Duration.ofSeconds(2),
                                        Duration.ofMillis(500))),
                        "rights",
                        "test");
        Operator operator =
                Operator.open(
                        new Access(Optional.of(kubeconfig(plane.client)), Optional.empty()),
                        settings,
                        () -> new Now(System.nanoTime(), System.currentTimeMillis()),
                        log::add);
        operator.start();
        return operator;
    }

    /** The administrator's, with a token of the operator's account. */
    private Path kubeconfig(KubernetesClient admin) throws IOException {
        var request =
                new TokenRequestBuilder()
                        .withNewSpec()
                        .withExpirationSeconds(3_600L)
                        .endSpec()
                        .build();
        String token =
                admin.serviceAccounts()
                        .inNamespace(SYSTEM)
                        .withName("ebb")
                        .tokenRequest(request)
                        .getStatus()
                        .getToken();
        String text = Files.readString(ControlPlane.kubeconfig());
        assertThat(text).contains("\"token\":");
        return Files.writeString(
                folder.resolve("ebb.kubeconfig"),
                text.replaceFirst("\"token\": \"[^\"]*\"", "\"token\": \"" + token + "\""));
    }

    private static void scale(ControlPlane plane) {
        var scale = new GenericKubernetesResource();
        scale.setApiVersion("ebb.dev/v1alpha1");
        scale.setKind("ServiceScale");
        scale.setMetadata(
                new ObjectMetaBuilder()
                        .withName(ControlPlane.APP)
                        .withNamespace(plane.namespace)
                        .build());
        scale.setAdditionalProperties(
                Map.of(
                        "spec",
                        Map.of(
                                "targetRef", Map.of("kind", "Deployment", "name", ControlPlane.APP),
                                "mode", "automatic",
                                "maxReplicas", 6,
                                "scaleOut", Map.of("windowSeconds", 1),
                                "scaleIn",
                                        Map.of(
                                                "windowSeconds", 2,
                                                "stabilizationSeconds", 3,
                                                "freshnessSeconds", 10),
                                "trial", Map.of("shortestSeconds", 1, "longestSeconds", 6),
                                "drain", Map.of("settleSeconds", 1, "deadlineSeconds", 60))));
        plane.client.resource(scale).create();
    }

    private static int replicas(Cluster cluster) {
        return cluster.workload().orElseThrow().replicas();
    }

    private static List<?> events(ControlPlane plane) {
        return plane.client
                .v1()
                .events()
                .inNamespace(plane.namespace)
                .withField("involvedObject.kind", "ServiceScale")
                .list()
                .getItems();
    }

    /** What the account asked for in all, as the API server has written it down. */
    private static List<JsonNode> asked() throws IOException {
        Path audit = Path.of(System.getenv("EBB_TEST_KUBE"), "audit.log");
        try (var lines = Files.lines(audit)) {
            return lines.map(OperatorRightsTest::json)
                    .filter(a ->
                            a.at("/user/username")
                                    .asString()
                                    .equals("system:serviceaccount:ebb-system:ebb"))
                    .filter(a -> a.has("objectRef"))
                    .filter(a -> !a.at("/objectRef/apiGroup").asString().startsWith("authoriz"))
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static JsonNode json(String line) {
        return JsonMapper.shared().readTree(line);
    }

    private static String words(JsonNode asked) {
        JsonNode object = asked.get("objectRef");
        String sub = object.path("subresource").asString("");
        return "%s/%s%s %s"
                .formatted(
                        object.path("apiGroup").asString(""),
                        object.path("resource").asString(""),
                        sub.isEmpty() ? "" : "/" + sub,
                        asked.get("verb").asString());
    }
}
