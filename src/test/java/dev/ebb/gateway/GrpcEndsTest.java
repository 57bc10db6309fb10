package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.LimitPolicy;
import dev.ebb.balance.QueuePolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How calls of gRPC end that an instance does not complete. */
@Timeout(60)
// A connection that is not closed fails the test.
@SuppressWarnings("FutureReturnValueIgnored")
class GrpcEndsTest {
    private static final String TYPE = "application/grpc";
    private static final String MESSAGE = "\0\0\0\0\2ab";
    private static final String PART = "\0\0\0\0\5ab";

    private static TestGateway gateway(TestHttp2Instance instance) {
        var gateway =
                new TestGateway(
                        GatewaySettings.DEFAULT.withLoops(1), TestGateway.PLAIN, Protocol.HTTP2);
        gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.ACTIVE)));
        return gateway;
    }

    private static TestHttp2Client.Answer call(TestHttp2Client client, String path) {
        return client.await(client.send("POST", path, true, "content-type", TYPE));
    }

    /** Answers in part, and ends as the path says. */
    private static void breaksOff(
            TestHttp2Instance.Request request, TestHttp2Instance.Answer answer) {
        if (request.path().equals("/well")) {
            answer.head("200", false, "content-type", TYPE);
            answer.trailers("grpc-status", "0");
            return;
        }
        answer.head("200", false, "content-type", "application/grpc+proto");
        answer.body(MESSAGE + (request.path().startsWith("/within") ? PART : MESSAGE), false);
        if (request.path().endsWith("/reset")) {
            // Not before the message is sent.
            answer.stream().executor().execute(answer::reset);
        } else {
            answer.stream().channel().parent().close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/between/reset, upstream_closed",
        "/between/close, upstream_closed",
        "/within/reset, upstream_closed: cut in the middle of a message",
        "/within/close, upstream_closed: cut in the middle of a message"
    })
    void anInstanceThatGoesAwayIsUnavailable(String path, String message) throws IOException {
        try (var instance = new TestHttp2Instance(100, GrpcEndsTest::breaksOff);
                var gateway = gateway(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var cut = call(client, path);
            assertThat(cut.aborted).isEmpty();
            assertThat(cut.status()).isEqualTo("200");
            assertThat(cut.text()).startsWith(MESSAGE);
            assertThat(cut.trailers)
                    .containsEntry("grpc-status", "14")
                    .containsEntry("grpc-message", message)
                    .containsEntry("x-ebb-reason", "upstream_closed");
            await().until(() -> gateway.traffic().truncated() == 1);
            assertThat(call(client, "/well").trailers).containsEntry("grpc-status", "0");
        }
    }

    @Test
    void soIsOneOfHttp1InTheMiddleOfAnUpload() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send(
                                    "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\n"
                                            + "Transfer-Encoding: chunked\r\n\r\n7\r\n"
                                            + MESSAGE
                                            + "\r\n");
                            exchange.socket().close();
                        });
                var gateway = new TestGateway().with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var cut = client.send("POST", "/", false, "content-type", TYPE);
            client.await(cut);
            assertThat(cut.text()).isEqualTo(MESSAGE);
            assertThat(cut.trailers)
                    .containsEntry("grpc-status", "14")
                    .containsEntry("grpc-message", "upstream_closed");
        }
    }

    @Test
    void whatSaysItsLengthOrIsNotOfGrpcIsReset() throws IOException {
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) -> {
                                    if (request.path().equals("/length")) {
                                        answer.head(
                                                "200",
                                                false,
                                                "content-type",
                                                TYPE,
                                                "content-length",
                                                "100");
                                    } else {
                                        answer.head("200", false, "content-type", "text/html");
                                    }
                                    answer.body(MESSAGE, false);
                                    answer.reset();
                                });
                var gateway = gateway(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            for (String path : List.of("/length", "/html")) {
                assertThat(call(client, path).aborted).isEqualTo("INTERNAL_ERROR PEER");
            }
        }
    }

    @Test
    void aDeadlineWithinAnAnswerIsSaidToBeOne() throws IOException {
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) -> {
                                    answer.head("200", false, "content-type", TYPE);
                                    answer.body(MESSAGE, false);
                                });
                var gateway = gateway(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var late = client.send("POST", "/", true, "content-type", TYPE, "grpc-timeout", "300m");
            client.await(late);
            assertThat(late.trailers)
                    .containsEntry("grpc-status", "4")
                    .containsEntry("grpc-message", "request_deadline");
        }
    }

    private static TestGateway limited(QueuePolicy queue) {
        BalancePolicy policy = TestGateway.PLAIN.withLimit(new LimitPolicy.Fixed(1), queue);
        return new TestGateway(GatewaySettings.DEFAULT.withLoops(1), policy);
    }

    @Test
    void whatIsShedIsToldWhenToComeAgain() throws IOException {
        var go = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            RetryTest.awaitQuietly(go);
                            exchange.ok("done");
                        });
                var gateway =
                        limited(new QueuePolicy(0, Duration.ofSeconds(1), Duration.ofSeconds(1)))
                                .with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var slow = client.send("GET", "/", true);
            await().until(() -> gateway.inFlight(1) == 1);
            var shed = call(client, "/");
            assertThat(shed.head)
                    .containsEntry("grpc-status", "8")
                    .containsEntry("grpc-message", "limit_reached");
            assertThat(Integer.parseInt(shed.head.getOrDefault("grpc-retry-pushback-ms", "")))
                    .isBetween(1000, 45_000);
            go.countDown();
            assertThat(client.await(slow).text()).isEqualTo("done");
        }
    }

    @Test
    void aCallThatGoesOnToAnswerIsAStreamAndTakesNoPlaceAmongRequests() throws IOException {
        var open = new AtomicReference<TestHttp2Instance.Answer>();
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) -> {
                                    answer.head("200", false, "content-type", TYPE);
                                    if (request.path().equals("/watch")) {
                                        answer.body(MESSAGE, false);
                                        open.set(answer);
                                    } else {
                                        answer.trailers("grpc-status", "0");
                                    }
                                });
                var gateway =
                        new TestGateway(
                                GatewaySettings.DEFAULT.withLoops(1), limit(), Protocol.HTTP2);
                var client = new TestHttp2Client(gateway.gateway)) {
            gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.ACTIVE)));
            var watch = client.send("POST", "/watch", true, "content-type", TYPE);
            client.readUntil(() -> watch.text().equals(MESSAGE));
            // There is room for one: this waits until the other is no request any more.
            assertThat(call(client, "/well").trailers).containsEntry("grpc-status", "0");
            assertThat(gateway.endpoint(1).traffic().streams()).isEqualTo(1);
            assertThat(watch.over()).isFalse();
            var answer = Objects.requireNonNull(open.get());
            answer.stream().executor().execute(() -> answer.trailers("grpc-status", "0"));
            assertThat(client.await(watch).trailers).containsEntry("grpc-status", "0");
            await().until(() -> gateway.endpoint(1).traffic().streams() == 0);
            assertThat(gateway.inFlight(1)).isZero();
        }
    }

    private static BalancePolicy limit() {
        return TestGateway.PLAIN.withLimit(
                new LimitPolicy.Fixed(1),
                new QueuePolicy(4, Duration.ofSeconds(30), Duration.ofSeconds(30)));
    }

    /** Bodies that waited here for an instance were taken from the connection's window. */
    @Test
    void bodiesOfRequestsThatAreShedGiveTheirWindowBack() throws IOException {
        var turns = new Semaphore(0);
        byte[] body = new byte[200_000];
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            int size = request.body().length;
                            turns.acquireUninterruptibly();
                            exchange.ok("" + size);
                        });
                var gateway =
                        limited(new QueuePolicy(1, Duration.ofMillis(200), Duration.ofMillis(200)))
                                .with(instance);
                var client = new TestHttp2Client(gateway.gateway)) {
            var slow = client.send("GET", "/", true);
            await().until(() -> gateway.inFlight(1) == 1);
            // More than the window in all.
            for (int i = 0; i < 8; i++) {
                var shed = client.send("POST", "/", false);
                client.body(shed, body, true);
                assertThat(client.await(shed).status()).isEqualTo("503");
            }
            turns.release(2);
            client.await(slow);
            var last = client.send("POST", "/", false);
            client.body(last, body, true);
            assertThat(client.await(last).text()).isEqualTo("200000");
        }
    }
}
