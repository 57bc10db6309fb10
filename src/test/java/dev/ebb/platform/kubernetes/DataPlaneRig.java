package dev.ebb.platform.kubernetes;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/**
 * What tests of an operator with data planes take: a namespace of a real control plane, pods at
 * addresses of their own, and operators as processes; skipped where this machine does not have
 * those addresses.
 */
@Tag("kubernetes")
abstract class DataPlaneRig {
    static final Duration LONG = Duration.ofSeconds(100);
    private static final Path CRD = Path.of("deploy", "kubernetes", "crd.yaml");
    static final double LITTLE = 0.03;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, String> names = new ConcurrentHashMap<>();
    private Optional<ControlPlane> plane = Optional.empty();

    @TempDir Path folder = Path.of("");

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

    static void more(Traffic traffic) {
        long from = traffic.answered.get();
        await().atMost(LONG).until(() -> traffic.answered.get() > from + 100);
    }

    static boolean answers(int port) {
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

    RealOperator operator(int xds, int proxy) throws IOException {
        return RealOperator.start(folder, "operator", namespace(), xds, proxy, "--alone");
    }

    /** One of several, of which one leads. */
    RealOperator replica(String name, int xds, int proxy) throws IOException {
        return RealOperator.start(
                folder, name, namespace(), xds, proxy, "--lease", namespace() + "/ebb");
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /**
     * @param more takes the place of what is usual; an empty {@link Optional} leaves it out
     */
    void apply(Map<String, Object> more) {
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
        spec.values().removeIf(Optional.empty()::equals);
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

    Set<String> uids() {
        List<PodView> pods = cluster().pods();
        pods.forEach(p -> names.put(p.uid(), p.name()));
        return pods.stream().map(PodView::uid).collect(Collectors.toSet());
    }

    List<String> namesOf(Set<String> uids) {
        return uids.stream().map(uid -> names.getOrDefault(uid, uid)).toList();
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
