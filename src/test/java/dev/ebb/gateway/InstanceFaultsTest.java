package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.RetryPolicy;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client sees of instances that misbehave. Nothing is retried here. */
// Heads are shown as they are, CR LF included.
@SuppressWarnings("StringConcatToTextBlock")
class InstanceFaultsTest {

    private static TestGateway gateway(TestInstance instance) {
        return new TestGateway(
                        GatewaySettings.DEFAULT.withLoops(1),
                        TestGateway.policy(
                                RetryPolicy.OFF, TestGateway.NO_EJECTION, TestGateway.SELDOM))
                .with(instance);
    }

    static Stream<String> garbage() {
        return Stream.of(
                "SSH-2.0-OpenSSH_9.2\r\n\r\n",
                "HTTP/1.1 OK\r\n\r\n",
                "HTTP/1.1 99 No\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n",
                "HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
                "HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
                        + "\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "HTTP/1.1 200 OK\r\nX: a\u0000\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: " + "y".repeat(40_000) + "\r\n\r\n",
                "HTTP/1.1 102 Processing\r\n\r\n".repeat(100));
    }

    @ParameterizedTest
    @MethodSource("garbage")
    void garbageIsNotPassedOn(String garbage) throws IOException {
        try (var instance = new TestInstance((request, exchange) -> exchange.send(garbage));
                var gateway = gateway(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/"));
            var answer = client.read();
            while (answer.status() == 102) {
                answer = client.read();
            }
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.field("x-ebb-reason")).isEqualTo("bad_response");
            instance.behave((request, exchange) -> exchange.ok("well"));
            assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("well");
            assertThat(gateway.traffic().failed()).containsEntry("bad_response", 1L);
            assertThat(instance.connections).hasValue(2);
        }
    }

    @Test
    void ofTwoAnswersTheFirstCounts() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) ->
                                exchange.send(
                                        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"
                                                + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n"
                                                + "\r\nsecond"));
                var gateway = gateway(instance);
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(TestClient.get("/1")).text()).isEqualTo("1");
            instance.behave((request, exchange) -> exchange.ok("own"));
            assertThat(client.ask(TestClient.get("/2")).text()).isEqualTo("own");
            assertThat(instance.connections).hasValue(2);
            assertThat(gateway.traffic().unasked()).isEqualTo(1);
        }
    }

    @Test
    void whatAnIdleConnectionSaysIsNobodysAnswer() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.ok("first");
                            Thread.ofVirtual()
                                    .start(() -> {
                                        try {
                                            exchange.ok("poison");
                                        } catch (IOException e) {
                                            // The gateway was quicker.
                                        }
                                    });
                        });
                var gateway = gateway(instance);
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(TestClient.get("/1")).text()).isEqualTo("first");
            await().until(() -> gateway.traffic().unasked() == 1);
            instance.behave((request, exchange) -> exchange.ok("own"));
            assertThat(client.ask(TestClient.get("/2")).text()).isEqualTo("own");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\nContent-Le",
                "HTTP/1.1 100 Continue\r\n\r\n",
            })
    void aCloseBeforeTheHeadIsABadGateway(String sent) throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send(sent);
                            throw new IOException("closes");
                        });
                var gateway = gateway(instance);
                var client = new TestClient(gateway.gateway)) {
            var answer = client.ask(TestClient.post("/", "body"));
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.field("x-ebb-reason")).isEqualTo("upstream_closed");
            assertThat(answer.field("connection")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n0\r\n",
            })
    void aCutAnswerNeverLooksComplete(String sent) throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send(sent);
                            throw new IOException("closes");
                        });
                var gateway = gateway(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/"));
            assertThatThrownBy(client::read).isInstanceOf(EOFException.class);
            assertThat(gateway.traffic().truncated()).isEqualTo(1);
        }
    }

    @Test
    void aCutAnswerWithoutAnEndOfItsOwnIsReset() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            if (request.path().equals("/chunked")) {
                                exchange.send(
                                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"
                                                + "\r\n\r\n4\r\npart\r\n");
                                throw new IOException("closes");
                            }
                            exchange.send("HTTP/1.1 200 OK\r\n\r\npart");
                            exchange.socket().getInputStream().read();
                            exchange.reset();
                        });
                var gateway = gateway(instance)) {
            try (var client = new TestClient(gateway.gateway)) {
                client.send("GET /chunked HTTP/1.0\r\n\r\n");
                assertThatThrownBy(client::read).isInstanceOf(SocketException.class);
            }
            try (var client = new TestClient(gateway.gateway)) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
                assertThat(client.readHead().status()).isEqualTo(200);
                assertThat(client.text(4)).isEqualTo("part");
                client.send("b");
                assertThatThrownBy(client::ended).isInstanceOf(SocketException.class);
            }
            assertThat(gateway.traffic().truncated()).isEqualTo(2);
        }
    }

    @Test
    void anAnswerThatEndsWithTheConnectionPasses() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send("HTTP/1.1 200 OK\r\n\r\n");
                            exchange.send("all of it");
                            throw new IOException("closes");
                        });
                var gateway = gateway(instance);
                var client = new TestClient(gateway.gateway)) {
            var answer = client.ask(TestClient.get("/"));
            assertThat(answer.text()).isEqualTo("all of it");
            assertThat(answer.field("connection")).isEqualTo("close");
            assertThat(gateway.traffic().answers()).containsEntry("2xx", 1L);
        }
    }

    @Test
    void anEarlyAnswerReachesAClientThatIsStillSending() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send(
                                    "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n"
                                            + "Connection: close\r\n\r\nbig");
                            throw new IOException("closes without reading");
                        });
                var gateway = gateway(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n");
            client.send("x".repeat(100_000));
            var answer = client.read();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).isEqualTo("big");
        }
    }

    @Test
    void anInstanceThatNeverAnswersTimesOut() throws IOException {
        var timeouts = TestTimeouts.of(Duration.ofMillis(300));
        try (var instance = new TestInstance((request, exchange) -> request.in().read());
                var gateway =
                        new TestGateway(
                                        GatewaySettings.DEFAULT.withTimeouts(timeouts),
                                        TestGateway.PLAIN)
                                .with(instance);
                var client = new TestClient(gateway.gateway)) {
            var answer = client.ask(TestClient.get("/"));
            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.field("x-ebb-reason")).isEqualTo("response_timeout");
            assertThat(instance.requests).hasSize(1);
        }
    }
}
