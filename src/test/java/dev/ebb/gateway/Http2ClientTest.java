package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.gateway.http2.Http2Settings;
import dev.ebb.gateway.tls.TlsServerSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of HTTP/2, instances of HTTP/1.1. */
@Timeout(60)
// Where a line ends is what these texts are about.
@SuppressWarnings({"LoopOverCharArray", "StringConcatToTextBlock"})
class Http2ClientTest {
    private static final String GRPC = "application/grpc+proto";

    private static byte[] random(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    void aRequestIsTranslatedBothWays() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) ->
                                exchange.send(
                                        "HTTP/1.1 200 Fine\r\nContent-Length: 5\r\nX-A: b\r\n"
                                                + "Connection: X-Hop\r\nX-Hop: 1\r\n"
                                                + "Keep-Alive: timeout=5\r\n\r\nhello"));
                var gateway = new TestGateway().with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var answer =
                    client.get(
                            "/a?b=c",
                            "x-one",
                            "1",
                            "cookie",
                            "a=b",
                            "cookie",
                            "c=d",
                            "te",
                            "trailers");
            assertThat(answer.status()).isEqualTo("200");
            assertThat(answer.text()).isEqualTo("hello");
            assertThat(answer.head)
                    .containsEntry("x-a", "b")
                    .containsEntry("content-length", "5")
                    .doesNotContainKeys("connection", "x-hop", "keep-alive");
            var head = instance.requests.getFirst();
            assertThat(head).startsWith("GET /a?b=c HTTP/1.1\r\nhost: shop\r\n");
            assertThat(head)
                    .contains("x-one: 1\r\n", "cookie: a=b; c=d\r\n", "X-Forwarded-For: 127.0.0.1")
                    .doesNotContain("te: ", "content-length", "chunked");
            assertThat(client.get("/2").text()).isEqualTo("hello");
        }
    }

    @Test
    void manyStreamsShareTheConnection() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) ->
                                exchange.ok(request.path() + " " + request.text()));
                var gateway = new TestGateway().with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            // The first answer brings the settings, after which all may be open at once.
            client.get("/");
            List<TestHttp2Client.Answer> answers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                answers.add(client.send("POST", "/" + i, false, "content-length", "2"));
            }
            for (var answer : answers) {
                client.body(answer, Bytes.ascii("ab"), true);
            }
            for (int i = 0; i < 50; i++) {
                assertThat(client.await(answers.get(i)).text()).isEqualTo("/" + i + " ab");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20_000, 3_000_000})
    void bodiesOfUnknownLengthPassBothWays(int size) throws IOException {
        byte[] body = random(size);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            byte[] got = request.body();
                            exchange.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                            for (int at = 0; at < got.length; at += 50_000) {
                                int part = Math.min(50_000, got.length - at);
                                exchange.send(Integer.toHexString(part) + "\r\n");
                                exchange.out().write(got, at, part);
                                exchange.send("\r\n");
                            }
                            exchange.send("0\r\nX-Sum: " + got.length + "\r\n\r\n");
                        });
                var gateway = new TestGateway().with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var answer = client.send("POST", "/", false);
            client.body(answer, body, true);
            client.await(answer);
            assertThat(answer.body.toByteArray()).isEqualTo(body);
            assertThat(answer.trailers).containsEntry("x-sum", "" + size);
            assertThat(instance.requests.getFirst()).contains("Transfer-Encoding: chunked\r\n");
        }
    }

    @Test
    void whoDoesNotReadHoldsNobodyUpAndNoMemory() throws IOException {
        byte[] body = random(4_000_000);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            if (request.path().equals("/small")) {
                                exchange.ok("small");
                                return;
                            }
                            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n");
                            exchange.out().write(body);
                        });
                var gateway = new TestGateway().with(instance);
                var client =
                        new TestHttp2Client(
                                gateway.gateway,
                                Http2Settings.DEFAULT.withWindows(50_000, 1 << 20))) {
            client.consumes = false;
            var large = client.send("GET", "/large", true);
            client.readUntil(() -> large.body.size() == 50_000);
            assertThat(client.get("/small").text()).isEqualTo("small");
            assertThat(large.body.size()).isEqualTo(50_000);
            client.consumes = true;
            client.consume(large, 50_000);
            client.await(large);
            assertThat(large.body.toByteArray()).isEqualTo(body);
        }
    }

    /** It says so as it reads, and what it says after a close would reset the connection. */
    @Test
    void whoLeavesReadsItsLastAnswerToTheEnd() throws IOException {
        byte[] body = random(8_000_000);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 8000000\r\n\r\n");
                            exchange.out().write(body);
                        });
                var gateway = new TestGateway().with(instance);
                var socket = new Socket()) {
            // What is not read stays with the gateway's kernel.
            socket.setReceiveBufferSize(16 * 1024);
            socket.connect(gateway.gateway.addresses().getFirst());
            var settings = Http2Settings.DEFAULT.withWindows(1 << 20, 1 << 20);
            var client = new TestHttp2Client(socket, settings);
            var answer = client.send("GET", "/", true);
            client.leave();
            client.await(answer);
            assertThat(answer.body.toByteArray()).isEqualTo(body);
            client.readUntil(() -> client.closed);
        }
    }

    @Test
    void interimAnswersAndHeadsWithoutBodiesPass() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            if (request.line().startsWith("HEAD")) {
                                exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n");
                            } else {
                                exchange.send(
                                        "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"
                                                + "HTTP/1.1 304 Not Modified\r\nEtag: x\r\n\r\n");
                            }
                        });
                var gateway = new TestGateway().with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var head = client.await(client.send("HEAD", "/", true));
            assertThat(head.head).containsEntry("content-length", "99");
            assertThat(head.aborted).isEmpty();
            var get = client.get("/");
            assertThat(get.interims).hasSize(1);
            assertThat(get.interims.getFirst()).containsEntry("link", "<a>");
            assertThat(get.status()).isEqualTo("304");
        }
    }

    @Test
    void anAnswerThatBreaksOffIsResetAndNeverEnded() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal");
                            exchange.socket().close();
                        });
                var gateway = new TestGateway().with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var answer = client.get("/");
            assertThat(answer.aborted).isEqualTo("INTERNAL_ERROR PEER");
            assertThat(answer.ended).isFalse();
            instance.behave((request, exchange) -> exchange.ok("well again"));
            assertThat(client.get("/").text()).isEqualTo("well again");
        }
    }

    @Test
    void aResetByTheClientLetsGoOfTheInstance() throws IOException {
        var never = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            if (request.path().equals("/never")) {
                                RetryTest.awaitQuietly(never);
                            }
                            exchange.ok("here");
                        });
                var gateway = new TestGateway().with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var slow = client.send("GET", "/never", true);
            await().until(() -> gateway.inFlight(1) == 1);
            client.reset(slow);
            await().until(() -> gateway.inFlight(1) == 0);
            assertThat(client.get("/").text()).isEqualTo("here");
            never.countDown();
        }
    }

    @Test
    void theGatewayAnswersItself() throws IOException {
        try (var gateway = new TestGateway();
                var client = new TestHttp2Client(gateway.gateway)) {
            gateway.publish(List.of());
            var answer = client.get("/");
            assertThat(answer.status()).isEqualTo("503");
            assertThat(answer.head).containsEntry("x-ebb-reason", "no_instance");
            assertThat(answer.head).containsKey("retry-after");
            assertThat(answer.text()).startsWith("503 no_instance: ");
            // Without a scheme and a path, as it has to be.
            var tunnel = client.await(client.send("CONNECT", "", false));
            assertThat(tunnel.status()).isEqualTo("405");
            assertThat(tunnel.head).containsKey("allow");
            // And what is over a limit.
            var large = client.get("/", "a", "x".repeat(40_000));
            assertThat(large.status()).isEqualTo("431");
            assertThat(client.get("/").status()).isEqualTo("503");
        }
    }

    @Test
    void gRpcIsAnsweredInItsOwnTerms() throws IOException {
        var never = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            if (request.path().equals("/slow")) {
                                RetryTest.awaitQuietly(never);
                            }
                            request.body();
                            exchange.socket().close();
                        });
                var gateway = new TestGateway().with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var gone = client.send("POST", "/", false, "content-type", GRPC);
            client.body(gone, random(100), true);
            client.await(gone);
            assertThat(gone.status()).isEqualTo("200");
            assertThat(gone.head)
                    .containsEntry("grpc-status", "14")
                    .containsEntry("grpc-message", "upstream_closed")
                    .containsEntry("content-type", "application/grpc");
            var late =
                    client.send(
                            "POST", "/slow", true, "content-type", GRPC, "grpc-timeout", "300m");
            client.await(late);
            assertThat(late.head).containsEntry("grpc-status", "4");
            assertThat(late.status()).isEqualTo("200");
            never.countDown();
        }
    }

    @Test
    void whatTheInstanceDoesNotTakeWaitsWithTheClient() throws IOException {
        byte[] body = random(2_000_000);
        var go = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            RetryTest.awaitQuietly(go);
                            exchange.ok("" + request.body().length);
                        });
                var gateway = new TestGateway().with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var answer = client.send("POST", "/", false, "content-length", "2000000");
            client.body(answer, body, true);
            // The instance reads nothing, so the client's window runs out before the body does.
            client.readUntil(() -> answer.stream.queuedBytes() < 2_000_000);
            assertThat(answer.stream.queuedBytes()).isPositive();
            go.countDown();
            assertThat(client.await(answer).text()).isEqualTo("2000000");
        }
    }

    @Test
    void aClosingGatewayLetsGoInTwoSteps() throws Exception {
        var go = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            RetryTest.awaitQuietly(go);
                            exchange.ok("done");
                        });
                var gateway = new TestGateway().with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var slow = client.send("GET", "/", true);
            await().until(() -> gateway.inFlight(1) == 1);
            var closing =
                    CompletableFuture.supplyAsync(
                            () -> gateway.gateway.close(Duration.ofSeconds(10)));
            client.readUntil(() -> client.goesAway);
            assertThat(slow.over()).isFalse();
            go.countDown();
            assertThat(client.await(slow).text()).isEqualTo("done");
            client.readUntil(() -> client.closed);
            assertThat(closing.get()).isZero();
        }
    }

    @Test
    void overTlsItIsAgreedOn(@TempDir Path folder) throws Exception {
        var files = new TlsFiles(folder);
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var tls = TlsServerSettings.of(any, files.write("a", files.server("localhost")));
        try (var instance =
                        new TestInstance((request, exchange) ->
                                exchange.ok(request.text() + request.field("x-forwarded-proto")));
                var gateway =
                        new TestGateway(GatewaySettings.DEFAULT.withTls(tls), TestGateway.PLAIN)
                                .with(instance);
                var client =
                        HttpClient.newBuilder()
                                .sslContext(files.context())
                                .version(HttpClient.Version.HTTP_2)
                                .build()) {
            int port = gateway.gateway.tlsAddress().orElseThrow().getPort();
            var address = URI.create("https://localhost:" + port + "/");
            var request =
                    HttpRequest.newBuilder(address)
                            .POST(HttpRequest.BodyPublishers.ofString("a body, "))
                            .build();
            var answer =
                    client.send(
                            request,
                            HttpResponse.BodyHandlers.ofString(StandardCharsets.ISO_8859_1));
            assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answer.body()).isEqualTo("a body, https");
        }
    }

    @Test
    void theFirstBytesMayComeOneByOne() throws IOException {
        try (var instance = TestInstance.answering("hello");
                var gateway = new TestGateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
            for (char c : preface.toCharArray()) {
                client.send("" + c);
                client.socket.getOutputStream().flush();
            }
            client.send("\0\0\0\4\0\0\0\0\0");
            byte[] settings = client.socket.getInputStream().readNBytes(9);
            assertThat(settings[3]).isEqualTo((byte) 4);
        }
    }
}
