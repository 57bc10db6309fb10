package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are slow, idle, or gone. */
class TimeoutTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    private static TestGateway gateway(TestInstance instance) {
        return new TestGateway(
                        GatewaySettings.DEFAULT.withLoops(1).withTimeouts(TestTimeouts.of(SHORT)),
                        TestGateway.PLAIN)
                .with(instance);
    }

    @Test
    void aHeadMustArriveInTimeHoweverBusilyItComes() throws IOException {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n");
            var dripping =
                    Thread.ofVirtual()
                            .start(() ->
                                    await().pollInterval(Duration.ofMillis(100))
                                            .until(() -> !drip(client)));
            var answer = client.read();
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.field("x-ebb-reason")).isEqualTo("request_timeout");
            dripping.interrupt();
            assertThat(instance.requests).isEmpty();
        }
    }

    private static boolean drip(TestClient client) {
        try {
            client.send("X: y\r\n");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void anIdleClientIsLetGo() throws IOException {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(instance);
                var silent = new TestClient(gateway.gateway);
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(TestClient.get("/")).status()).isEqualTo(200);
            assertThat(client.ended()).isTrue();
            assertThat(silent.ended()).isTrue();
        }
    }

    @Test
    void aBodyMustNotPauseForLong() throws IOException {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
            assertThat(client.read().status()).isEqualTo(408);
            assertThat(client.ended()).isTrue();
            await().until(() -> inFlight(gateway) == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1000", "Transfer-Encoding: chunked"})
    void aBodyMustNotDripWithoutEnd(String framing) throws Exception {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n\r\n");
            var part = framing.startsWith("C") ? "x" : "1\r\nx\r\n";
            // Never quiet for as long as the timeout: it is the rate that ends it.
            var ended =
                    await().pollInterval(Duration.ofMillis(100))
                            .until(
                                    () -> {
                                        client.send(part);
                                        return client.in().available() > 0;
                                    },
                                    answered -> answered);
            assertThat(ended).isTrue();
            assertThat(client.read().status()).isEqualTo(408);
            await().until(() -> inFlight(gateway) == 0);
        }
    }

    private static int inFlight(TestGateway gateway) {
        return gateway.endpoint(1).traffic().inFlight();
    }

    @Test
    void aClientThatDoesNotReadIsLetGo() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
                            var part = new byte[1 << 20];
                            for (int i = 0; i < 100; i++) {
                                exchange.out().write(part);
                            }
                        });
                var gateway = gateway(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/"));
            await().until(() -> inFlight(gateway) == 1);
            await().until(() -> inFlight(gateway) == 0);
            var endpoint = gateway.endpoint(1);
            assertThat(endpoint.traffic().failuresTotal()).isZero();
            assertThat(gateway.traffic().truncated()).isEqualTo(1);
        }
    }

    @Test
    void aClientThatVanishesTakesItsRequestAlong() throws Exception {
        var arrived = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            arrived.countDown();
                            try {
                                request.in().read();
                            } finally {
                                ended.countDown();
                            }
                        });
                var gateway = gateway(instance)) {
            var client = new TestClient(gateway.gateway);
            client.send(TestClient.get("/"));
            arrived.await();
            client.close();
            ended.await();
            await().until(() -> gateway.traffic().cancelled() == 1 && inFlight(gateway) == 0);
            // Nothing of it is left for the next one.
            instance.behave((request, exchange) -> exchange.ok("next"));
            try (var next = new TestClient(gateway.gateway)) {
                assertThat(next.ask(TestClient.get("/")).text()).isEqualTo("next");
            }
        }
    }

    @Test
    void aClientThatVanishesMidBodyTakesItsRequestAlong() throws Exception {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(instance)) {
            var client = new TestClient(gateway.gateway);
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nsome");
            await().until(() -> inFlight(gateway) == 1);
            client.socket.setSoLinger(true, 0);
            client.close();
            await().until(() -> inFlight(gateway) == 0);
            assertThat(gateway.traffic().cancelled()).isEqualTo(1);
        }
    }

    @Test
    void tooManyConnectionsAreToldSo() throws IOException {
        var limits = new Limits(32_768, 100, 8192, 0, 0, 65_536, 131_072, 2, 1024, 1024, 256);
        try (var instance = TestInstance.answering("hello");
                var gateway =
                        new TestGateway(
                                        GatewaySettings.DEFAULT.withLimits(limits),
                                        TestGateway.PLAIN)
                                .with(instance);
                var one = new TestClient(gateway.gateway);
                var two = new TestClient(gateway.gateway)) {
            assertThat(one.ask(TestClient.get("/")).status()).isEqualTo(200);
            assertThat(two.ask(TestClient.get("/")).status()).isEqualTo(200);
            try (var three = new TestClient(gateway.gateway)) {
                assertThat(three.read().field("x-ebb-reason")).isEqualTo("too_many_connections");
            } catch (SocketException e) {
                // A reset may overtake the answer; either tells the client.
            }
            one.socket.close();
            await().ignoreExceptions()
                    .until(() -> {
                        try (var four = new TestClient(gateway.gateway)) {
                            return four.ask(TestClient.get("/")).status() == 200;
                        }
                    });
        }
    }

    @Test
    void requestsWaitForAConnectionButNotWithoutEnd() throws Exception {
        var limits = new Limits(32_768, 100, 8192, 0, 0, 65_536, 131_072, 100, 1, 1, 1);
        var go = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            RetryTest.awaitQuietly(go);
                            exchange.ok(request.path());
                        });
                var gateway =
                        new TestGateway(
                                        GatewaySettings.DEFAULT.withLoops(1).withLimits(limits),
                                        TestGateway.PLAIN)
                                .with(instance);
                var one = new TestClient(gateway.gateway);
                var two = new TestClient(gateway.gateway);
                var three = new TestClient(gateway.gateway)) {
            one.send(TestClient.get("/1"));
            await().until(() -> inFlight(gateway) == 1);
            two.send(TestClient.get("/2"));
            await().until(() -> inFlight(gateway) == 2);
            var answer = three.ask(TestClient.get("/3"));
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.field("x-ebb-reason")).isEqualTo("overloaded");
            go.countDown();
            assertThat(one.read().text()).isEqualTo("/1");
            assertThat(two.read().text()).isEqualTo("/2");
            assertThat(instance.connections).hasValue(1);
        }
    }
}
