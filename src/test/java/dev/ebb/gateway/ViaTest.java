package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Via names the protocol that a request came with (RFC 9110 7.6.3). */
class ViaTest {
    @Test
    void theProtocolIsTheClients() throws IOException {
        var named =
                GatewaySettings.DEFAULT.with(
                        new GatewaySettings.Heads(
                                Trust.NOBODY,
                                Optional.of("edge"),
                                GatewaySettings.Heads.DEFAULT.requestId()));
        try (var instance = TestInstance.answering("hello");
                var gateway = new TestGateway(named, TestGateway.PLAIN).with(instance);
                var client = new TestClient(gateway.gateway);
                var old = new TestClient(gateway.gateway);
                var other = new TestHttp2Client(gateway.gateway)) {
            client.ask(TestClient.get("/"));
            old.ask("GET / HTTP/1.0\r\nHost: a\r\nVia: 1.1 before\r\n\r\n");
            other.get("/");
            assertThat(instance.requests.get(0)).contains("Via: 1.1 edge\r\n");
            assertThat(instance.requests.get(1)).contains("Via: 1.1 before\r\n", "Via: 1.0 edge");
            assertThat(instance.requests.get(2)).contains("Via: 2.0 edge\r\n");
        }
    }
}
