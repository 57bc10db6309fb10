package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Plain HTTP/1.1, on both transports, with an instance that behaves. */
// Heads are shown as they are, CR LF included.
@SuppressWarnings("StringConcatToTextBlock")
class ProxyingTest {

    static Stream<Transport> transports() {
        return Stream.of(Transport.EPOLL, Transport.NIO, Transport.IO_URING)
                .filter(Transport::available);
    }

    private static TestGateway gateway(Transport transport) {
        return new TestGateway(
                GatewaySettings.DEFAULT.withTransport(transport).withLoops(1), TestGateway.PLAIN);
    }

    @ParameterizedTest
    @MethodSource("transports")
    void keepsConnectionsOnBothSides(Transport transport) throws IOException {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(transport).with(instance);
                var client = new TestClient(gateway.gateway)) {
            for (int i = 0; i < 50; i++) {
                var answer = client.ask(TestClient.get("/" + i));
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.text()).isEqualTo("hello");
                assertThat(answer.field("connection")).isEmpty();
            }
            assertThat(client.ask(TestClient.post("/p", "body")).text()).isEqualTo("hello");
            assertThat(instance.connections).hasValue(1);
            assertThat(instance.requests).hasSize(51);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void answersPipelinedRequestsInOrder(Transport transport) throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            request.body();
                            exchange.ok(request.path());
                        });
                var gateway = gateway(transport).with(instance);
                var client = new TestClient(gateway.gateway)) {
            var requests = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                requests.append(
                        i % 3 == 0
                                ? TestClient.post("/" + i, "x".repeat(i))
                                : TestClient.get("/" + i));
            }
            client.send(requests.toString());
            for (int i = 0; i < 200; i++) {
                assertThat(client.read().text()).isEqualTo("/" + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void passesChunksAndTrailers(Transport transport) throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            var body = request.text();
                            exchange.send(
                                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                                            + "Trailer: x-sum\r\n\r\n");
                            for (int i = 0; i < body.length(); i++) {
                                exchange.send("1;a=\"b\"\r\n" + body.charAt(i) + "\r\n");
                            }
                            exchange.send("0\r\nx-sum: 42\r\n\r\n");
                        });
                var gateway = gateway(transport).with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("3\r\nabc\r\n").send("00a\r\n0123456789\r\n0\r\nx-t: 1\r\n\r\n");
            // The extension in the chunks is passed on, so the body is read by hand.
            var head = client.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.field("transfer-encoding")).isEqualTo("chunked");
            assertThat(head.field("trailer")).isEqualTo("x-sum");
            var expected = new StringBuilder();
            for (char c : "abc0123456789".toCharArray()) {
                expected.append("1;a=\"b\"\r\n").append(c).append("\r\n");
            }
            expected.append("0\r\nx-sum: 42\r\n\r\n");
            assertThat(client.text(expected.length())).isEqualTo(expected.toString());
            assertThat(instance.requests.getFirst()).contains("Transfer-Encoding: chunked");
        }
    }

    @Test
    void theForwardingFieldsTellWhoAsked() throws IOException {
        try (var instance = TestInstance.answering("hello");
                var gateway = new TestGateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.ask(
                    "GET /a?b=c HTTP/1.1\r\nHost: Example.com:81\r\nX-Forwarded-For: 6.6.6.6\r\n"
                            + "Forwarded: for=6.6.6.6\r\nConnection: close, X-Hop\r\n"
                            + "X-Hop: 1\r\nKeep-Alive: 3\r\nTE: trailers\r\nX-End: 2\r\n\r\n");
            int port = gateway.gateway.addresses().getFirst().getPort();
            assertThat(instance.requests.getFirst().split("\r\n"))
                    .containsExactly(
                            "GET /a?b=c HTTP/1.1",
                            "Host: Example.com:81",
                            "X-End: 2",
                            "X-Forwarded-For: 127.0.0.1",
                            "X-Forwarded-Proto: http",
                            "X-Forwarded-Port: " + port,
                            "X-Forwarded-Host: Example.com:81",
                            "Forwarded: for=127.0.0.1;proto=http;host=\"Example.com:81\"");
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void anAnswerWithoutBodyHasNone() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            switch (request.path()) {
                                case "/204" ->
                                        exchange.send(
                                                "HTTP/1.1 204 No Content\r\n"
                                                        + "Content-Length: 0\r\n\r\n");
                                case "/304" ->
                                        exchange.send(
                                                "HTTP/1.1 304 Not Modified\r\n"
                                                        + "Content-Length: 7\r\n\r\n");
                                default ->
                                        exchange.send(
                                                "HTTP/1.1 200\r\n" + "Content-Length: 7\r\n\r\n");
                            }
                        });
                var gateway = new TestGateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readHead().field("content-length")).isEqualTo("7");
            assertThat(client.ask(TestClient.get("/204")).field("content-length")).isEmpty();
            assertThat(client.ask(TestClient.get("/304")).field("content-length")).isEqualTo("7");
            client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(200);
            assertThat(instance.connections).hasValue(1);
        }
    }

    @Test
    void anOldClientGetsWhatItUnderstands() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            if (request.path().equals("/chunked")) {
                                exchange.send(
                                        "HTTP/1.1 200 OK\r\n"
                                                + "Transfer-Encoding: chunked\r\n\r\n");
                                exchange.send("3\r\nabc\r\n");
                                exchange.send("2\r\nde\r\n0\r\n\r\n");
                            } else {
                                exchange.ok("fixed");
                            }
                        });
                var gateway = new TestGateway().with(instance)) {
            try (var client = new TestClient(gateway.gateway)) {
                var answer = client.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
                assertThat(answer.text()).isEqualTo("fixed");
                assertThat(answer.field("connection")).isEqualTo("keep-alive");
                answer = client.ask("GET /chunked HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
                assertThat(answer.text()).isEqualTo("abcde");
                assertThat(answer.field("connection")).isEqualTo("close");
                assertThat(answer.field("transfer-encoding")).isEmpty();
            }
            try (var client = new TestClient(gateway.gateway)) {
                assertThat(client.ask("GET / HTTP/1.0\r\n\r\n").text()).isEqualTo("fixed");
                assertThat(client.ended()).isTrue();
            }
        }
    }

    @Test
    void expectationsAreTheInstancesToAnswer() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            if (request.path().equals("/no")) {
                                exchange.send(
                                        "HTTP/1.1 413 No\r\nContent-Length: 0\r\n"
                                                + "Connection: close\r\n\r\n");
                                throw new IOException("does not want it");
                            }
                            exchange.send("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n");
                            exchange.send("HTTP/1.1 100 Continue\r\n\r\n");
                            exchange.ok(request.text());
                        });
                var gateway = new TestGateway().with(instance)) {
            var head =
                    "POST %s HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                            + "Content-Length: 4\r\n\r\n";
            try (var client = new TestClient(gateway.gateway)) {
                assertThat(client.ask(head.formatted("/yes")).status()).isEqualTo(103);
                assertThat(client.read().status()).isEqualTo(100);
                assertThat(client.ask("body").text()).isEqualTo("body");
                assertThat(client.ask(TestClient.post("/unasked", "x")).status()).isEqualTo(103);
                assertThat(client.read().text()).isEqualTo("x");
            }
            try (var client = new TestClient(gateway.gateway)) {
                var answer = client.ask(head.formatted("/no"));
                assertThat(answer.status()).isEqualTo(413);
                assertThat(answer.field("connection")).isEqualTo("close");
                assertThat(client.ended()).isTrue();
            }
        }
    }
}
