package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.core.Health;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Clients of HTTP/1.1, instances of HTTP/2. */
// Where a line ends is what these texts are about.
@SuppressWarnings({"FutureReturnValueIgnored", "StringConcatToTextBlock"})
class Http2UpstreamTest {
    private static final String CHUNKED_POST =
            "POST /up HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static TestGateway gateway(BalancePolicy policy, TestHttp2Instance... instances) {
        var gateway = new TestGateway(GatewaySettings.DEFAULT, policy, Protocol.HTTP2);
        var endpoints = new ArrayList<Endpoint>();
        for (TestHttp2Instance instance : instances) {
            var id = TestGateway.id(endpoints.size() + 1);
            endpoints.add(instance.endpoint(id, EndpointRole.ACTIVE));
        }
        gateway.publish(endpoints);
        return gateway;
    }

    private static void hello(TestHttp2Instance.Request request, TestHttp2Instance.Answer answer) {
        answer.head("200", false, "content-length", "5", "x-a", "b");
        answer.body("hello", true);
    }

    @Test
    void aRequestIsTranslatedBothWays() throws IOException {
        try (var instance = new TestHttp2Instance(100, Http2UpstreamTest::hello);
                var gateway = gateway(TestGateway.PLAIN, instance);
                var client = new TestClient(gateway.gateway)) {
            var answer =
                    client.ask(
                            "GET /a?b=c HTTP/1.1\r\nHost: shop\r\nX-One: 1\r\nKeep-Alive: 5\r\n"
                                    + "Connection: X-Hop\r\nX-Hop: 2\r\n\r\n");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("hello");
            assertThat(answer.field("x-a")).isEqualTo("b");
            var request = instance.requests.getFirst();
            assertThat(request.path()).isEqualTo("/a?b=c");
            assertThat(request.field(":method")).isEqualTo("GET");
            assertThat(request.field(":scheme")).isEqualTo("http");
            assertThat(request.field(":authority")).isEqualTo("shop");
            assertThat(request.field("x-one")).isEqualTo("1");
            assertThat(request.field("te")).isEqualTo("trailers");
            assertThat(request.field("x-forwarded-for")).isEqualTo("127.0.0.1");
            assertThat(request.head().names())
                    .extracting(CharSequence::toString)
                    .doesNotContain("x-hop", "keep-alive", "connection", "host");
        }
    }

    @Test
    void bodiesAndTrailersPassBothWays() throws IOException {
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) -> {
                                    answer.head("200", false);
                                    answer.body(request.body() + request.trailers(), false);
                                    answer.trailers("x-sum", "42");
                                });
                var gateway = gateway(TestGateway.PLAIN, instance);
                var client = new TestClient(gateway.gateway)) {
            var chunks = "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-T: u\r\n\r\n";
            var answer = client.ask(CHUNKED_POST + chunks);
            assertThat(answer.text()).isEqualTo("abcde[x-t=u]");
            assertThat(answer.trailers()).isEqualTo("x-sum: 42\n");
            assertThat(client.ask(TestClient.post("/", "fixed")).text()).isEqualTo("fixed[]");
        }
    }

    @Test
    void anEmptyAnswerWithoutALengthEndsForClientsOfHttp1() throws IOException {
        try (var instance =
                        new TestHttp2Instance(
                                100, (request, answer) -> answer.head("200", true, "x-a", "b"));
                var gateway = gateway(TestGateway.PLAIN, instance);
                var client = new TestClient(gateway.gateway)) {
            for (int i = 0; i < 2; i++) {
                var answer = client.ask(TestClient.post("/", "a"));
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.field("x-a")).isEqualTo("b");
                assertThat(answer.text()).isEmpty();
            }
            client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
            assertThat(client.ask("GET / HTTP/1.0\r\nHost: a\r\n\r\n").text()).isEmpty();
        }
    }

    @Test
    void manyRequestsShareOneConnection() throws Exception {
        var all = new CountDownLatch(20);
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) -> {
                                    all.countDown();
                                    if (all.getCount() == 0) {
                                        hello(request, answer);
                                    } else {
                                        answer.stream()
                                                .executor()
                                                .schedule(
                                                        () -> hello(request, answer),
                                                        50,
                                                        TimeUnit.MILLISECONDS);
                                    }
                                });
                var gateway =
                        new TestGateway(
                                GatewaySettings.DEFAULT.withLoops(1),
                                TestGateway.PLAIN,
                                Protocol.HTTP2)) {
            gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.ACTIVE)));
            var answered = new AtomicInteger();
            var clients = new ArrayList<Thread>();
            for (int i = 0; i < 20; i++) {
                clients.add(
                        Thread.ofVirtual()
                                .start(() -> {
                                    try (var client = new TestClient(gateway.gateway)) {
                                        answered.addAndGet(
                                                client.ask(TestClient.get("/")).status() == 200
                                                        ? 1
                                                        : 0);
                                    } catch (IOException e) {
                                        throw new UncheckedIOException(e);
                                    }
                                }));
            }
            for (Thread client : clients) {
                client.join();
            }
            assertThat(answered).hasValue(20);
            assertThat(instance.connections.get()).isBetween(1, 2);
        }
    }

    @Test
    void whatWasRefusedGoesElsewhereWhateverItsMethod() throws IOException {
        // As many as the requests, however fast they come.
        var retry = new RetryPolicy(true, 3, 1, 100);
        BalancePolicy policy =
                TestGateway.policy(retry, TestGateway.NO_EJECTION, TestGateway.SELDOM);
        try (var refusing = new TestHttp2Instance(100, (request, answer) -> answer.refuse());
                var good = new TestHttp2Instance(100, Http2UpstreamTest::hello);
                var gateway = gateway(policy, refusing, good);
                var client = new TestClient(gateway.gateway)) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.ask(TestClient.post("/", "once")).status()).isEqualTo(200);
            }
            assertThat(refusing.requests).isNotEmpty();
            assertThat(good.requests).hasSize(20);
            assertThat(good.requests).allMatch(request -> request.body().equals("once"));
        }
    }

    @Test
    void aResetIsNotRepeatedForAPost() throws IOException {
        try (var instance = new TestHttp2Instance(100, (request, answer) -> answer.reset());
                var gateway = gateway(TestGateway.PLAIN, instance);
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(TestClient.post("/", "a")).status()).isEqualTo(502);
            assertThat(instance.requests).hasSize(1);
        }
    }

    @Test
    void anAnswerThatBreaksOffIsCut() throws IOException {
        var held = new AtomicReference<TestHttp2Instance.Answer>();
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) -> {
                                    answer.head("200", false);
                                    answer.body("part", false);
                                    held.set(answer);
                                });
                var gateway = gateway(TestGateway.PLAIN, instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/")).readHead();
            assertThat(client.text(9)).isEqualTo("4\r\npart\r\n");
            Objects.requireNonNull(held.get()).reset();
            assertThat(client.ended()).isTrue();
            await().until(() -> gateway.traffic().truncated() == 1);
        }
    }

    @Test
    void aConnectionThatSaysGoAwayIsReplaced() throws IOException {
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) -> {
                                    answer.goAway();
                                    hello(request, answer);
                                });
                var gateway =
                        gateway(
                                TestGateway.policy(
                                        RetryPolicy.OFF,
                                        TestGateway.NO_EJECTION,
                                        TestGateway.SELDOM),
                                instance);
                var client = new TestClient(gateway.gateway)) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.ask(TestClient.post("/", "a")).status()).isEqualTo(200);
            }
            assertThat(instance.connections.get()).isGreaterThanOrEqualTo(5);
        }
    }

    @Test
    void aSlowClientHoldsTheInstanceBack() throws IOException {
        var text = "x".repeat(64 * 1024);
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) -> {
                                    answer.head("200", false);
                                    for (int i = 0; i < 100; i++) {
                                        answer.body(text, i == 99);
                                    }
                                });
                var gateway = gateway(TestGateway.PLAIN, instance);
                var client = new TestClient(gateway.gateway)) {
            assertThat(client.ask(TestClient.get("/")).body()).hasSize(100 * text.length());
        }
    }

    @Test
    void drainingLetsRequestsEndAndClosesTheConnection() throws IOException {
        var held = new AtomicReference<TestHttp2Instance.Answer>();
        try (var instance = new TestHttp2Instance(100, (request, answer) -> held.set(answer));
                var gateway = gateway(TestGateway.PLAIN, instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/"));
            await().until(() -> held.get() != null);
            gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.DRAINING)));
            var answer = Objects.requireNonNull(held.get());
            answer.stream().executor().execute(() -> hello(instance.requests.getFirst(), answer));
            assertThat(client.read().text()).isEqualTo("hello");
            await().until(() -> !answer.stream().channel().parent().isActive());
            assertThat(gateway.inFlight(1)).isZero();
        }
    }

    @Test
    void webSocketsAreRefused() throws IOException {
        try (var instance = new TestHttp2Instance(100, Http2UpstreamTest::hello);
                var gateway = gateway(TestGateway.PLAIN, instance);
                var client = new TestClient(gateway.gateway)) {
            var request =
                    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
                            + "Upgrade: websocket\r\n\r\n";
            assertThat(client.ask(request).status()).isEqualTo(501);
        }
    }

    private static CheckPolicy check(Optional<String> http, Optional<String> grpc) {
        return new CheckPolicy(
                http, grpc, Duration.ofMillis(50), Duration.ofMillis(500), 0.1, 1, 1);
    }

    @Test
    void checksSpeakHttp2() {
        try (var instance = new TestHttp2Instance(100, Http2UpstreamTest::hello);
                var gateway =
                        gateway(
                                TestGateway.policy(
                                        RetryPolicy.DEFAULT,
                                        TestGateway.NO_EJECTION,
                                        check(Optional.of("/health"), Optional.empty())),
                                instance)) {
            await().until(() -> gateway.endpoint(1).health() == Health.HEALTHY);
            assertThat(instance.requests.getFirst().path()).isEqualTo("/health");
            instance.behave((request, answer) -> answer.head("500", true));
            await().until(() -> gateway.endpoint(1).health() == Health.EJECTED);
        }
    }

    @Test
    void grpcHealthIsAskedFor() {
        try (var instance =
                        new TestHttp2Instance(
                                100,
                                (request, answer) -> {
                                    answer.head("200", false, "content-type", "application/grpc");
                                    answer.body("\0\0\0\0\2\10\1", false);
                                    answer.trailers("grpc-status", "0");
                                });
                var gateway =
                        gateway(
                                TestGateway.policy(
                                        RetryPolicy.DEFAULT,
                                        TestGateway.NO_EJECTION,
                                        check(Optional.empty(), Optional.of("shop.Cart"))),
                                instance)) {
            await().until(() -> gateway.endpoint(1).health() == Health.HEALTHY);
            var asked = instance.requests.getFirst();
            assertThat(asked.path()).isEqualTo("/grpc.health.v1.Health/Check");
            assertThat(asked.field("content-type")).isEqualTo("application/grpc");
            assertThat(asked.body()).isEqualTo("\0\0\0\0\13\n\11shop.Cart");
            // NOT_SERVING.
            instance.behave((request, answer) -> {
                answer.head("200", false, "content-type", "application/grpc");
                answer.body("\0\0\0\0\2\10\2", false);
                answer.trailers("grpc-status", "0");
            });
            await().until(() -> gateway.endpoint(1).health() == Health.EJECTED);
        }
    }
}
