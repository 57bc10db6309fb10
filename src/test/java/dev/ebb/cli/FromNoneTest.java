package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.EndpointSink.Ledger;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Lifecycle;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    private Optional<LiveEbb> running = Optional.empty();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        running.ifPresent(LiveEbb::close);
        client.close();
    }

    private LiveEbb start(String run, String more) {
        String yaml =
                """
                listen: 127.0.0.1:0
                tick: 100ms
                services:
                  hello:
                    run: %s
                    instances: 0..2
                    balance: {slow-start: 0%s}
                    ready: {http: /, interval: 200ms, timeout: 200ms, fall: 50}
                    policy:
                      out: {window: 500ms}
                      in: {window: 500ms, stabilization: 500ms, idle: 1s, host-busy: 100%%}
                      trial: {shortest: 500ms, longest: 2s}
                """
                        .formatted(run, more);
        LiveEbb live = LiveEbb.start(folder, yaml);
        running = Optional.of(live);
        return live;
    }

    private static String hello() {
        return LiveEbb.hello("24000-24999");
    }

    private static boolean hasNone(ServiceStatus service) {
        return service.instances().isEmpty();
    }

    private static Predicate<ServiceStatus> any(Lifecycle lifecycle) {
        return s -> s.instances().stream().anyMatch(i -> i.lifecycle() == lifecycle);
    }

    private CompletableFuture<HttpResponse<String>> get(LiveEbb ebb) {
        return client.sendAsync(
                HttpRequest.newBuilder(ebb.uri("/")).timeout(SOON).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void goesToNoneAnswersAndGoesThereAgain() {
        LiveEbb ebb = start(hello(), "");
        assertThat(hasNone(ebb.service())).isTrue();
        for (int round = 1; round <= 2; round++) {
            var first = get(ebb);
            var second = get(ebb);
            assertThat(first.join().statusCode()).isEqualTo(200);
            assertThat(second.join().statusCode()).isEqualTo(200);
            ebb.until(FromNoneTest::hasNone);
        }
        assertNothingWasLost(ebb, 4);
        assertThat(ebb.explained()).contains("no request for 1 s").contains("for an instance");
    }

    @Test
    void aRequestAtEachStepOfTheRemovalIsAnswered() {
        LiveEbb ebb = start(hello(), "");
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
            ebb.until(any(at).or(FromNoneTest::hasNone));
            for (int i = 0; i < 5; i++) {
                answers.add(get(ebb));
            }
            answers.forEach(CompletableFuture::join);
            ebb.until(any(Lifecycle.SERVING));
        }
        assertThat(answers).extracting(a -> a.join().statusCode()).containsOnly(200);
        assertNothingWasLost(ebb, answers.size());
    }

    private static void assertNothingWasLost(LiveEbb ebb, int requests) {
        var traffic = ebb.wiring().view().traffic().get("hello");
        assertThat(traffic).isNotNull();
        assertThat(traffic.requests()).isEqualTo(requests);
        assertThat(traffic.failedTotal()).isZero();
        assertThat(ebb.service().ledger()).isEqualTo(Ledger.CLEAN);
    }

    @Test
    void aStartThatTakesTooLongIsARefusalThatSaysWhenToComeAgain() {
        LiveEbb ebb =
                start(
                        "{command: [sleep, '600'], ports: 24000-24999}",
                        ", queue: {start-timeout: 300ms}");
        HttpResponse<String> answer = get(ebb).join();
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("x-ebb-reason")).hasValue("starting");
        assertThat(answer.headers().firstValueAsLong("retry-after").orElse(0)).isPositive();
        ebb.until(s -> s.instances().size() == 1);
    }
}
