package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ebb.xds.RealEnvoy;
import dev.ebb.xds.RealGateway;
import dev.ebb.xds.Traffic;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Envoy and Ebb's own gateway as data planes of the operator, on a real control plane, with
 * pods at addresses of their own; skipped where this machine does not have those.
 */
@Tag("kubernetes")
@Timeout(300)
class DataPlaneTest {
    private static final Duration LONG = Duration.ofSeconds(100);
    private static final Path CRD = Path.of("deploy", "kubernetes", "crd.yaml");
    private static final double LITTLE = 0.03;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, String> names = new ConcurrentHashMap<>();
    private Optional<ControlPlane> plane = Optional.empty();

    @TempDir private Path folder = Path.of("");

    @BeforeEach
    void controlPlane() throws Exception {
        assumeTrue(hasAddresses(), "the pods' addresses are not this machine's");
        plane = Optional.of(ControlPlane.open());
        Path home = Path.of(System.getProperty("ebb.project", "."));
        plane().client.load(Files.newInputStream(home.resolve(CRD))).serverSideApply();
        PodLoad.define(plane().client);
    }

    private static boolean hasAddresses() {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("10.99.0.1"), 0));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        plane.ifPresent(ControlPlane::close);
    }

    @Test
    void envoyAndTheGatewayConfirmAndCountAndExactlyTheVictimGoes() throws Exception {
        plane().deployReachable(3);
        int xds = freePort();
        int proxy = freePort();
        PodLoad load = open(new PodLoad(plane().client, namespace(), cluster(), 0.17));
        RealOperator operator = open(operator(xds, proxy));
        apply(Map.of());
        open(RealEnvoy.start(folder, "envoy-1", RealOperator.at(xds)));
        RealGateway gateway = open(RealGateway.start(folder, "gateway-1", xds));
        await().atMost(LONG).until(gateway::isReady);
        await().atMost(LONG).until(() -> cluster().pickable().size() == 3);
        await().atMost(LONG).until(() -> answers(proxy) && answers(gateway.port()));
        Traffic byEnvoy = open(new Traffic(proxy));
        Traffic byGateway = open(new Traffic(gateway.port()));
        Set<String> before = uids();

        load.cores(LITTLE);
        await().atMost(LONG).until(() -> replicas() == 2 && cluster().pods().size() == 2);
        Set<String> gone = new HashSet<>(before);
        gone.removeAll(uids());
        List<String> removed = operator.lines("remove ");
        assertThat(removed).hasSize(1);
        // How long requests take is known from the gateway's reports alone.
        assertThat(operator.lines("park ").getFirst()).doesNotContain("mean latency 0.0 ms");
        assertThat(removed.getFirst())
                .contains(namesOf(gone))
                .contains("confirmed by envoy-1, gateway-1; 2 of 2 report")
                .doesNotContain("stands in");
        more(byEnvoy);
        more(byGateway);
        byEnvoy.close();
        byGateway.close();
        assertThat(byEnvoy.failures).isEmpty();
        assertThat(byGateway.failures).isEmpty();
    }

    @Test
    void whatIsParkedComesBackAndEnvoyGoesOnWithoutOperatorAndApiServer() throws Exception {
        plane().deployReachable(3);
        int xds = freePort();
        int proxy = freePort();
        PodLoad load = open(new PodLoad(plane().client, namespace(), cluster(), 0.17));
        RealOperator first = open(operator(xds, proxy));
        apply(Map.of("trial", Map.of("shortestSeconds", 100, "longestSeconds", 150)));
        open(RealEnvoy.start(folder, "envoy-1", RealOperator.at(xds)));
        await().atMost(LONG).until(() -> cluster().pickable().size() == 3);
        await().atMost(LONG).until(() -> answers(proxy));
        Traffic traffic = open(new Traffic(proxy));
        Set<String> before = uids();

        load.cores(LITTLE);
        await().atMost(LONG).until(() -> !first.lines("parked ").isEmpty());
        load.cores(0.17);
        await().atMost(LONG).until(() -> cluster().pickable().size() == 3);
        assertThat(first.lines("rescue ")).hasSize(1);
        assertThat(first.lines("start ")).isEmpty();

        load.cores(LITTLE);
        await().atMost(LONG).until(() -> first.lines("parked ").size() == 2);
        first.kill();
        more(traffic);
        RealOperator second = open(operator(xds, proxy));
        await().atMost(LONG).until(second::isServing);
        plane().signalApiServer("STOP");
        try {
            more(traffic);
        } finally {
            plane().signalApiServer("CONT");
        }
        assertThat(uids()).isEqualTo(before);
        apply(Map.of());
        await().atMost(LONG).until(() -> replicas() == 2 && cluster().pods().size() == 2);
        assertThat(second.lines("remove ").getFirst()).contains("confirmed by envoy-1");
        more(traffic);
        traffic.close();
        assertThat(traffic.failures).isEmpty();
    }

    @Test
    void anObjectiveIsKeptByWhatTheGatewayReports() throws Exception {
        plane().deployReachable(3);
        int xds = freePort();
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        RealOperator operator = open(operator(xds, freePort()));
        apply(
                Map.of(
                        "objective",
                        Map.of("latency", Map.of("percentile", 90, "belowMilliseconds", 5000))));
        await().atMost(LONG).until(() -> condition().contains("no data plane is connected"));
        RealGateway gateway = open(RealGateway.start(folder, "gateway-1", xds));
        await().atMost(LONG).until(gateway::isReady);
        await().atMost(LONG).until(() -> answers(gateway.port()));
        Traffic traffic = open(new Traffic(gateway.port()));

        await().atMost(LONG).until(() -> replicas() == 2 && cluster().pods().size() == 2);
        assertThat(condition()).contains("p90 is ", "5000 ms wanted", "60 % allowed");
        assertThat(operator.lines("remove ").getFirst()).contains("confirmed by gateway-1");
        traffic.close();
        assertThat(traffic.failures).isEmpty();
    }

    /** What the status says of the objective. */
    private String condition() {
        GenericKubernetesResource scale =
                plane().client
                        .genericKubernetesResources(ScaleSpec.RESOURCE)
                        .inNamespace(namespace())
                        .withName(ControlPlane.APP)
                        .get();
        List<?> conditions = scale.get("status", "conditions");
        return Optional.<List<?>>ofNullable(conditions).orElse(List.of()).stream()
                .map(c -> (Map<?, ?>) c)
                .filter(c -> "ObjectiveSeen".equals(c.get("type")))
                .map(c -> String.valueOf(c.get("message")))
                .findFirst()
                .orElse("");
    }

    // ---- What it takes

    private static void more(Traffic traffic) {
        long from = traffic.answered.get();
        await().atMost(LONG).until(() -> traffic.answered.get() > from + 100);
    }

    private static boolean answers(int port) {
        var at = URI.create("http://127.0.0.1:" + port + "/");
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(at).build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private RealOperator operator(int xds, int proxy) throws IOException {
        return RealOperator.start(folder, "operator", namespace(), xds, proxy, "--alone");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void apply(Map<String, Object> more) {
        var spec = new HashMap<String, Object>();
        spec.put("targetRef", Map.of("kind", "Deployment", "name", ControlPlane.APP));
        spec.put("mode", "automatic");
        spec.put("minReplicas", 2);
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
        spec.put("trial", Map.of("shortestSeconds", 1, "longestSeconds", 6));
        spec.put("drain", Map.of("settleSeconds", 20, "deadlineSeconds", 60));
        spec.put("dataPlane", Map.of("xds", Map.of("routes", List.of(Map.of("path", "/")))));
        spec.putAll(more);
        var scale = new GenericKubernetesResource();
        scale.setApiVersion("ebb.dev/v1alpha1");
        scale.setKind("ServiceScale");
        scale.setMetadata(
                new ObjectMetaBuilder()
                        .withName(ControlPlane.APP)
                        .withNamespace(namespace())
                        .build());
        scale.setAdditionalProperties(Map.of("spec", spec));
        plane().client
                .genericKubernetesResources(ScaleSpec.RESOURCE)
                .inNamespace(namespace())
                .resource(scale)
                .serverSideApply();
    }

    private Set<String> uids() {
        List<PodView> pods = cluster().pods();
        pods.forEach(p -> names.put(p.uid(), p.name()));
        return pods.stream().map(PodView::uid).collect(Collectors.toSet());
    }

    private List<String> namesOf(Set<String> uids) {
        return uids.stream().map(uid -> names.getOrDefault(uid, uid)).toList();
    }

    private int replicas() {
        return cluster().workload().orElseThrow().replicas();
    }

    private <T extends AutoCloseable> T open(T one) {
        open.add(one);
        return one;
    }

    private ControlPlane plane() {
        return plane.orElseThrow();
    }

    private Cluster cluster() {
        return plane().cluster();
    }

    private String namespace() {
        return plane().namespace;
    }
}
