package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.ebb.control.SelfReports;
import dev.ebb.observe.prometheus.Credentials;
import dev.ebb.observe.prometheus.PrometheusMonitoring;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus in the place of the metrics API, and asked for jobs that wait, on a real
 * control plane; skipped where one of them is missing.
 */
@Tag("kubernetes")
@Timeout(240)
class PrometheusOperatorTest extends OperatorRig {
    private static final Path SERVER = Path.of("/usr/bin/prometheus");
    private static final double CORES_OF_A_POD = 0.005;

    @TempDir private Path folder = Path.of("");

    private volatile int waiting = 130;
    private final long begun = System.nanoTime();

    @Test
    void jobsThatWaitSizeTheWorkloadAndSilenceHoldsIt() throws Exception {
        assumeTrue(
                Files.isExecutable(SERVER),
                "needs Prometheus: /usr/bin/prometheus is not there (apt install prometheus)");
        plane().deployServers(3);
        int port = freePort();
        Process prometheus = prometheus(port);
        ports =
                new OperatorPorts(
                        Optional.empty(),
                        Optional.of(
                                new PrometheusMonitoring(
                                        URI.create("http://127.0.0.1:" + port),
                                        Credentials.NONE,
                                        System::nanoTime)),
                        SelfReports.NONE);
        start();
        apply("automatic", 1, 6, "Deployment", spec());
        await().atMost(LONG).until(() -> reasons().contains("'jobs' is 130, 50 for each: 3"));
        await().atMost(LONG).until(() -> reason("Ready").equals(Optional.of("Managed")));
        Set<String> before = uids();
        assertThat(before).hasSize(3);

        waiting = 60;
        await().atMost(LONG).until(() -> replicas() == 2 && settled());
        Set<String> gone = new HashSet<>(before);
        gone.removeAll(uids());
        assertThat(names("remove ")).isEqualTo(namesOf(gone)).hasSize(1);
        assertThat(lines("park ").getFirst()).as("CPU is known").contains("used");

        waiting = 0;
        prometheus.destroy();
        prometheus.waitFor();
        await().atMost(LONG).until(() -> reason("Ready").equals(Optional.of("NoMetrics")));
        await().atMost(LONG).until(() -> holds().contains("query_missing"));
        assertThat(lines("remove ")).hasSize(1);
        assertThat(replicas()).isEqualTo(2);
    }

    private static Map<String, Object> spec() {
        var jobs =
                Map.of(
                        "name", "jobs",
                        "query", "sum(jobs_waiting)",
                        "each", 50,
                        "everySeconds", 1,
                        "timeoutSeconds", 3,
                        "maxAgeSeconds", 8);
        return Map.of(
                "targets",
                Map.of("queries", List.of(jobs)),
                "metrics",
                Map.of("prometheus", Map.of("everySeconds", 1, "timeoutSeconds", 3)));
    }

    private String reasons() {
        return status("reasons").map(Object::toString).orElse("");
    }

    private String holds() {
        return status("holds").map(Object::toString).orElse("");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Process prometheus(int port) throws IOException {
        Path config =
                Files.writeString(
                        folder.resolve("prometheus.yml"),
                        """
                        global: {scrape_interval: 1s}
                        scrape_configs:
                          - job_name: all
                            honor_labels: true
                            static_configs: [{targets: ["127.0.0.1:%d"]}]
                        """
                                .formatted(export()));
        Process process =
                new ProcessBuilder(
                                SERVER.toString(),
                                "--config.file=" + config,
                                "--storage.tsdb.path=" + folder.resolve("data"),
                                "--web.listen-address=127.0.0.1:" + port)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("prometheus.log").toFile())
                        .start();
        open(() -> {
            process.destroy();
            process.waitFor();
        });
        return process;
    }

    /** What a queue's exporter and a kubelet's cAdvisor would say. */
    private int export() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/metrics",
                exchange -> {
                    byte[] body = metrics().getBytes(StandardCharsets.UTF_8);
                    try (exchange) {
                        exchange.getResponseHeaders()
                                .set("Content-Type", "text/plain; version=0.0.4");
                        exchange.sendResponseHeaders(200, body.length);
                        exchange.getResponseBody().write(body);
                    }
                });
        server.start();
        open(() -> server.stop(0));
        return server.getAddress().getPort();
    }

    private String metrics() {
        double seconds = (System.nanoTime() - begun) / 1e9;
        StringBuilder text = new StringBuilder("jobs_waiting " + waiting + "\n");
        for (PodView pod : cluster().pods()) {
            String labels =
                    "{namespace=\"%s\",pod=\"%s\",container=\"main\"}"
                            .formatted(namespace(), pod.name());
            text.append("container_cpu_usage_seconds_total")
                    .append(labels)
                    .append(' ')
                    .append(CORES_OF_A_POD * seconds)
                    .append("\ncontainer_memory_working_set_bytes")
                    .append(labels)
                    .append(" 16777216\n");
        }
        return text.toString();
    }
}
