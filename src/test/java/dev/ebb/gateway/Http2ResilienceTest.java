package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.RetryPolicy;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Retries by status and deadlines where instances speak HTTP/2. */
class Http2ResilienceTest {
    private static final RetryPolicy STATUSES = new RetryPolicy(true, 3, 1, 1000).withStatuses(503);

    private static void well(TestHttp2Instance.Request request, TestHttp2Instance.Answer answer) {
        answer.head("200", false, "content-length", "4");
        answer.body("well", true);
    }

    private static TestGateway gateway(TestHttp2Instance... instances) {
        var gateway =
                new TestGateway(
                        GatewaySettings.DEFAULT.withLoops(1),
                        TestGateway.policy(STATUSES, TestGateway.NO_EJECTION, TestGateway.SELDOM),
                        Protocol.HTTP2);
        gateway.publish(
                List.of(
                        instances[0].endpoint(TestGateway.id(1), EndpointRole.ACTIVE),
                        instances[1].endpoint(TestGateway.id(2), EndpointRole.ACTIVE)));
        return gateway;
    }

    @Test
    void aListedStatusIsTriedElsewhereWithABodyOrWithout() throws IOException {
        for (boolean body : new boolean[] {false, true}) {
            try (var bad =
                            new TestHttp2Instance(
                                    100,
                                    (request, answer) -> {
                                        answer.head("503", !body, "x-a", "b");
                                        if (body) {
                                            answer.body("busy", true);
                                        }
                                    });
                    var good = new TestHttp2Instance(100, Http2ResilienceTest::well);
                    var gateway = gateway(bad, good);
                    var client = new TestClient(gateway.gateway)) {
                while (bad.requests.size() < 10) {
                    assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("well");
                }
                assertThat(gateway.traffic().answers().get("5xx")).isZero();
                assertThat(gateway.traffic().resilience().retries().get("status")).isEqualTo(10);
                await().until(() -> gateway.inFlight(1) + gateway.inFlight(2) == 0);
            }
        }
    }

    @Test
    void theDeadlineIsPassedOnAsFields() throws IOException {
        try (var one = new TestHttp2Instance(100, Http2ResilienceTest::well);
                var two = new TestHttp2Instance(100, Http2ResilienceTest::well);
                var gateway = gateway(one, two);
                var client = new TestClient(gateway.gateway)) {
            client.ask("GET / HTTP/1.1\r\nHost: a\r\ngrpc-timeout: 30S\r\n\r\n");
            var request = (one.requests.isEmpty() ? two : one).requests.getFirst();
            assertThat(Long.parseLong(request.field("x-envoy-expected-rq-timeout-ms")))
                    .isBetween(20_000L, 30_000L);
            assertThat(request.field("grpc-timeout")).matches("\\d{1,8}u");
        }
    }
}
