package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus counts jobs that wait; Ebb starts and stops real instances for them. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PrometheusScalesTest {
    private static final Path SERVER = Path.of("/usr/bin/prometheus");

    @TempDir private Path folder;
    private volatile int waiting = 130;
    private Optional<HttpServer> exporter = Optional.empty();
    private Optional<Process> prometheus = Optional.empty();
    private Optional<LiveEbb> ebb = Optional.empty();

    @AfterEach
    void stop() throws InterruptedException {
        ebb.ifPresent(LiveEbb::close);
        stopPrometheus();
        exporter.ifPresent(e -> e.stop(0));
    }

    private void stopPrometheus() throws InterruptedException {
        if (prometheus.isPresent()) {
            prometheus.get().destroy();
            if (!prometheus.get().waitFor(20, TimeUnit.SECONDS)) {
                prometheus.get().destroyForcibly().waitFor();
            }
        }
        prometheus = Optional.empty();
    }

    /** What a queue's exporter would say. */
    private int export() throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        exporter = Optional.of(server);
        server.createContext(
                "/metrics",
                exchange -> {
                    String text = "# TYPE jobs_waiting gauge\njobs_waiting " + waiting + "\n";
                    byte[] body = text.getBytes(StandardCharsets.UTF_8);
                    try (exchange) {
                        exchange.getResponseHeaders()
                                .set("Content-Type", "text/plain; version=0.0.4");
                        exchange.sendResponseHeaders(200, body.length);
                        exchange.getResponseBody().write(body);
                    }
                });
        server.start();
        return server.getAddress().getPort();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private int startPrometheus() throws IOException {
        Path config =
                Files.writeString(
                        folder.resolve("prometheus.yml"),
                        """
                        global: {scrape_interval: 1s}
                        scrape_configs:
                          - job_name: queue
                            static_configs: [{targets: ["127.0.0.1:%d"]}]
                        """
                                .formatted(export()));
        int port = freePort();
        prometheus =
                Optional.of(
                        new ProcessBuilder(
                                        SERVER.toString(),
                                        "--config.file=" + config,
                                        "--storage.tsdb.path=" + folder.resolve("data"),
                                        "--web.listen-address=127.0.0.1:" + port)
                                .redirectErrorStream(true)
                                .redirectOutput(folder.resolve("prometheus.log").toFile())
                                .start());
        return port;
    }

    private LiveEbb startEbb(int prometheusPort) {
        String yaml =
                """
                listen: 127.0.0.1:0
                tick: 200ms
                prometheus: {url: "http://127.0.0.1:%d"}
                services:
                  hello:
                    run: %s
                    instances: 1..4
                    resources: {cpu: 64}
                    balance: {slow-start: 0}
                    ready: {http: /, interval: 500ms, timeout: 500ms, fall: 50}
                    policy:
                      out: {window: 1s}
                      in: {window: 1s, stabilization: 1s, host-busy: 100%%}
                      trial: {shortest: 500ms, longest: 2s}
                      target:
                        queries:
                          - {name: jobs, query: sum(jobs_waiting), each: 50, every: 1s, timeout: 3s,
                             max-age: 5s}
                """
                        .formatted(prometheusPort, LiveEbb.hello("26000-26999"));
        LiveEbb live = LiveEbb.start(folder, yaml);
        ebb = Optional.of(live);
        return live;
    }

    private static boolean isHeld(LiveEbb ebb) {
        return ebb.service().explanation().holds().stream()
                .anyMatch(h -> h.why().code().equals("query_missing"));
    }

    @Test
    void jobsThatWaitSizeTheServiceAndSilenceHoldsIt() throws Exception {
        assumeTrue(
                Files.isExecutable(SERVER),
                "needs Prometheus: /usr/bin/prometheus is not there (apt install prometheus)");
        LiveEbb running = startEbb(startPrometheus());
        running.untilServing(3);
        assertThat(running.explained()).contains("'jobs' is 130, 50 for each: 3 instances");
        waiting = 60;
        running.untilServing(2);
        stopPrometheus();
        await().atMost(Duration.ofSeconds(60)).until(() -> isHeld(running));
        assertThat(running.explained())
                .contains("the answer to 'jobs' is", "s old, 5 s are allowed");
        long held = running.service().instances().size();
        // Twice as long as it takes to let one go, if that were to be.
        await().during(Duration.ofSeconds(6))
                .atMost(Duration.ofSeconds(60))
                .until(() ->
                        running.service().instances().size() == held && running.serving() == 2);
        running.replayed();
    }
}
