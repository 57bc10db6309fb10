package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.gateway.tls.TlsServerSettings;
import dev.ebb.gateway.tls.TlsServerSettings.Verify;
import dev.ebb.pki.Issuer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificate files change while the gateway runs. */
@Timeout(60)
class TlsReloadTest {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Duration OFTEN = Duration.ofMillis(20);

    @TempDir Path folder;
    private TlsFiles files;

    @BeforeEach
    void makeFiles() {
        files = new TlsFiles(folder);
    }

    private static TestGateway gateway(TlsServerSettings tls) {
        return new TestGateway(GatewaySettings.DEFAULT.withTls(tls), TestGateway.PLAIN);
    }

    private BigInteger shown(TestGateway gateway) throws IOException {
        var at = gateway.gateway.tlsAddress().orElseThrow();
        try (SSLSocket socket = TlsFiles.connect(files.context(), at, "localhost")) {
            return TlsFiles.shown(socket).getSerialNumber();
        }
    }

    private static BigInteger serial(Issuer issued) {
        return issued.identity().certificate().getSerialNumber();
    }

    private void awaitShown(TestGateway gateway, Issuer issued) {
        await().pollInterval(OFTEN)
                .untilAsserted(() -> assertThat(shown(gateway)).isEqualTo(serial(issued)));
    }

    @Test
    void underTrafficNoConnectionFails() throws Exception {
        Issuer first = files.server("localhost");
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(TlsServerSettings.of(ANY, files.write("a", first)))) {
            gateway.with(instance);
            var at = gateway.gateway.tlsAddress().orElseThrow();
            var stop = new AtomicBoolean();
            var answered = new AtomicInteger();
            List<Exception> failures = new CopyOnWriteArrayList<>();
            Set<BigInteger> seen = ConcurrentHashMap.newKeySet();
            Runnable clients =
                    () -> {
                        while (!stop.get()) {
                            try {
                                var socket = TlsFiles.connect(files.context(), at, "localhost");
                                seen.add(TlsFiles.shown(socket).getSerialNumber());
                                try (var client = new TestClient(socket)) {
                                    client.ask(TestClient.get("/"));
                                    client.ask(TestClient.get("/"));
                                    answered.incrementAndGet();
                                }
                            } catch (Exception e) {
                                failures.add(e);
                            }
                        }
                    };
            var threads =
                    List.of(Thread.ofVirtual().start(clients), Thread.ofVirtual().start(clients));
            for (int i = 0; i < 5; i++) {
                Issuer next = files.server("localhost");
                files.write("a", next);
                await().untilAsserted(() -> assertThat(seen).contains(serial(next)));
            }
            stop.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).isEmpty();
            assertThat(seen).hasSize(6);
            assertThat(answered.get()).isGreaterThan(5);
        }
    }

    @Test
    void connectionsKeepWhatTheyBeganWith() throws Exception {
        try (var instance = TestInstance.answering("hello");
                var gateway =
                        gateway(
                                TlsServerSettings.of(
                                        ANY, files.write("a", files.server("localhost"))))) {
            gateway.with(instance);
            var at = gateway.gateway.tlsAddress().orElseThrow();
            try (var client = new TestClient(TlsFiles.connect(files.context(), at, "localhost"))) {
                assertThat(client.ask(TestClient.get("/")).status()).isEqualTo(200);
                Issuer next = files.server("localhost");
                files.write("a", next);
                awaitShown(gateway, next);
                assertThat(client.ask(TestClient.get("/")).status()).isEqualTo(200);
            }
        }
    }

    @Test
    void badFilesChangeNothingUntilTheyAreGoodAgain() throws Exception {
        Issuer first = files.server("localhost");
        var second = files.server("localhost");
        try (var gateway =
                gateway(
                        TlsServerSettings.of(
                                ANY,
                                files.write("a", first),
                                files.write("b", files.server("b.test"))))) {
            // The certificate of another key: for as long as it takes to see it, and longer.
            TlsFiles.replace(folder.resolve("a.pem"), second.certificatePem());
            // That this change of the other certificate is in use means that a's was looked at.
            Issuer other = files.server("b.test");
            files.write("b", other);
            var at = gateway.gateway.tlsAddress().orElseThrow();
            await().pollInterval(OFTEN)
                    .untilAsserted(() -> {
                        try (var socket = TlsFiles.connect(files.context(), at, "b.test")) {
                            assertThat(TlsFiles.shown(socket).getSerialNumber())
                                    .isEqualTo(serial(other));
                        }
                    });
            assertThat(shown(gateway)).isEqualTo(serial(first));
            Files.delete(folder.resolve("a.pem"));
            assertThat(shown(gateway)).isEqualTo(serial(first));
            files.write("a", second);
            awaitShown(gateway, second);
        }
    }

    @Test
    void whoIsTrustedNoMoreCannotComeBackWithATicket() throws Exception {
        var trust = files.trust("clients", files.authority);
        var tls =
                TlsServerSettings.of(ANY, files.write("a", files.server("localhost")))
                        .withClients(Verify.REQUIRED, trust);
        try (var instance = TestInstance.answering("hello");
                var gateway = gateway(tls)) {
            gateway.with(instance);
            SSLContext alice = files.context(files.client("alice"));
            assertThat(status(gateway, alice)).isEqualTo(200);
            assertThat(status(gateway, alice)).isEqualTo(200);
            files.trust("clients", TlsFiles.authority("Another CA"));
            await().pollInterval(OFTEN).until(() -> status(gateway, alice) == 0);
        }
    }

    /** 0 when the connection is refused. */
    private static int status(TestGateway gateway, SSLContext context) {
        var at = gateway.gateway.tlsAddress().orElseThrow();
        try (var client = new TestClient(TlsFiles.connect(context, at, "localhost"))) {
            return client.ask(TestClient.get("/")).status();
        } catch (IOException e) {
            return 0;
        }
    }
}
