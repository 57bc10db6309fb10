package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.EndpointRole;
import dev.ebb.gateway.http2.Http2Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** HTTP/2 on both sides, as gRPC wants it. */
@Timeout(60)
class Http2ThroughTest {
    private static final String GRPC = "application/grpc";

    private static TestGateway gateway(TestHttp2Instance instance) {
        var gateway = new TestGateway(GatewaySettings.DEFAULT, TestGateway.PLAIN, Protocol.HTTP2);
        gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.ACTIVE)));
        return gateway;
    }

    @Test
    void bodiesAndTrailersPassBothWaysWithoutBeingGathered() throws IOException {
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) -> {
                                    answer.head("200", false, "content-type", GRPC);
                                    answer.body(request.body() + request.trailers(), false);
                                    answer.trailers("grpc-status", "0");
                                });
                var gateway = gateway(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var answer = client.send("POST", "/s/m", false, "content-type", GRPC, "te", "trailers");
            client.body(answer, Bytes.ascii("abc"), false);
            client.trailers(answer, "x-sum", "3");
            client.await(answer);
            assertThat(answer.text()).isEqualTo("abc[x-sum=3]");
            assertThat(answer.trailers).containsOnly(java.util.Map.entry("grpc-status", "0"));
            var request = instance.requests.getFirst();
            assertThat(request.field(":authority")).isEqualTo("shop");
            assertThat(request.field("te")).isEqualTo("trailers");
            assertThat(request.head().names())
                    .extracting(CharSequence::toString)
                    .doesNotContain("transfer-encoding", "host", "connection");
        }
    }

    /**
     * Each is complete here while its client has not begun to read; together more than a window.
     */
    @Test
    void answersThatWaitForTheirClientsUseUpNoWindow() throws IOException {
        String body = "x".repeat(200_000);
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) -> {
                                    answer.head("200", false, "content-type", "text/plain");
                                    answer.body(body, true);
                                });
                var gateway = gateway(instance);
                var client =
                        new TestHttp2Client(
                                gateway.gateway,
                                Http2Settings.DEFAULT.withWindows(50_000, 1 << 20))) {
            for (int i = 1; i <= 30; i++) {
                int asked = i;
                var answer = client.send("GET", "/" + i, true);
                await().pollInterval(Duration.ofMillis(2))
                        .until(() -> instance.requests.size() == asked && gateway.inFlight(1) == 0);
                assertThat(client.await(answer).body.size()).isEqualTo(body.length());
            }
        }
    }

    @Test
    void anAnswerOfTrailersOnlyStaysOne() throws IOException {
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) ->
                                        answer.head(
                                                "200",
                                                true,
                                                "content-type",
                                                GRPC,
                                                "grpc-status",
                                                "5"));
                var gateway = gateway(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var answer = client.await(client.send("POST", "/s/m", true, "content-type", GRPC));
            assertThat(answer.head).containsEntry("grpc-status", "5");
            assertThat(answer.trailers).isEmpty();
            assertThat(answer.body.size()).isZero();
        }
    }

    @Test
    void whatTheInstanceDidNotProcessIsAskedAgainWhateverTheMethod() throws IOException {
        var asked = new AtomicInteger();
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) -> {
                                    if (asked.incrementAndGet() == 1) {
                                        answer.refuse();
                                    } else {
                                        answer.head("200", false);
                                        answer.body("got " + request.body(), true);
                                    }
                                });
                var gateway = gateway(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var answer = client.send("POST", "/", false);
            client.body(answer, Bytes.ascii("once"), true);
            assertThat(client.await(answer).text()).isEqualTo("got once");
            assertThat(asked).hasValue(2);
        }
    }

    @Test
    void anAnswerThatIsResetIsResetForTheClientToo() throws IOException {
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) -> {
                                    answer.head("200", false);
                                    answer.body("half", false);
                                    answer.reset();
                                });
                var gateway = gateway(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var answer = client.get("/");
            assertThat(answer.ended).isFalse();
            assertThat(answer.aborted).isEqualTo("INTERNAL_ERROR PEER");
        }
    }
}
