package dev.ebb.platform.kubernetes;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A namespace of a real control plane, with a kubelet of the tests'. */
final class ControlPlane implements AutoCloseable {
    private static final int CONNECT_MILLIS = 60_000;
    private static final int REQUEST_MILLIS = 30_000;

    static final String APP = "shop";

    private static final String SERVER =
            """
            import http.server, time
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = 'HTTP/1.1'
                def do_GET(self):
                    time.sleep(0.05)
                    self.send_response(200)
                    self.send_header('Content-Length', '2')
                    self.end_headers()
                    self.wfile.write(b'ok')
                def log_message(self, *args):
                    pass
            server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
            print(server.server_port, flush=True)
            server.serve_forever()
            """;

    private static final String SERVER_AT_ADDRESS =
            "import os\n" + SERVER.replace("('127.0.0.1', 0)", "(os.environ['POD_IP'], 8080)");

    final KubernetesClient client;
    final String namespace = "test-" + UUID.randomUUID().toString().substring(0, 8);
    final TestKubelet kubelet;

    private ControlPlane(KubernetesClient client) {
        this.client = client;
        client.namespaces()
                .resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(namespace)
                                .endMetadata()
                                .build())
                .create();
        // Pods of a node that does not exist are collected as garbage.
        client.nodes()
                .resource(
                        new NodeBuilder()
                                .withNewMetadata()
                                .withName(TestKubelet.NODE)
                                .endMetadata()
                                .build())
                .serverSideApply();
        this.kubelet = new TestKubelet(client, namespace);
    }

    /** The tests are skipped where none was started. */
    static ControlPlane open() {
        Optional<String> folder = Optional.ofNullable(System.getenv("EBB_TEST_KUBE"));
        assumeTrue(
                folder.isPresent(),
                "no control plane: `make engines-kubernetes` builds and starts a real one");
        return new ControlPlane(client(Path.of(folder.orElseThrow(), "admin.kubeconfig")));
    }

    static Path kubeconfig() {
        return Path.of(System.getenv("EBB_TEST_KUBE"), "admin.kubeconfig");
    }

    /** Stops the API server's process, or has it go on. */
    void signalApiServer(String signal) throws IOException, InterruptedException {
        String pid =
                Files.readAllLines(kubeconfig().resolveSibling("pids")).stream()
                        .map(line -> line.split(" ", 3))
                        .filter(words -> words[2].equals("kube-apiserver"))
                        .map(words -> words[0])
                        .findFirst()
                        .orElseThrow();
        new ProcessBuilder("kill", "-" + signal, pid).start().waitFor();
    }

    /** Ends the API server, and starts it again; what it knew of the past is gone. */
    void restartApiServer() throws IOException, InterruptedException {
        Path script =
                Path.of(System.getProperty("ebb.project", "."), "suites/engines/control_plane.py");
        String folder = System.getenv("EBB_TEST_KUBE");
        Process restart =
                new ProcessBuilder(
                                "python3", script.toString(), "restart", folder, "kube-apiserver")
                        .inheritIO()
                        .start();
        if (restart.waitFor() != 0) {
            throw new IllegalStateException("the API server did not come back; see " + folder);
        }
    }

    private static KubernetesClient client(Path kubeconfig) {
        try {
            Config config = Config.fromKubeconfig(Files.readString(kubeconfig));
            config.setRequestRetryBackoffLimit(0);
            // A machine with much else to do needs its time.
            config.setConnectionTimeout(CONNECT_MILLIS);
            config.setRequestTimeout(REQUEST_MILLIS);
            return new KubernetesClientBuilder().withConfig(config).build();
        } catch (IOException e) {
            throw new IllegalStateException("EBB_TEST_KUBE has no readable kubeconfig", e);
        }
    }

    /** A Deployment with Ebb's gate, and a Service in front of it. */
    void deploy(int replicas) {
        deploy(replicas, List.of("sleep", "600"), false);
    }

    /**
     * As {@link #deployServers}, at the pods' own addresses: for data planes, where the machine has
     * these addresses.
     */
    void deployReachable(int replicas) {
        deploy(replicas, List.of("python3", "-c", SERVER_AT_ADDRESS), false);
    }

    /**
     * As before, of pods that say in each answer what the file {@code said} of a folder has, and
     * that fail where it has one by their address.
     */
    void deployReporting(int replicas, Path folder) {
        String server =
                SERVER_AT_ADDRESS
                        .replace(
                                "self.send_response(200)",
                                "self.send_response(503 if os.path.exists('%s/' +".formatted(folder)
                                        + " os.environ['POD_IP']) else 200)")
                        .replace(
                                "self.send_header('Content-Length', '2')",
                                "self.send_header('Content-Length', '2');"
                                        + " self.send_header('endpoint-load-metrics',"
                                        + " open('%s/said').read())".formatted(folder));
        deploy(replicas, List.of("python3", "-c", server), false);
    }

    /** As before, without the gate; the Service offers them all the same. */
    void deployReachableUngated(int replicas) {
        Map<String, String> labels = Map.of("app", APP);
        PodTemplateSpec template =
                template(labels, List.of("python3", "-c", SERVER_AT_ADDRESS), false);
        template.getSpec().setReadinessGates(List.of());
        deploy(replicas, template);
        service(labels);
    }

    /** As {@link #deploy}, of pods that answer requests, and drop all that they have at SIGTERM. */
    void deployServers(int replicas) {
        deploy(replicas, List.of("python3", "-c", SERVER), true);
    }

    /** As {@link #deployServers}, without the gate, and with a Service that selects nobody. */
    void deployUngated(int replicas) {
        PodTemplateSpec template =
                template(Map.of("app", APP), List.of("python3", "-c", SERVER), true);
        template.getSpec().setReadinessGates(List.of());
        deploy(replicas, template);
        service(Map.of());
    }

    private void deploy(int replicas, List<String> command, boolean serves) {
        Map<String, String> labels = Map.of("app", APP);
        deploy(replicas, template(labels, command, serves));
        service(labels);
    }

    private void deploy(int replicas, PodTemplateSpec template) {
        Deployment deployment =
                new DeploymentBuilder()
                        .withNewMetadata()
                        .withName(APP)
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(replicas)
                        .withNewSelector()
                        .withMatchLabels(template.getMetadata().getLabels())
                        .endSelector()
                        .withTemplate(template)
                        .endSpec()
                        .build();
        client.apps().deployments().inNamespace(namespace).resource(deployment).create();
    }

    /** Of pods with Ebb's gate. */
    static PodTemplateSpec template(
            Map<String, String> labels, List<String> command, boolean serves) {
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withNodeName(TestKubelet.NODE)
                .withHostname(serves ? TestKubelet.SAYS_ITS_PORT : null)
                .withTerminationGracePeriodSeconds(5L)
                .addNewReadinessGate(PodView.GATE)
                .addNewContainer()
                .withName("main")
                .withImage("none")
                .withCommand(command)
                .withNewResources()
                .addToRequests("cpu", new Quantity("100m"))
                .addToRequests("memory", new Quantity("64Mi"))
                .endResources()
                .addNewPort()
                .withContainerPort(8080)
                .endPort()
                .endContainer()
                .endSpec()
                .build();
    }

    /** Of pods that do nothing. */
    static PodTemplateSpec idle() {
        return template(Map.of("app", APP), List.of("sleep", "600"), false);
    }

    /** In front of all pods with these labels. */
    void service(Map<String, String> labels) {
        client.services()
                .inNamespace(namespace)
                .resource(
                        new ServiceBuilder()
                                .withNewMetadata()
                                .withName(APP)
                                .endMetadata()
                                .withNewSpec()
                                .withSelector(labels)
                                .addNewPort()
                                .withPort(8080)
                                .endPort()
                                .endSpec()
                                .build())
                .create();
    }

    /** Another autoscaler of the Deployment, named {@code other}. */
    void autoscaler() {
        client.autoscaling()
                .v2()
                .horizontalPodAutoscalers()
                .inNamespace(namespace)
                .resource(
                        new HorizontalPodAutoscalerBuilder()
                                .withNewMetadata()
                                .withName("other")
                                .endMetadata()
                                .withNewSpec()
                                .withMinReplicas(1)
                                .withMaxReplicas(9)
                                .withNewScaleTargetRef()
                                .withApiVersion("apps/v1")
                                .withKind("Deployment")
                                .withName(APP)
                                .endScaleTargetRef()
                                .endSpec()
                                .build())
                .create();
    }

    Cluster cluster(Target.Kind kind) {
        return new Cluster(client, new Target(namespace, kind, APP), Fence.OPEN);
    }

    Cluster cluster() {
        return cluster(Target.Kind.DEPLOYMENT);
    }

    @Override
    public void close() {
        client.apps()
                .deployments()
                .inNamespace(namespace)
                .withName(APP)
                .withGracePeriod(0)
                .delete();
        client.pods().inNamespace(namespace).withGracePeriod(0).delete();
        kubelet.close();
        client.namespaces().withName(namespace).delete();
        client.close();
    }
}
