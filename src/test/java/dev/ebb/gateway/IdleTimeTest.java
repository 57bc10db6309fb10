package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.RetryPolicy;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who closes a connection that nobody uses: the gateway, once it knows the instance's habit. */
@Timeout(120)
class IdleTimeTest {
    private static final Duration HABIT = Duration.ofMillis(1300);

    static Stream<Transport> transports() {
        return ProxyingTest.transports();
    }

    /** No retry hides a request that was lost. */
    private static TestGateway gateway(Transport transport, int loops, Protocol protocol) {
        return new TestGateway(
                GatewaySettings.DEFAULT.withTransport(transport).withLoops(loops),
                TestGateway.policy(RetryPolicy.OFF, TestGateway.NO_EJECTION, TestGateway.SELDOM),
                protocol);
    }

    private static TestInstance impatient() {
        return new TestInstance((request, exchange) -> {
            request.body();
            exchange.socket().setSoTimeout((int) HABIT.toMillis());
            exchange.ok("well");
        });
    }

    private static void awaitClosed(TestGateway gateway, long connections) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> gateway.gateway.stats().connections().upstreamClosed() >= connections);
    }

    /** Each takes seconds in which nothing happens: so all at once. */
    @Test
    void anInstanceClosesFirstOnlyOnce() throws InterruptedException {
        var cases = new TreeMap<String, Executable>();
        transports().forEach(t -> cases.put("" + t, () -> closesFirstOnlyOnce(t)));
        cases.put("what one loop has learned all know", IdleTimeTest::allLoopsLearn);
        cases.put("HTTP/2", () -> closesFirstOnlyOnceOverHttp2(false));
        cases.put("HTTP/2, and says so", () -> closesFirstOnlyOnceOverHttp2(true));
        var wrong = new ConcurrentHashMap<String, Throwable>();
        var threads = new ArrayList<Thread>();
        cases.forEach((name, each) ->
                threads.add(
                        Thread.startVirtualThread(() -> {
                            try {
                                each.execute();
                            } catch (Throwable e) {
                                wrong.put(name, e);
                            }
                        })));
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(wrong).isEmpty();
    }

    private static void closesFirstOnlyOnce(Transport transport) throws IOException {
        try (var instance = impatient();
                var gateway = gateway(transport, 1, Protocol.HTTP1).with(instance);
                var client = new TestClient(gateway.gateway)) {
            for (int i = 1; i <= 4; i++) {
                assertThat(client.ask(TestClient.post("/", "body")).status()).isEqualTo(200);
                awaitClosed(gateway, i);
            }
            assertThat(instance.connections).hasValue(4);
            assertThat(instance.tired).hasValue(1);
        }
    }

    /** Which loop a connection gets is the gateway's choice: all of them know. */
    private static void allLoopsLearn() throws IOException {
        try (var instance = impatient();
                var gateway = gateway(Transport.AUTO, 4, Protocol.HTTP1).with(instance)) {
            for (int i = 1; i <= 4; i++) {
                try (var client = new TestClient(gateway.gateway)) {
                    assertThat(client.ask(TestClient.post("/", "body")).status()).isEqualTo(200);
                }
                awaitClosed(gateway, i);
            }
            assertThat(instance.connections).hasValue(4);
            assertThat(instance.tired).hasValue(1);
        }
    }

    private static void closesFirstOnlyOnceOverHttp2(boolean goAway) throws IOException {
        try (var instance = http2();
                var gateway = gateway(Transport.AUTO, 1, Protocol.HTTP2);
                var client = new TestClient(gateway.gateway)) {
            instance.closesIdleAfter(HABIT, goAway);
            gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.ACTIVE)));
            int before = instance.connections.get();
            for (int i = 1; i <= 4; i++) {
                assertThat(client.ask(TestClient.post("/", "body")).status()).isEqualTo(200);
                awaitClosed(gateway, i);
            }
            assertThat(instance.connections.get() - before).isGreaterThanOrEqualTo(4);
            assertThat(instance.tired).hasValue(1);
        }
    }

    private static TestHttp2Instance http2() {
        return new TestHttp2Instance(
                100,
                (request, answer) -> {
                    answer.head("200", false);
                    answer.body("well", true);
                });
    }

    /**
     * The loop is busy while the request comes and, after it, the instance's close: it sees the
     * request first.
     */
    @ParameterizedTest
    @MethodSource("transports")
    void aCloseThatTheLoopHasNotSeenYetIsLookedFor(Transport transport) throws Exception {
        var last = new AtomicReference<Socket>();
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            request.body();
                            last.set(exchange.socket());
                            exchange.ok("well");
                        });
                var gateway = gateway(transport, 1, Protocol.HTTP1).with(instance);
                var client = new TestClient(gateway.gateway)) {
            for (int i = 1; i <= 20; i++) {
                assertThat(client.ask(TestClient.post("/", "body")).status()).isEqualTo(200);
                var busy = new CountDownLatch(1);
                var entered = new CountDownLatch(1);
                gateway.gateway
                        .loops()
                        .getFirst()
                        .eventLoop()
                        .execute(() -> {
                            entered.countDown();
                            RetryTest.awaitQuietly(busy);
                        });
                entered.await();
                client.send(TestClient.post("/", "body"));
                Objects.requireNonNull(last.get()).shutdownOutput();
                busy.countDown();
                assertThat(client.read().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void aCloseOfHttp2ThatTheLoopHasNotSeenYetIsLookedFor() throws Exception {
        try (var instance = http2();
                var gateway = gateway(Transport.AUTO, 1, Protocol.HTTP2);
                var client = new TestClient(gateway.gateway)) {
            gateway.publish(List.of(instance.endpoint(TestGateway.id(1), EndpointRole.ACTIVE)));
            for (int i = 1; i <= 20; i++) {
                assertThat(client.ask(TestClient.post("/", "body")).status()).isEqualTo(200);
                var busy = new CountDownLatch(1);
                var entered = new CountDownLatch(1);
                gateway.gateway
                        .loops()
                        .getFirst()
                        .eventLoop()
                        .execute(() -> {
                            entered.countDown();
                            RetryTest.awaitQuietly(busy);
                        });
                entered.await();
                client.send(TestClient.post("/", "body"));
                instance.closeConnections();
                busy.countDown();
                assertThat(client.read().status()).isEqualTo(200);
            }
        }
    }
}
