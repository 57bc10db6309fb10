package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.ebb.config.ConfigFile;
import dev.ebb.config.Loaded;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Lifecycle;
import dev.ebb.demo.HelloService;
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
    private Optional<Wiring> ebb = Optional.empty();

    @AfterEach
    void stop() throws InterruptedException {
        if (ebb.isPresent()) {
            ebb.get().stop(false);
            ebb.get().await();
        }
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

    private Wiring startEbb(int prometheusPort) {
        var classes = HelloService.class.getProtectionDomain().getCodeSource().getLocation();
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        String command =
                "[%s, -Xmx32m, -XX:TieredStopAtLevel=1, -cp, '%s', %s, --port, '${port}']"
                        .formatted(java, Path.of(classes.getPath()), HelloService.class.getName());
        String yaml =
                """
                listen: 127.0.0.1:0
                tick: 200ms
                prometheus: {url: "http://127.0.0.1:%d"}
                services:
                  hello:
                    run:
                      command: %s
                      ports: 26000-26999
                      environment: {%s: %d}
                    instances: 1..4
                    resources: {cpu: 64}
                    balance: {slow-start: 0}
                    ready: {http: /, interval: 500ms, timeout: 500ms, fall: 50}
                    policy:
                      out: {window: 2s}
                      in: {window: 2s, stabilization: 3s, host-busy: 100%%}
                      trial: {shortest: 1s, longest: 5s}
                      target:
                        queries:
                          - {name: jobs, query: sum(jobs_waiting), each: 50, every: 1s, timeout: 3s,
                             max-age: 8s}
                """
                        .formatted(
                                prometheusPort,
                                command,
                                HelloService.PARENT,
                                ProcessHandle.current().pid());
        Loaded loaded = ConfigFile.read("test.yaml", yaml);
        assertThat(loaded.problems()).isEmpty();
        Wiring wiring =
                Wiring.open(
                        loaded.config().orElseThrow(),
                        "test.yaml",
                        folder.resolve("state"),
                        Wiring.Ears.NONE);
        ebb = Optional.of(wiring);
        wiring.begin();
        return wiring;
    }

    private static ServiceStatus service(Wiring ebb) {
        return ebb.view().status().services().getFirst();
    }

    private static long serving(Wiring ebb) {
        return service(ebb).instances().stream()
                .filter(i -> i.lifecycle() == Lifecycle.SERVING)
                .count();
    }

    private static void until(Wiring ebb, int count) {
        await().atMost(Duration.ofSeconds(90)).until(() -> serving(ebb) == count);
    }

    private static boolean isHeld(Wiring ebb) {
        return service(ebb).explanation().holds().stream()
                .anyMatch(h -> h.why().code().equals("query_missing"));
    }

    @Test
    void jobsThatWaitSizeTheServiceAndSilenceHoldsIt() throws Exception {
        assumeTrue(
                Files.isExecutable(SERVER),
                "needs Prometheus: /usr/bin/prometheus is not there (apt install prometheus)");
        Wiring running = startEbb(startPrometheus());
        until(running, 3);
        assertThat(Cli.on(folder.resolve("state"), "explain", "hello").out())
                .contains("'jobs' is 130, 50 for each: 3 instances");
        waiting = 60;
        until(running, 2);
        stopPrometheus();
        await().atMost(Duration.ofSeconds(60)).until(() -> isHeld(running));
        assertThat(Cli.on(folder.resolve("state"), "explain", "hello").out())
                .contains("the answer to 'jobs' is", "s old, 8 s are allowed");
        long held = service(running).instances().size();
        await().during(Duration.ofSeconds(10))
                .atMost(Duration.ofSeconds(60))
                .until(() -> service(running).instances().size() == held && serving(running) == 2);
        Cli replay = Cli.on(folder.resolve("state"), "replay");
        assertThat(replay.code()).as(replay.out() + replay.err()).isZero();
    }
}
