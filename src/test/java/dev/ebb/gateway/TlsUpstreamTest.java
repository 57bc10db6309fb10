package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.core.Health;
import dev.ebb.gateway.tls.TlsClientSettings;
import dev.ebb.pki.Issuer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Instances that are spoken to by TLS. */
@Timeout(60)
class TlsUpstreamTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir Path folder;
    private TlsFiles files;

    @BeforeEach
    void makeFiles() {
        files = new TlsFiles(folder);
    }

    private TlsClientSettings trusting() throws IOException {
        return new TlsClientSettings(
                Optional.of(files.trust("ca", files.authority)),
                Optional.empty(),
                Optional.empty(),
                true);
    }

    private static TestGateway gateway(TlsClientSettings tls) {
        return gateway(tls, TestGateway.SELDOM);
    }

    private static TestGateway gateway(TlsClientSettings tls, CheckPolicy check) {
        var policy = TestGateway.policy(RetryPolicy.DEFAULT, TestGateway.NO_EJECTION, check);
        var service = new GatewayService(TestGateway.HELLO, List.of(Route.ALL), policy);
        // Not the connect timeout, which a busy machine might exceed.
        var settings = GatewaySettings.DEFAULT.withTimeouts(TestTimeouts.of(SOON));
        return new TestGateway(settings, service.withTls(tls));
    }

    /** Sockets whose other end must show a certificate, if so wanted. */
    private static final class Sockets extends ServerSocketFactory {
        private final SSLServerSocketFactory tls;
        private final boolean mutual;

        Sockets(SSLServerSocketFactory tls, boolean mutual) {
            this.tls = tls;
            this.mutual = mutual;
        }

        @Override
        public ServerSocket createServerSocket() throws IOException {
            var socket = (SSLServerSocket) tls.createServerSocket();
            socket.setNeedClientAuth(mutual);
            return socket;
        }

        @Override
        public ServerSocket createServerSocket(int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog, InetAddress to) {
            throw new UnsupportedOperationException();
        }
    }

    private TestInstance instance(Issuer own, boolean mutual, TestInstance.Behavior behavior) {
        var factory = files.context(own).getServerSocketFactory();
        return new TestInstance(behavior, 0, new Sockets(factory, mutual));
    }

    private TestInstance instance(Issuer own) {
        return instance(own, false, (request, exchange) -> exchange.ok("hello"));
    }

    private static TestClient.Answer ask(TestGateway gateway) throws IOException {
        try (var client = new TestClient(gateway.gateway)) {
            return client.ask(TestClient.get("/"));
        }
    }

    @Test
    void requestsGoByTlsAndConnectionsAreUsedAgain() throws Exception {
        try (var instance = instance(files.server("127.0.0.1"));
                var gateway = gateway(trusting()).with(instance);
                var client = new TestClient(gateway.gateway)) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("hello");
            }
            assertThat(instance.requests.getFirst()).contains("X-Forwarded-Proto: http\r\n");
            assertThat(gateway.gateway.stats().connections().upstreamOpened()).isEqualTo(1);
        }
    }

    @Test
    void theNameAskedForCanBeGiven() throws Exception {
        var named =
                new TlsClientSettings(
                        trusting().authorities(),
                        Optional.empty(),
                        Optional.of("shop.internal"),
                        true);
        try (var instance = instance(files.server("shop.internal"));
                var gateway = gateway(named).with(instance)) {
            assertThat(ask(gateway).text()).isEqualTo("hello");
        }
    }

    @Test
    void aCertificateForAnotherNameIsNotAccepted() throws Exception {
        try (var instance = instance(files.server("other.test"));
                var gateway = gateway(trusting()).with(instance)) {
            refused(gateway, "bad_certificate");
        }
    }

    @Test
    void norIsOneThatNobodyTrustedSigned() throws Exception {
        Issuer stranger =
                TlsFiles.issue(
                        TlsFiles.authority("Test CA"),
                        Issuer.Use.SERVER,
                        TlsFiles.DAYS,
                        "127.0.0.1");
        try (var instance = instance(stranger);
                var gateway = gateway(trusting()).with(instance)) {
            refused(gateway, "bad_certificate");
        }
    }

    @Test
    void norOneThatHasExpired() throws Exception {
        Issuer old =
                TlsFiles.issue(
                        files.authority, Issuer.Use.SERVER, Duration.ofMinutes(-10), "127.0.0.1");
        try (var instance = instance(old);
                var gateway = gateway(trusting()).with(instance)) {
            refused(gateway, "bad_certificate");
        }
    }

    private static void refused(TestGateway gateway, String cause) throws IOException {
        TestClient.Answer answer = ask(gateway);
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.field("x-ebb-reason")).isIn("tls_failed", "retry_exhausted");
        var handshakes = gateway.gateway.stats().tls().orElseThrow().instances();
        assertThat(handshakes.failed().get(cause)).isPositive();
        assertThat(handshakes.done()).isZero();
        assertThat(gateway.inFlight(1)).isZero();
    }

    @Test
    void withoutVerificationAnythingGoes() throws Exception {
        var lax =
                new TlsClientSettings(Optional.empty(), Optional.empty(), Optional.empty(), false);
        var unknown =
                new Issuer.Wanted("any", List.of("any.test"), Issuer.Use.SERVER, TlsFiles.DAYS);
        try (var instance = instance(Issuer.selfSigned(unknown, Instant.now()));
                var gateway = gateway(lax).with(instance)) {
            assertThat(ask(gateway).text()).isEqualTo("hello");
        }
    }

    @Test
    void anInstanceThatWantsOurCertificateGetsIt() throws Exception {
        var own = files.write("ebb", files.client("ebb"));
        var mutual =
                new TlsClientSettings(
                        trusting().authorities(), Optional.of(own), Optional.empty(), true);
        try (var instance = instance(files.server("127.0.0.1"), true, (q, e) -> e.ok("hello"));
                var with = gateway(mutual).with(instance);
                var without = gateway(trusting()).with(instance)) {
            assertThat(ask(with).text()).isEqualTo("hello");
            assertThat(ask(without).status()).isEqualTo(502);
        }
    }

    @Test
    void checksGoByTlsToo() throws Exception {
        var often =
                new CheckPolicy(
                        Optional.of("/health"),
                        Duration.ofMillis(50),
                        Duration.ofSeconds(5),
                        0,
                        1,
                        1);
        try (var good = instance(files.server("127.0.0.1"));
                var bad = instance(files.server("other.test"));
                var gateway = gateway(trusting(), often).with(good, bad)) {
            await().untilAsserted(() -> {
                assertThat(gateway.endpoint(1).health()).isEqualTo(Health.HEALTHY);
                assertThat(gateway.endpoint(2).health()).isEqualTo(Health.EJECTED);
            });
            assertThat(good.requests).allMatch(head -> head.startsWith("GET /health"));
        }
    }

    @Test
    void anAnswerIsNotCompleteBecauseSomebodyCutTheConnection() throws Exception {
        var tls = files.context(files.server("127.0.0.1")).getSocketFactory();
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var gateway = gateway(trusting());
                var client = new TestClient(gateway.gateway)) {
            Thread.ofVirtual().start(() -> answerHalf(server, tls));
            gateway.publish(
                    List.of(
                            new Endpoint(
                                    TestGateway.id(1),
                                    "127.0.0.1",
                                    server.getLocalPort(),
                                    EndpointRole.ACTIVE,
                                    1,
                                    Endpoint.NO_RAMP)));
            client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(200);
            await().untilAsserted(() -> assertThat(gateway.traffic().truncated()).isEqualTo(1));
        }
    }

    /** The connection below TLS ends, and TLS itself does not. */
    private static void answerHalf(ServerSocket server, SSLSocketFactory factory) {
        while (true) {
            try (Socket below = server.accept()) {
                var socket = (SSLSocket) factory.createSocket(below, "", 1, false);
                socket.setUseClientMode(false);
                if (socket.getInputStream().read(new byte[4096]) > 0) {
                    byte[] half = "HTTP/1.0 200 OK\r\n\r\nthe first half".getBytes(US_ASCII);
                    socket.getOutputStream().write(half);
                    socket.getOutputStream().flush();
                }
            } catch (IOException e) {
                if (server.isClosed()) {
                    return;
                }
            }
        }
    }
}
