package dev.ebb.beside;

import static org.awaitility.Awaitility.await;

import dev.ebb.xds.Bootstrap;
import dev.ebb.xds.RealEnvoy;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/** All that has to run for the comparison, in the order in which it is ended again. */
final class Bench implements AutoCloseable {
    static final int TICK_MILLIS = 100;
    static final int METRICS_MILLIS = 667;

    private static final int CONNECT_MILLIS = 60_000;
    private static final int REQUEST_MILLIS = 30_000;

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Pattern LISTENS = Pattern.compile("listening at http://127.0.0.1:(\\d+)");

    final KubernetesClient client;
    final List<Lane> lanes = new ArrayList<>();
    final Node node;
    private final Path kubeconfig;
    private final Path folder;
    private final Manifests manifests;
    private final Map<String, Map<String, Integer>> scales = new HashMap<>();
    private final List<Runnable> ends = new ArrayList<>();

    /**
     * @param kubeconfig an administrator's
     * @param folder for what the processes write
     */
    Bench(Path project, Path kubeconfig, Path folder) throws IOException {
        this.kubeconfig = kubeconfig;
        this.folder = folder;
        Config config = Config.fromKubeconfig(Files.readString(kubeconfig));
        config.setRequestRetryBackoffLimit(0);
        // A machine with much else to do needs its time.
        config.setConnectionTimeout(CONNECT_MILLIS);
        config.setRequestTimeout(REQUEST_MILLIS);
        client =
                opened(
                        new KubernetesClientBuilder().withConfig(config).build(),
                        KubernetesClient::close);
        // A copy, which no change of the sources reaches while it runs.
        Path pod = project.resolve("src/test/resources/beside/pod.py");
        manifests = new Manifests(client, Files.copy(pod, folder.resolve("pod.py")));
        manifests.cluster(project.resolve("deploy/kubernetes/crd.yaml"));
        node = opened(new Node(client), Node::close);
    }

    private <T> T opened(T one, Consumer<T> end) {
        ends.add(() -> end.accept(one));
        return one;
    }

    /** HPA, and Ebb with the same times. */
    void start() throws IOException {
        String run = UUID.randomUUID().toString().substring(0, 8);
        List<String> namespaces = namespaces(run, "hpa", "ebb-envoy", "ebb-gateway");
        hpa(namespaces.get(0));
        ebb("Ebb, Envoy", namespaces.get(1), true, Map.of());
        ebb("Ebb, gateway", namespaces.get(2), false, Map.of());
    }

    /**
     * Ebb alone.
     *
     * @param times seconds, by the keys of its ServiceScale's
     */
    void startWithoutHpa(Map<String, Integer> times) throws IOException {
        String run = UUID.randomUUID().toString().substring(0, 8);
        List<String> namespaces = namespaces(run, "quick-envoy", "quick-gateway");
        ebb("Ebb, Envoy", namespaces.get(0), true, times);
        ebb("Ebb, gateway", namespaces.get(1), false, times);
    }

    /**
     * From now on Ebb may scale in. Before there is load it would, while others are still being
     * started.
     */
    void letScaleIn() {
        scales.forEach(manifests::serviceScale);
    }

    private List<String> namespaces(String run, String... names) {
        List<String> all = Stream.of(names).map(name -> name + "-" + run).toList();
        all.forEach(this::namespace);
        opened(new MetricsServer(client, node, all), MetricsServer::close);
        return all;
    }

    private void namespace(String name) {
        client.namespaces()
                .resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(name)
                                .endMetadata()
                                .build())
                .create();
    }

    private void hpa(String namespace) throws IOException {
        manifests.workload(namespace, false);
        manifests.hpa(namespace);
        Sight sight = opened(new Sight(client, namespace), Sight::close);
        InetSocketAddress proxy = free();
        envoy(feed(sight, proxy), namespace);
        lane("HPA, Envoy", namespace, sight, Optional.empty(), proxy.getPort());
    }

    private InetSocketAddress feed(Sight sight, InetSocketAddress proxy) throws IOException {
        InetSocketAddress xds = free();
        opened(new SliceFeed(sight, xds, proxy), SliceFeed::close);
        return xds;
    }

    private void envoy(InetSocketAddress xds, String name) throws IOException {
        Path config =
                Files.writeString(folder.resolve(name + ".yaml"), Bootstrap.envoy(name, xds, 0));
        opened(
                Program.start(
                        folder,
                        name + "-envoy",
                        List.of(
                                RealEnvoy.binary().toString(),
                                "-c",
                                config.toString(),
                                "--concurrency",
                                "1",
                                "--disable-hot-restart",
                                "--log-level",
                                "warn")),
                Program::close);
    }

    private void ebb(String name, String namespace, boolean envoy, Map<String, Integer> times)
            throws IOException {
        manifests.workload(namespace, true);
        Map<String, Integer> all = new HashMap<>(times);
        all.put("min", Load.MOST_PODS);
        manifests.serviceScale(namespace, all);
        scales.put(namespace, times);
        Path state = Files.createDirectory(folder.resolve(namespace + "-state"));
        InetSocketAddress xds = free();
        InetSocketAddress proxy = free();
        Program operator =
                opened(
                        Program.ebb(
                                folder,
                                namespace + "-operator",
                                operator(namespace, state, xds, proxy)),
                        Program::close);
        Sight sight = opened(new Sight(client, namespace), Sight::close);
        int port = proxy.getPort();
        if (envoy) {
            envoy(xds, namespace);
        } else {
            port = gateway(xds, namespace);
        }
        lane(name, namespace, sight, Optional.of(new Lane.Ebb(operator, state)), port);
    }

    private List<String> operator(
            String namespace, Path state, InetSocketAddress xds, InetSocketAddress proxy) {
        return List.of(
                "operator",
                "--kubeconfig",
                kubeconfig.toString(),
                "--namespace",
                namespace,
                "--alone",
                "--tick",
                Integer.toString(TICK_MILLIS),
                "--metrics-every",
                Integer.toString(METRICS_MILLIS),
                "--state",
                state.toString(),
                "--xds",
                "127.0.0.1:" + xds.getPort(),
                "--xds-proxy",
                "127.0.0.1:" + proxy.getPort(),
                "--xds-grace",
                Integer.toString(Knob.XDS_GRACE.seconds()),
                "--xds-quiet",
                Integer.toString(Knob.XDS_QUIET.seconds()));
    }

    /** Returns its port. */
    private int gateway(InetSocketAddress xds, String name) throws IOException {
        Program gateway =
                opened(
                        Program.ebb(
                                folder,
                                name + "-gateway",
                                List.of(
                                        "gateway",
                                        "--xds",
                                        "127.0.0.1:" + xds.getPort(),
                                        "--node",
                                        name,
                                        "--listen",
                                        "127.0.0.1:0")),
                        Program::close);
        await().atMost(LIMIT).until(() -> LISTENS.matcher(gateway.output()).find());
        Matcher listens = LISTENS.matcher(gateway.output());
        if (!listens.find()) {
            throw new AssertionError(gateway.output());
        }
        return Integer.parseInt(listens.group(1));
    }

    private void lane(
            String name, String namespace, Sight sight, Optional<Lane.Ebb> ebb, int port) {
        try {
            await().atMost(LIMIT).until(() -> sight.ready().size() == Load.MOST_PODS);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(name + ": not all serve: " + story(namespace, sight, ebb), e);
        }
        await().atMost(LIMIT)
                .until(() ->
                        Ask.text("http://127.0.0.1:" + port + "/", Duration.ofSeconds(2))
                                .isPresent());
        Lane lane = opened(new Lane(name, namespace, sight, ebb, port), Lane::close);
        lane.rate(Load.MUCH);
        lanes.add(lane);
    }

    private String story(String namespace, Sight sight, Optional<Lane.Ebb> ebb) {
        String scales =
                client
                        .genericKubernetesResources("ebb.dev/v1alpha1", "ServiceScale")
                        .inNamespace(namespace)
                        .list()
                        .getItems()
                        .stream()
                        .map(s -> s.getAdditionalProperties().get("status"))
                        .toList()
                        .toString();
        String told = ebb.map(e -> e.operator().output()).orElse("");
        return "%s%n%s%n%s".formatted(sight.words(), scales, told);
    }

    private static InetSocketAddress free() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
        }
    }

    /** For how long processes of a lane's pods lived between two times of System.nanoTime. */
    double instanceSeconds(Lane lane, long from, long to) {
        return node.lives(lane.namespace).stream()
                .mapToDouble(life -> life.secondsWithin(from, to))
                .sum();
    }

    @Override
    public void close() {
        for (Lane lane : lanes) {
            client.apps().deployments().inNamespace(lane.namespace).withName("shop").delete();
        }
        ends.reversed().forEach(Runnable::run);
    }
}
