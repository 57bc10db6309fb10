package dev.ebb.xds;

import static dev.ebb.balance.EndpointRole.ACTIVE;
import static dev.ebb.xds.TestXds.HELLO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ebb.pki.Issuer.Use;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** xDS with certificates of both sides. */
class XdsTlsTest {
    @TempDir Path folder;
    private TestCertificates files;
    private Optional<XdsServer> server = Optional.empty();

    @BeforeEach
    void write() throws IOException {
        files = TestCertificates.write(folder);
    }

    @AfterEach
    void stop() {
        server.ifPresent(XdsServer::close);
    }

    private XdsServer start(XdsServerTls tls) throws IOException {
        XdsServer fresh = XdsServer.start(TestXds.settings(0, 10_000, HELLO).withTls(tls));
        server = Optional.of(fresh);
        fresh.publish(TestXds.snapshot(HELLO, 1, ACTIVE));
        return fresh;
    }

    private TlsChannelCredentials.Builder trusting() throws IOException {
        return TlsChannelCredentials.newBuilder().trustManager(files.ca().file().toFile());
    }

    private ChannelCredentials showing(String name) throws IOException {
        return trusting()
                .keyManager(
                        files.files(name).certificate().toFile(), files.files(name).key().toFile())
                .build();
    }

    /** Asks for endpoints; what was answered, or why nothing was. */
    private String ask(XdsServer at, ChannelCredentials credentials) throws InterruptedException {
        ManagedChannel channel = NettyChannelBuilder.forAddress(at.address(), credentials).build();
        try {
            var stream =
                    new TestStream<DiscoveryRequest, DiscoveryResponse>(
                            AggregatedDiscoveryServiceGrpc.newStub(channel)
                                    ::streamAggregatedResources);
            stream.send(
                    DiscoveryRequest.newBuilder()
                            .setNode(TestXds.node("envoy-1"))
                            .setTypeUrl(ResourceType.ENDPOINT.url)
                            .addResourceNames("hello")
                            .build());
            return stream.first();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void whoShowsACertificateIsServedAndNobodyElse() throws Exception {
        XdsServer at = start(files.server(true));
        assertThat(ask(at, showing("plane"))).startsWith("answer");
        assertThat(ask(at, trusting().build())).startsWith("end");
        assertThat(ask(at, InsecureChannelCredentials.create())).startsWith("end");
    }

    @Test
    void aCertificateOfSomebodyElseIsNoneThatCounts() throws Exception {
        XdsServer at = start(files.server(true));
        var others = TestCertificates.write(Files.createDirectory(folder.resolve("others")));
        var foreign =
                trusting()
                        .keyManager(
                                others.files("plane").certificate().toFile(),
                                others.files("plane").key().toFile())
                        .build();
        assertThat(ask(at, foreign)).startsWith("end");
    }

    @Test
    void withoutAWordOfClientsTheyNeedNoCertificate() throws Exception {
        XdsServer at = start(new XdsServerTls(files.files("ebb"), Optional.empty(), false));
        assertThat(ask(at, trusting().build())).startsWith("answer");
    }

    @Test
    void aChangedCertificateIsUsedAndABadOneIsNot() throws Exception {
        XdsServer at = start(files.server(false));
        X509Certificate before = shown(at);
        Files.writeString(files.files("ebb").certificate(), "nothing");
        files.issue("ebb", Use.SERVER);
        await().atMost(Duration.ofSeconds(20)).until(() -> !shown(at).equals(before));
        assertThat(ask(at, trusting().build())).startsWith("answer");
    }

    private X509Certificate shown(XdsServer at) throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, null);
        try (var socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(at.address().getAddress(), at.address().getPort())) {
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void filesThatCannotBeUsedAreNamed() throws Exception {
        Files.writeString(files.files("ebb").key(), "nothing");
        assertThatThrownBy(() -> start(files.server(true)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ebb-key.pem: ");
    }
}
