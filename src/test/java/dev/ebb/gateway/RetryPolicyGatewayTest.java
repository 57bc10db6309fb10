package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.RetryPause;
import dev.ebb.balance.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Retries that the user has to ask for: statuses, methods, a time limit for each try. */
// Where a line ends is what these texts are about.
@SuppressWarnings("StringConcatToTextBlock")
class RetryPolicyGatewayTest {
    private static final RetryPolicy STATUSES =
            new RetryPolicy(true, 3, 1, 1000).withStatuses(502, 503);

    private static TestGateway gateway(RetryPolicy retry) {
        return new TestGateway(
                GatewaySettings.DEFAULT.withLoops(1),
                TestGateway.policy(retry, TestGateway.NO_EJECTION, TestGateway.SELDOM));
    }

    private static TestInstance answering(String status, String fields, String body) {
        return new TestInstance((request, exchange) -> {
            request.body();
            exchange.send(
                    "HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s"
                            .formatted(status, fields, body.length(), body));
        });
    }

    private static TestInstance unavailable() {
        return answering("503 Service Unavailable", "", "busy");
    }

    @Test
    void anAnswerIsPassedOnUnlessItsStatusIsListed() throws IOException {
        try (var bad = unavailable();
                var gateway = gateway(RetryPolicy.DEFAULT).with(bad);
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("busy");
            assertThat(bad.requests).hasSize(1);
        }
    }

    @Test
    void aListedStatusIsTriedElsewhereAndItsConnectionIsUsedAgain() throws IOException {
        try (var bad = unavailable();
                var well = TestInstance.answering("well");
                var gateway = gateway(STATUSES).with(bad, well);
                var client = new TestClient(gateway.gateway)) {
            while (bad.requests.size() < 20) {
                assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("well");
            }
            assertThat(bad.connections.get()).isEqualTo(1);
            var traffic = gateway.traffic();
            assertThat(traffic.resilience().retries().get("status")).isEqualTo(20);
            assertThat(traffic.retried()).isEqualTo(20);
            assertThat(traffic.answers().get("5xx")).as("none reached a client").isZero();
            assertThat(gateway.endpoint(1).traffic().failuresTotal()).isEqualTo(20);
            assertThat(gateway.inFlight(1)).isZero();
        }
    }

    @Test
    void anAnswerWithoutAnEndIsNotWaitedFor() throws IOException {
        try (var bad =
                        new TestInstance((request, exchange) -> {
                            exchange.send("HTTP/1.1 503 No\r\nContent-Length: 1000000\r\n\r\nsome");
                            request.in().read();
                        });
                var well = TestInstance.answering("well");
                var gateway = gateway(STATUSES).with(bad, well);
                var client = new TestClient(gateway.gateway)) {
            while (bad.requests.size() < 3) {
                assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("well");
            }
            assertThat(gateway.inFlight(1)).isZero();
        }
    }

    @Test
    void whenAllHaveFailedTheLastAnswerGoesToTheClient() throws IOException {
        try (var one = unavailable();
                var two = unavailable();
                var gateway = gateway(STATUSES).with(one, two);
                var client = new TestClient(gateway.gateway)) {
            var answer = client.ask(TestClient.get("/"));
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text()).isEqualTo("busy");
            assertThat(one.requests.size() + two.requests.size()).isEqualTo(3);
        }
    }

    @Test
    void aPostIsNotRepeatedForItsStatusUnlessTheUserAllowsIt() throws IOException {
        try (var bad = unavailable();
                var gateway = gateway(STATUSES).with(bad);
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(TestClient.post("/", "body")).status()).isEqualTo(503);
            assertThat(bad.requests).hasSize(1);
        }
        try (var bad = unavailable();
                var well = new TestInstance((request, exchange) -> exchange.ok(request.text()));
                var gateway = gateway(STATUSES.withMethods(Set.of("POST"))).with(bad, well);
                var client = new TestClient(gateway.gateway)) {
            while (bad.requests.size() < 3) {
                assertThat(client.ask(TestClient.post("/", "body")).text()).isEqualTo("body");
            }
        }
    }

    @Test
    void aRetryAfterIsHonouredUpToALimit() throws IOException {
        var asked = new AtomicInteger();
        try (var recovering =
                        new TestInstance((request, exchange) -> {
                            if (asked.incrementAndGet() == 1) {
                                exchange.send(
                                        "HTTP/1.1 503 No\r\nretry-after: 1\r\n"
                                                + "Content-Length: 0\r\n\r\n");
                            } else {
                                exchange.ok("well");
                            }
                        });
                var gateway = gateway(STATUSES).with(recovering);
                var client = new TestClient(gateway.gateway)) {
            long before = System.nanoTime();
            assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("well");
            assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(1_000_000_000L);
        }
        try (var patient = answering("503 No", "Retry-After: 60\r\n", "later");
                var gateway = gateway(STATUSES).with(patient);
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("later");
            assertThat(patient.requests).hasSize(1);
        }
    }

    @Test
    void aTryThatTakesTooLongIsGivenUpForAnother() throws IOException {
        var never = new CountDownLatch(1);
        try (var mute = new TestInstance((request, exchange) -> RetryTest.awaitQuietly(never));
                var well = TestInstance.answering("well");
                var gateway =
                        gateway(RetryPolicy.DEFAULT.withPerTry(Duration.ofSeconds(1)))
                                .with(mute, well);
                var client = new TestClient(gateway.gateway)) {
            while (mute.requests.isEmpty()) {
                assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("well");
            }
            assertThat(gateway.traffic().resilience().retries().get("timeout")).isPositive();
            assertThat(gateway.endpoint(1).traffic().failuresTotal()).isEqualTo(1);
        } finally {
            never.countDown();
        }
    }

    @Test
    void aPostThatTakesTooLongIsNotRepeated() throws IOException {
        var never = new CountDownLatch(1);
        try (var mute = new TestInstance((request, exchange) -> RetryTest.awaitQuietly(never));
                var gateway =
                        gateway(RetryPolicy.DEFAULT.withPerTry(Duration.ofMillis(100))).with(mute);
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(TestClient.post("/", "x")).status()).isEqualTo(504);
            assertThat(mute.requests).hasSize(1);
        } finally {
            never.countDown();
        }
    }

    @Test
    void furtherRetriesAtTheSameInstanceWait() throws IOException {
        var pause =
                new RetryPause(Duration.ofMillis(50), Duration.ofMillis(50), Duration.ofSeconds(1));
        try (var bad =
                        new TestInstance((request, exchange) -> {
                            throw new IOException("closes");
                        });
                var gateway =
                        gateway(new RetryPolicy(true, 10, 1, 100).withPause(pause)).with(bad);
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(TestClient.get("/")).status()).isEqualTo(502);
            assertThat(bad.requests).hasSize(10);
            assertThat(gateway.inFlight(1)).isZero();
        }
    }
}
