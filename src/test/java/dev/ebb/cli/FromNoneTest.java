package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.config.ConfigFile;
import dev.ebb.config.Loaded;
import dev.ebb.control.EndpointSink.Ledger;
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
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service with real instances that goes down to none, and real requests that bring it back. */
@Timeout(180)
class FromNoneTest {
    private static final Duration SOON = Duration.ofSeconds(60);

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

    private Wiring start(String command, String more) {
        String yaml =
                """
                listen: 127.0.0.1:0
                tick: 100ms
                services:
                  hello:
                    run:
                      command: %s
                      ports: 24000-24999
                      environment: {%s: %d}
                    instances: 0..2
                    balance: {slow-start: 0%s}
                    ready: {http: /, interval: 200ms, timeout: 200ms, fall: 50}
                    policy:
                      out: {window: 500ms}
                      in: {window: 500ms, stabilization: 500ms, idle: 1s, host-busy: 100%%}
                      trial: {shortest: 500ms, longest: 2s}
                """
                        .formatted(
                                command, HelloService.PARENT, ProcessHandle.current().pid(), more);
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

    private static String hello() {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return "[%s, -Xmx32m, -XX:TieredStopAtLevel=1, -cp, '%s', %s, --port, '${port}']"
                .formatted(
                        java, System.getProperty("java.class.path"), HelloService.class.getName());
    }

    private static ServiceStatus service(Wiring ebb) {
        return ebb.view().status().services().getFirst();
    }

    private static boolean hasNone(ServiceStatus service) {
        return service.instances().isEmpty();
    }

    private static Predicate<ServiceStatus> any(Lifecycle lifecycle) {
        return s -> s.instances().stream().anyMatch(i -> i.lifecycle() == lifecycle);
    }

    private static void awaitSo(Wiring ebb, Predicate<ServiceStatus> condition) {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> condition.test(service(ebb)));
    }

    private CompletableFuture<HttpResponse<String>> get(Wiring ebb) {
        var uri = URI.create("http://" + Wiring.text(ebb.listening()) + "/");
        return client.sendAsync(
                HttpRequest.newBuilder(uri).timeout(SOON).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void goesToNoneAnswersAndGoesThereAgain() {
        Wiring ebb = start(hello(), "");
        assertThat(hasNone(service(ebb))).isTrue();
        for (int round = 1; round <= 2; round++) {
            var first = get(ebb);
            var second = get(ebb);
            assertThat(first.join().statusCode()).isEqualTo(200);
            assertThat(second.join().statusCode()).isEqualTo(200);
            awaitSo(ebb, FromNoneTest::hasNone);
        }
        assertNothingWasLost(ebb, 4);
        assertThat(Cli.on(folder.resolve("state"), "explain", "hello").out())
                .contains("no request for 1 s")
                .contains("for an instance");
    }

    @Test
    void aRequestAtEachStepOfTheRemovalIsAnswered() {
        Wiring ebb = start(hello(), "");
        var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        answers.add(get(ebb));
        answers.getFirst().join();
        for (Lifecycle at :
                List.of(
                        Lifecycle.PARKING,
                        Lifecycle.PARKED,
                        Lifecycle.DRAINING,
                        Lifecycle.STOPPING)) {
            // Some of these last no longer than a tick: whatever comes first is as good.
            awaitSo(ebb, any(at).or(FromNoneTest::hasNone));
            for (int i = 0; i < 5; i++) {
                answers.add(get(ebb));
            }
            answers.forEach(CompletableFuture::join);
            awaitSo(ebb, any(Lifecycle.SERVING));
        }
        assertThat(answers).extracting(a -> a.join().statusCode()).containsOnly(200);
        assertNothingWasLost(ebb, answers.size());
    }

    private static void assertNothingWasLost(Wiring ebb, int requests) {
        var traffic = ebb.view().traffic().get("hello");
        assertThat(traffic).isNotNull();
        assertThat(traffic.requests()).isEqualTo(requests);
        assertThat(traffic.failedTotal()).isZero();
        assertThat(service(ebb).ledger()).isEqualTo(Ledger.CLEAN);
    }

    @Test
    void aStartThatTakesTooLongIsARefusalThatSaysWhenToComeAgain() {
        Wiring ebb = start("[sleep, '600']", ", queue: {start-timeout: 300ms}");
        HttpResponse<String> answer = get(ebb).join();
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("x-ebb-reason")).hasValue("starting");
        assertThat(answer.headers().firstValueAsLong("retry-after").orElse(0)).isPositive();
        awaitSo(ebb, s -> s.instances().size() == 1);
    }
}
