package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that share a connection to an instance with others that fare badly there. */
@Timeout(60)
class Http2BystandersTest {
    /** Far more than the resets that a client may cause, and faster than it may cause more. */
    private static final int MANY = 2000;

    private static final int AT_ONCE = 80;

    private static TestGateway gateway(TestHttp2Instance instance) {
        var gateway =
                new TestGateway(
                        GatewaySettings.DEFAULT.withLoops(1),
                        TestGateway.policy(
                                RetryPolicy.OFF, TestGateway.NO_EJECTION, TestGateway.SELDOM),
                        Protocol.HTTP2);
        gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.ACTIVE)));
        return gateway;
    }

    @Test
    void anInstanceMayRefuseManyAndGoOnWithOne() throws IOException {
        var held = new AtomicReference<TestHttp2Instance.Answer>();
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) -> {
                                    if (request.path().equals("/long")) {
                                        held.set(answer);
                                    } else {
                                        answer.refuse();
                                    }
                                });
                var gateway = gateway(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var going = client.send("POST", "/long", true);
            await().until(() -> held.get() != null);
            for (int i = 0; i < MANY; i += AT_ONCE) {
                var refused =
                        Stream.generate(() -> client.send("POST", "/", true))
                                .limit(AT_ONCE)
                                .toList();
                assertThat(refused)
                        .allSatisfy(
                                each -> assertThat(client.await(each).status()).isEqualTo("502"));
            }
            var answer = Objects.requireNonNull(held.get());
            answer.stream().executor().execute(() -> answer.head("204", true));
            assertThat(client.await(going).status()).isEqualTo("204");
        }
    }

    /** Counts one more when the request has its answer. */
    private static void post(TestGateway gateway, AtomicInteger answered) {
        Thread.ofVirtual()
                .start(() -> {
                    try (var client = new TestClient(gateway.gateway)) {
                        int status = client.ask(TestClient.post("/", "ok")).status();
                        answered.addAndGet(status == 200 ? 1 : 0);
                    } catch (IOException e) {
                        // One of those that wait behind the stalled body; the test is over.
                    }
                });
    }

    @Test
    void whereABodyHoldsUpAConnectionOthersTakeAnother() throws IOException {
        try (var instance =
                        new TestHttp2Instance(100, (request, answer) -> answer.head("200", true));
                var gateway = gateway(instance);
                var stalled = new TestHttp2Client(gateway.gateway)) {
            var upload = stalled.send("POST", TestHttp2Instance.STALL, false);
            // More than the connection's window.
            stalled.body(upload, new byte[200_000], false);
            var answered = new AtomicInteger();
            await().pollInterval(Duration.ofMillis(50))
                    .until(
                            () -> {
                                post(gateway, answered);
                                return answered.get();
                            },
                            count -> count > 0);
            assertThat(instance.connections.get()).isGreaterThan(1);
        }
    }
}
