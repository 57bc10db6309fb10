package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Leaving HTTP for another protocol: who agrees, what passes, and how either side ends it. */
class UpgradeTest {
    private static final String ASK =
            String.join(
                    "\r\n",
                    "GET /chat HTTP/1.1",
                    "Host: test",
                    "Connection: keep-alive, Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Key: abc",
                    "",
                    "");
    private static final String AGREED =
            String.join(
                    "\r\n",
                    "HTTP/1.1 101 Switching Protocols",
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "",
                    "");

    /** Agrees, greets in the same breath, and echoes until the client has said "bye". */
    private static void echo(TestInstance.Request request, TestInstance.Exchange exchange)
            throws IOException {
        exchange.send(AGREED + "hi");
        InputStream in = request.in();
        while (true) {
            var word = new String(in.readNBytes(3), StandardCharsets.ISO_8859_1);
            if (word.length() < 3) {
                throw new IOException("the client has gone");
            }
            exchange.send(word);
            if (word.equals("bye")) {
                throw new IOException("done");
            }
        }
    }

    @Test
    void bytesPassBothWaysUntilTheInstanceCloses() throws IOException {
        try (var instance = new TestInstance(UpgradeTest::echo);
                var gateway = new TestGateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            var answer = client.send(ASK + "one").readHead();
            assertThat(answer.status()).isEqualTo(101);
            assertThat(answer.field("upgrade")).isEqualTo("websocket");
            assertThat(answer.field("connection")).isEqualTo("Upgrade");
            assertThat(client.text(5)).isEqualTo("hione");
            assertThat(client.send("two").text(3)).isEqualTo("two");
            assertThat(gateway.endpoint(1).traffic().streams()).isOne();
            assertThat(client.send("bye").text(3)).isEqualTo("bye");
            assertThat(client.ended()).isTrue();
            assertThat(instance.requests.getFirst())
                    .contains("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: abc")
                    .doesNotContain("keep-alive");
            await().until(() -> gateway.inFlight(1) == 0);
            assertThat(gateway.traffic().answers()).containsEntry("1xx", 1L);
            assertThat(gateway.traffic().truncated()).isZero();
        }
    }

    @Test
    void aClientThatClosesIsNoFailure() throws IOException {
        try (var instance = new TestInstance(UpgradeTest::echo);
                var gateway = new TestGateway().with(instance)) {
            try (var client = new TestClient(gateway.gateway)) {
                client.send(ASK).readHead();
                assertThat(client.text(2)).isEqualTo("hi");
            }
            await().until(() -> gateway.inFlight(1) == 0);
            assertThat(gateway.endpoint(1).traffic().streams()).isZero();
            assertThat(gateway.traffic().cancelled()).isZero();
        }
    }

    @Test
    void anInstanceMayDecline() throws IOException {
        try (var instance = TestInstance.answering("no");
                var gateway = new TestGateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(ASK).text()).isEqualTo("no");
            assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("no");
            assertThat(instance.requests.getLast()).doesNotContain("Upgrade");
        }
    }

    @Test
    void whoDidNotAskIsNotSwitched() throws IOException {
        try (var instance = new TestInstance((request, exchange) -> exchange.send(AGREED));
                var gateway = new TestGateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            var answer = client.ask(TestClient.get("/"));
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.field("x-ebb-reason")).isEqualTo("bad_response");
        }
    }

    @Test
    void aBodyKeepsItHttp() throws IOException {
        try (var instance = TestInstance.answering("plain");
                var gateway = new TestGateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            var request =
                    "POST / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: foo\r\n"
                            + "Content-Length: 2\r\n\r\nab";
            assertThat(client.ask(request).text()).isEqualTo("plain");
            assertThat(instance.requests.getFirst()).doesNotContain("Upgrade");
        }
    }
}
