package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    private Optional<LiveEbb> running = Optional.empty();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        running.ifPresent(LiveEbb::close);
        client.close();
    }

    private LiveEbb start() {
        String yaml =
                """
                listen: 127.0.0.1:0
                tick: 200ms
                services:
                  hello:
                    run: %s
                    instances: 1..3
                    resources: {cpu: 64}
                    balance: {slow-start: 0, limit: {kind: fixed, requests: 1}}
                    ready: {http: /, interval: 500ms, timeout: 500ms, fall: 50}
                    policy:
                      out: {window: 2s}
                """
                        .formatted(LiveEbb.hello("25000-25999"));
        LiveEbb live = LiveEbb.start(folder, yaml);
        running = Optional.of(live);
        return live;
    }

    /** Asks again and again until it is told to stop; how many were answered. */
    private int ask(LiveEbb ebb, AtomicBoolean over) throws Exception {
        var request =
                HttpRequest.newBuilder(ebb.uri("/?wait-ms=50"))
                        .timeout(Duration.ofSeconds(30))
                        .build();
        int answered = 0;
        while (!over.get()) {
            var answer = client.send(request, HttpResponse.BodyHandlers.discarding());
            answered += answer.statusCode() == 200 ? 1 : 0;
        }
        return answered;
    }

    @Test
    void whatWaitsIsAnsweredByMoreInstances() throws Exception {
        LiveEbb ebb = start();
        await().atMost(Duration.ofSeconds(90)).until(() -> ebb.serving() >= 1);
        var over = new AtomicBoolean();
        List<Future<Integer>> askers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (int i = 0; i < CLIENTS; i++) {
                    askers.add(threads.submit(() -> ask(ebb, over)));
                }
                await().atMost(Duration.ofSeconds(90)).until(() -> ebb.serving() == 3);
            } finally {
                over.set(true);
            }
        }
        for (Future<Integer> asker : askers) {
            assertThat(asker.get()).isPositive();
        }
        assertThat(ebb.explained()).contains("requests wait");
        String replayed = ebb.replayed("--json");
        JsonNode service = JsonMapper.shared().readTree(replayed).get("services").get(0);
        assertThat(service.get("decisions").asInt()).as(replayed).isPositive();
    }
}
