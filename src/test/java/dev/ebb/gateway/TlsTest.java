package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ebb.gateway.tls.TlsServerSettings;
import dev.ebb.gateway.tls.TlsServerSettings.Minimum;
import dev.ebb.pki.Identity;
import dev.ebb.pki.IdentityFiles;
import dev.ebb.pki.Issuer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that come by TLS: handshakes, names, limits, and HTTP above it. */
@Timeout(60)
class TlsTest {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir Path folder;
    private TlsFiles files;

    @BeforeEach
    void makeFiles() {
        files = new TlsFiles(folder);
    }

    private TlsServerSettings settings(IdentityFiles... certificates) {
        return TlsServerSettings.of(ANY, certificates);
    }

    private static TestGateway gateway(TlsServerSettings tls) {
        return new TestGateway(GatewaySettings.DEFAULT.withTls(tls), TestGateway.PLAIN);
    }

    private static InetSocketAddress at(TestGateway gateway) {
        return gateway.gateway.tlsAddress().orElseThrow();
    }

    private static GatewayStats.Handshakes handshakes(TestGateway gateway) {
        return gateway.gateway.stats().tls().orElseThrow().clients();
    }

    private static void awaitFailure(TestGateway gateway, String cause) {
        await().untilAsserted(
                        () -> assertThat(handshakes(gateway).failed().get(cause)).isEqualTo(1L));
    }

    private TestClient client(TestGateway gateway, String name) throws IOException {
        return new TestClient(TlsFiles.connect(files.context(), at(gateway), name));
    }

    @Test
    void instancesLearnThatTheClientCameByTls() throws Exception {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(settings(files.write("a", files.server("localhost"))));
                var client = client(gateway.with(instance), "localhost")) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("hello");
            }
            var head = instance.requests.getFirst();
            assertThat(head)
                    .contains("X-Forwarded-Proto: https\r\n")
                    .contains("X-Forwarded-Port: " + at(gateway).getPort() + "\r\n")
                    .contains(";proto=https;");
            // The other listener goes on without.
            try (var plain = new TestClient(gateway.gateway)) {
                assertThat(plain.ask(TestClient.get("/")).text()).isEqualTo("hello");
            }
            assertThat(instance.requests.getLast()).contains("X-Forwarded-Proto: http\r\n");
            assertThat(handshakes(gateway).done()).isEqualTo(1);
        }
    }

    @Test
    void bigBodiesGoThroughUnchanged() throws Exception {
        byte[] sent = new byte[3_000_000];
        new SplittableRandom(7).nextBytes(sent);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            byte[] body = request.body();
                            var length = "Content-Length: " + body.length;
                            exchange.send("HTTP/1.1 200 OK\r\n" + length + "\r\n\r\n");
                            exchange.out().write(body);
                            exchange.out().flush();
                        });
                var gateway = gateway(settings(files.write("a", files.server("localhost"))));
                var http =
                        HttpClient.newBuilder()
                                .sslContext(files.context())
                                .version(HttpClient.Version.HTTP_1_1)
                                .build()) {
            gateway.with(instance);
            var uri = URI.create("https://localhost:" + at(gateway).getPort() + "/");
            var request =
                    HttpRequest.newBuilder(uri)
                            .POST(HttpRequest.BodyPublishers.ofByteArray(sent))
                            .build();
            assertThat(http.send(request, BodyHandlers.ofByteArray()).body()).isEqualTo(sent);
        }
    }

    @Test
    void theServerNamePicksTheCertificate() throws Exception {
        var tls =
                settings(
                        files.write("first", files.server("first.test", "127.0.0.1")),
                        files.write("wild", files.server("*.shop.test", "shop.test")),
                        files.write("exact", files.server("pay.shop.test")));
        try (var gateway = gateway(tls)) {
            assertThat(names(gateway, "first.test")).contains("first.test");
            assertThat(names(gateway, "pay.shop.test")).containsExactly("pay.shop.test");
            assertThat(names(gateway, "www.shop.test")).contains("*.shop.test");
            assertThat(names(gateway, "SHOP.test")).contains("*.shop.test");
            // No name at all gets the first one.
            assertThat(names(gateway, "127.0.0.1")).contains("first.test");
            // A wildcard is one label only, so this gets the first one, which is not for it.
            assertThatThrownBy(() -> names(gateway, "a.www.shop.test"))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("a.www.shop.test");
        }
    }

    private List<String> names(TestGateway gateway, String name) throws IOException {
        try (SSLSocket socket = TlsFiles.connect(files.context(), at(gateway), name)) {
            var shown = List.of(TlsFiles.shown(socket));
            return new Identity(shown, files.authority.identity().key()).names();
        }
    }

    @Test
    void whoComesBackIsSparedTheCostlyPart() throws Exception {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(settings(files.write("a", files.server("localhost"))))) {
            gateway.with(instance);
            var context = files.context();
            long first = createdAfterAnswer(context, gateway);
            await().untilAsserted(() ->
                    assertThat(createdAfterAnswer(context, gateway)).isEqualTo(first));
            assertThat(createdAfterAnswer(files.context(), gateway)).isNotEqualTo(first);
        }
    }

    /** Resumed sessions keep the time of the first one. A ticket comes with the first answer. */
    private long createdAfterAnswer(SSLContext context, TestGateway gateway) throws IOException {
        var socket = TlsFiles.connect(context, at(gateway), "localhost");
        try (var client = new TestClient(socket)) {
            assertThat(client.ask(TestClient.get("/")).status()).isEqualTo(200);
            return socket.getSession().getCreationTime();
        }
    }

    @Test
    void oldVersionsAreRefused() throws Exception {
        try (var gateway = gateway(settings(files.write("a", files.server("localhost"))));
                var client = new TestClient(at(gateway))) {
            // A ClientHello of TLS 1.1 with one cipher suite of its time and no extension.
            client.socket
                    .getOutputStream()
                    .write(
                            HexFormat.of()
                                    .parseHex(
                                            "160301002d01000029"
                                                    + "0302"
                                                    + "11".repeat(32)
                                                    + "00"
                                                    + "0002c013"
                                                    + "0100"));
            // An alert: fatal, protocol_version.
            byte[] alert = client.exactly(7);
            assertThat(alert[0]).isEqualTo((byte) 21);
            assertThat(alert[5]).isEqualTo((byte) 2);
            assertThat(alert[6]).isEqualTo((byte) 70);
            assertThat(client.ended()).isTrue();
            awaitFailure(gateway, "nothing_in_common");
        }
    }

    @Test
    void theMinimumCanBeRaised() throws Exception {
        var tls = settings(files.write("a", files.server("localhost")));
        try (var gateway = gateway(tls.withMinimum(Minimum.TLS_1_3))) {
            try (SSLSocket socket = TlsFiles.connect(files.context(), at(gateway), "localhost")) {
                assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
            }
            assertThatThrownBy(() -> onlyTls12(gateway)).isInstanceOf(SSLException.class);
            awaitFailure(gateway, "nothing_in_common");
        }
        try (var gateway = gateway(tls)) {
            assertThat(onlyTls12(gateway)).isEqualTo("TLSv1.2");
        }
    }

    private String onlyTls12(TestGateway gateway) throws Exception {
        var plain = TestClient.connected(at(gateway));
        var factory = files.context().getSocketFactory();
        try (var socket = (SSLSocket) factory.createSocket(plain, "localhost", 1, true)) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
            return socket.getSession().getProtocol();
        }
    }

    @Test
    void plainHttpIsToldToUseTls() throws Exception {
        try (var gateway = gateway(settings(files.write("a", files.server("localhost"))));
                var client = new TestClient(at(gateway))) {
            var answer = client.ask(TestClient.get("/"));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.field("x-ebb-reason")).isEqualTo("plain_http");
            assertThat(answer.text()).contains("use https");
            assertThat(client.ended()).isTrue();
            awaitFailure(gateway, "plain_http");
        }
    }

    @Test
    void whatIsNeitherIsClosed() throws Exception {
        try (var gateway = gateway(settings(files.write("a", files.server("localhost"))));
                var client = new TestClient(at(gateway))) {
            assertThat(client.send("\0\0\0\0").ended()).isTrue();
            awaitFailure(gateway, "not_tls");
        }
    }

    @Test
    void garbageAfterAGoodBeginningIsClosed() throws Exception {
        try (var gateway = gateway(settings(files.write("a", files.server("localhost"))));
                var client = new TestClient(at(gateway))) {
            client.send("\u0016\u0003\u0001\0\u0005hello garbage that goes on and on");
            client.in().readAllBytes();
            await().untilAsserted(() ->
                    assertThat(handshakes(gateway).failed().values())
                            .anySatisfy(n -> assertThat(n).isPositive()));
        }
    }

    @Test
    void aHandshakeHasLimitedTime() throws Exception {
        var tls = settings(files.write("a", files.server("localhost")));
        try (var gateway = gateway(tls.withHandshakes(Duration.ofMillis(200), 100));
                var silent = new TestClient(at(gateway));
                var begun = new TestClient(at(gateway))) {
            begun.send("\u0016\u0003\u0001");
            assertThat(silent.ended()).isTrue();
            begun.in().readAllBytes();
            await().untilAsserted(() ->
                    assertThat(handshakes(gateway).failed().get("timeout")).isEqualTo(2L));
        }
    }

    @Test
    void theOldestHandshakeMakesRoom() throws Exception {
        var tls = settings(files.write("a", files.server("localhost")));
        var settings =
                GatewaySettings.DEFAULT
                        .withTls(tls.withHandshakes(Duration.ofSeconds(30), 1))
                        .withLoops(1);
        try (var gateway = new TestGateway(settings, TestGateway.PLAIN);
                var oldest = new TestClient(at(gateway));
                var next = client(gateway, "localhost")) {
            assertThat(oldest.ended()).isTrue();
            assertThat(next.ask(TestClient.get("/")).status()).isEqualTo(503);
            awaitFailure(gateway, "crowded");
        }
    }

    @Test
    void anAnswerThatBreaksOffDoesNotLookComplete() throws Exception {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send("HTTP/1.0 200 OK\r\n\r\nthe first half");
                            exchange.reset();
                        });
                var gateway = gateway(settings(files.write("a", files.server("localhost"))));
                var client = client(gateway.with(instance), "localhost")) {
            client.send("GET / HTTP/1.0\r\nHost: test\r\n\r\n");
            assertThatThrownBy(() -> client.in().readAllBytes()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anAnswerThatEndsWithTheConnectionEndsWithCloseNotify() throws Exception {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send("HTTP/1.0 200 OK\r\n\r\nall of it");
                            exchange.socket().close();
                        });
                var gateway = gateway(settings(files.write("a", files.server("localhost"))));
                var client = client(gateway.with(instance), "localhost")) {
            client.send("GET / HTTP/1.0\r\nHost: test\r\n\r\n");
            // Java's client throws if the connection ends without it.
            assertThat(new String(client.in().readAllBytes(), StandardCharsets.US_ASCII))
                    .endsWith("all of it");
        }
    }

    @Test
    void aRefusalIsReadBeforeTheConnectionEnds() throws Exception {
        try (var gateway = gateway(settings(files.write("a", files.server("localhost"))));
                var client = client(gateway, "localhost")) {
            var answer = client.ask("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nmore and more");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void closingWaitsForNobodyWhoSaysNothing() throws Exception {
        var gateway = gateway(settings(files.write("a", files.server("localhost"))));
        try (var silent = new TestClient(at(gateway));
                var idle = client(gateway, "localhost")) {
            assertThat(gateway.gateway.close(Duration.ofSeconds(20))).isZero();
            assertThat(silent.ended()).isTrue();
            assertThat(idle.ended()).isTrue();
        }
    }

    @Test
    void badFilesKeepTheGatewayFromStarting() throws Exception {
        var good = files.write("a", files.server("localhost"));
        var other = files.write("b", files.server("localhost"));
        var mixed = new IdentityFiles(good.certificate(), other.key());
        assertThatThrownBy(() ->
                        Gateway.start(
                                GatewaySettings.DEFAULT.withListeners(ANY).withTls(settings(mixed)),
                                List.of()))
                .isInstanceOf(GatewayStartException.class)
                .hasMessageContaining("b-key.pem: the key does not belong to the certificate in");
    }

    @Test
    void tellsWhatIsInUse() throws Exception {
        Issuer issued = files.server("localhost");
        try (var gateway = gateway(settings(files.write("a", issued)))) {
            var one = gateway.gateway.stats().tls().orElseThrow().certificates().getFirst();
            assertThat(one.names()).containsExactly("localhost");
            assertThat(one.expires()).isEqualTo(issued.identity().expires());
            assertThat(Objects.requireNonNull(one.file().getFileName())).hasToString("a.pem");
        }
    }
}
