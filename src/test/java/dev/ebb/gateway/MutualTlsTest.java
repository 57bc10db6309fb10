package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ebb.gateway.tls.TlsServerSettings;
import dev.ebb.gateway.tls.TlsServerSettings.Verify;
import dev.ebb.pki.Issuer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that show a certificate, or should. */
@Timeout(60)
class MutualTlsTest {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir Path folder;
    private TlsFiles files;

    @BeforeEach
    void makeFiles() {
        files = new TlsFiles(folder);
    }

    private TestGateway gateway(Verify verify) throws IOException {
        var tls =
                TlsServerSettings.of(ANY, files.write("a", files.server("localhost")))
                        .withClients(verify, files.trust("clients", files.authority));
        return new TestGateway(GatewaySettings.DEFAULT.withTls(tls), TestGateway.PLAIN);
    }

    private TestClient client(TestGateway gateway, Issuer... own) throws IOException {
        var at = gateway.gateway.tlsAddress().orElseThrow();
        return new TestClient(TlsFiles.connect(files.context(own), at, "localhost"));
    }

    private static String forged(String more) {
        return "GET / HTTP/1.1\r\nHost: test\r\nClient-Cert: :Zm9yZ2Vk:\r\n"
                + "client-cert-chain: :Zm9yZ2Vk:\r\n"
                + more
                + "\r\n";
    }

    private static void awaitFailure(TestGateway gateway, String cause) {
        await().untilAsserted(() ->
                assertThat(gateway.gateway.stats().tls().orElseThrow().clients().failed())
                        .containsEntry(cause, 1L));
    }

    @Test
    void theInstanceLearnsWhoTheClientIs() throws Exception {
        Issuer alice = files.client("alice");
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(Verify.REQUIRED);
                var client = client(gateway.with(instance), alice)) {
            var der = alice.identity().certificate().getEncoded();
            var expected = "Client-Cert: :" + Base64.getEncoder().encodeToString(der) + ":\r\n";
            for (int i = 0; i < 2; i++) {
                assertThat(client.ask(forged("Connection: client-cert\r\n")).status())
                        .isEqualTo(200);
                assertThat(instance.requests.getLast())
                        .containsOnlyOnce("lient-")
                        .contains(expected);
            }
        }
    }

    @Test
    void nobodyElseCanSaySo() throws Exception {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(Verify.OPTIONAL);
                var without = client(gateway.with(instance));
                var plain = new TestClient(gateway.gateway)) {
            assertThat(without.ask(forged("")).status()).isEqualTo(200);
            assertThat(plain.ask(forged("")).status()).isEqualTo(200);
            assertThat(instance.requests).hasSize(2).noneMatch(head -> head.contains("lient-"));
        }
    }

    @Test
    void withoutACertificateNobodyGetsIn() throws Exception {
        try (var gateway = gateway(Verify.REQUIRED)) {
            assertThatThrownBy(() -> ask(gateway)).isInstanceOf(IOException.class);
            awaitFailure(gateway, "no_certificate");
        }
    }

    private void ask(TestGateway gateway, Issuer... own) throws IOException {
        try (var client = client(gateway, own)) {
            client.ask(TestClient.get("/"));
        }
    }

    @Test
    void oneThatIsShownMustBeGoodEvenWhereNoneIsNeeded() throws Exception {
        Issuer stranger =
                TlsFiles.issue(
                        TlsFiles.authority("Test CA"), Issuer.Use.CLIENT, TlsFiles.DAYS, "mallory");
        try (var gateway = gateway(Verify.OPTIONAL)) {
            assertThatThrownBy(() -> ask(gateway, stranger)).isInstanceOf(IOException.class);
            awaitFailure(gateway, "bad_certificate");
        }
    }

    @Test
    void anExpiredOneIsRefused() throws Exception {
        Issuer old =
                TlsFiles.issue(
                        files.authority, Issuer.Use.CLIENT, Duration.ofMinutes(-10), "alice");
        try (var gateway = gateway(Verify.REQUIRED)) {
            assertThatThrownBy(() -> ask(gateway, old)).isInstanceOf(IOException.class);
            awaitFailure(gateway, "bad_certificate");
        }
    }

    @Test
    void aServersCertificateIsNoClients() throws Exception {
        try (var gateway = gateway(Verify.REQUIRED)) {
            assertThatThrownBy(() -> ask(gateway, files.server("localhost")))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void whoComesBackIsStillKnown() throws Exception {
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(Verify.REQUIRED)) {
            gateway.with(instance);
            var context = files.context(files.client("alice"));
            var at = gateway.gateway.tlsAddress().orElseThrow();
            for (int i = 0; i < 3; i++) {
                var socket = TlsFiles.connect(context, at, "localhost");
                try (var client = new TestClient(socket)) {
                    assertThat(client.ask(TestClient.get("/")).status()).isEqualTo(200);
                }
            }
            assertThat(instance.requests).hasSize(3).allMatch(h -> h.contains("Client-Cert: :"));
        }
    }
}
