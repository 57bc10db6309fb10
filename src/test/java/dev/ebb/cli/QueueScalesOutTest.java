package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.config.ConfigFile;
import dev.ebb.config.Loaded;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Lifecycle;
import dev.ebb.demo.HelloService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Real instances that wait more than they compute, at their limits: the queue asks for more. */
@Timeout(300)
class QueueScalesOutTest {
    private static final int CLIENTS = 10;

    @TempDir Path folder;
    private final List<Wiring> running = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stopAll() throws InterruptedException {
        for (Wiring ebb : running) {
            ebb.stop(false);
            ebb.await();
        }
        client.close();
    }

    private Wiring start() {
        var classes = HelloService.class.getProtectionDomain().getCodeSource().getLocation();
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        String command =
                "[%s, -Xmx32m, -XX:TieredStopAtLevel=1, -cp, '%s', %s, --port, '${port}']"
                        .formatted(java, Path.of(classes.getPath()), HelloService.class.getName());
        String yaml =
                """
                listen: 127.0.0.1:0
                tick: 200ms
                services:
                  hello:
                    run:
                      command: %s
                      ports: 25000-25999
                      environment: {%s: %d}
                    instances: 1..3
                    resources: {cpu: 64}
                    balance: {slow-start: 0, limit: {kind: fixed, requests: 1}}
                    ready: {http: /, interval: 500ms, timeout: 500ms, fall: 50}
                    policy:
                      out: {window: 2s}
                """
                        .formatted(command, HelloService.PARENT, ProcessHandle.current().pid());
        Loaded loaded = ConfigFile.read("test.yaml", yaml);
        assertThat(loaded.problems()).isEmpty();
        Wiring ebb =
                Wiring.open(
                        loaded.config().orElseThrow(),
                        "test.yaml",
                        folder.resolve("state"),
                        Wiring.Ears.NONE);
        running.add(ebb);
        ebb.begin();
        return ebb;
    }

    private static ServiceStatus service(Wiring ebb) {
        return ebb.view().status().services().getFirst();
    }

    private static long serving(Wiring ebb) {
        return service(ebb).instances().stream()
                .filter(i -> i.lifecycle() == Lifecycle.SERVING)
                .count();
    }

    /** Asks again and again until it is told to stop; how many were answered. */
    private int ask(Wiring ebb, AtomicBoolean over) throws Exception {
        var uri = URI.create("http://" + Wiring.text(ebb.listening()) + "/?wait-ms=50");
        var request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build();
        int answered = 0;
        while (!over.get()) {
            var answer = client.send(request, HttpResponse.BodyHandlers.discarding());
            answered += answer.statusCode() == 200 ? 1 : 0;
        }
        return answered;
    }

    @Test
    void whatWaitsIsAnsweredByMoreInstances() throws Exception {
        Wiring ebb = start();
        await().atMost(Duration.ofSeconds(90)).until(() -> serving(ebb) >= 1);
        var over = new AtomicBoolean();
        List<Future<Integer>> askers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (int i = 0; i < CLIENTS; i++) {
                    askers.add(threads.submit(() -> ask(ebb, over)));
                }
                await().atMost(Duration.ofSeconds(90)).until(() -> serving(ebb) == 3);
            } finally {
                over.set(true);
            }
        }
        for (Future<Integer> asker : askers) {
            assertThat(asker.get()).isPositive();
        }
        assertThat(Cli.on(folder.resolve("state"), "explain", "hello").out())
                .contains("requests wait");
        Cli replay = Cli.on(folder.resolve("state"), "replay", "--json");
        assertThat(replay.code()).as(replay.out() + replay.err()).isZero();
        JsonNode service = JsonMapper.shared().readTree(replay.out()).get("services").get(0);
        assertThat(service.get("decisions").asInt()).as(replay.out()).isPositive();
    }
}
