package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.HedgePolicy;
import dev.ebb.balance.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Two attempts at once: the first answer counts, the other is no failure. */
class HedgeTest {
    private static final HedgePolicy GENEROUS =
            new HedgePolicy(true, 0.95, Duration.ofMillis(20), 1);

    private final CountDownLatch stuck = new CountDownLatch(1);
    private final AtomicBoolean slow = new AtomicBoolean();

    private static TestGateway gateway(HedgePolicy hedge, RetryPolicy retry) {
        return gateway(GatewaySettings.DEFAULT, hedge, retry);
    }

    private static TestGateway gateway(
            GatewaySettings settings, HedgePolicy hedge, RetryPolicy retry) {
        return new TestGateway(
                settings.withLoops(1),
                TestGateway.policy(retry, TestGateway.NO_EJECTION, TestGateway.SELDOM)
                        .withHedge(hedge));
    }

    /** Answers at once, until it is slow. */
    private TestInstance sometimesStuck() {
        return new TestInstance((request, exchange) -> {
            request.body();
            if (slow.get()) {
                RetryTest.awaitQuietly(stuck);
            }
            exchange.ok("one");
        });
    }

    private static void learn(TestClient client) throws IOException {
        for (int i = 0; i < 300; i++) {
            assertThat(client.ask(TestClient.get("/")).status()).isEqualTo(200);
        }
        // The percentile is worked out once a second.
        long before = System.nanoTime();
        await().until(() -> System.nanoTime() - before > 1_100_000_000L);
    }

    @Test
    void theSecondAnswersWhenTheFirstIsStuckAndNobodyHasFailed() throws IOException {
        try (var one = sometimesStuck();
                var two = TestInstance.answering("two");
                var gateway = gateway(GENEROUS, RetryPolicy.DEFAULT).with(one, two);
                var client = new TestClient(gateway.gateway)) {
            learn(client);
            slow.set(true);
            // Also the second attempt may be the one that is stuck, when the machine is busy.
            while (gateway.traffic().resilience().hedgesWon() < 5) {
                assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("two");
            }
            assertThat(gateway.traffic().resilience().hedged()).isGreaterThanOrEqualTo(5);
            assertThat(gateway.endpoint(1).traffic().failuresTotal()).isZero();
            assertThat(gateway.traffic().retried()).isZero();
            await().until(() -> gateway.inFlight(1) + gateway.inFlight(2) == 0);
        } finally {
            stuck.countDown();
        }
    }

    @Test
    void bothHaveTheSameId() throws IOException {
        var ids = new GatewaySettings.RequestId("X-Request-Id", true);
        var settings = GatewaySettings.DEFAULT.with(GatewaySettings.Heads.DEFAULT.with(ids));
        try (var one = sometimesStuck();
                var two = TestInstance.answering("two");
                var gateway = gateway(settings, GENEROUS, RetryPolicy.DEFAULT).with(one, two);
                var client = new TestClient(gateway.gateway)) {
            learn(client);
            slow.set(true);
            int before = one.requests.size();
            while (gateway.traffic().resilience().hedgesWon() < 1) {
                client.ask(TestClient.get("/"));
            }
            assertThat(RequestIdTest.ids(one.requests.get(before)))
                    .isIn(two.requests.stream().map(RequestIdTest::ids).toList());
        } finally {
            stuck.countDown();
        }
    }

    @Test
    void aPostIsAskedOnce() throws IOException {
        try (var one = sometimesStuck();
                var gateway = gateway(GENEROUS, RetryPolicy.DEFAULT).with(one, one);
                var client = new TestClient(gateway.gateway)) {
            learn(client);
            slow.set(true);
            int before = one.requests.size();
            long hedged = gateway.traffic().resilience().hedged();
            client.send(TestClient.post("/", "once"));
            await().until(() -> one.requests.size() == before + 1);
            long sent = System.nanoTime();
            await().until(() -> System.nanoTime() - sent > 200_000_000L);
            assertThat(one.requests).hasSize(before + 1);
            stuck.countDown();
            assertThat(client.read().text()).isEqualTo("one");
            assertThat(gateway.traffic().resilience().hedged()).isEqualTo(hedged);
        } finally {
            stuck.countDown();
        }
    }

    @Test
    void theBudgetLimitsIt() throws IOException {
        var small = new HedgePolicy(true, 0.95, Duration.ofMillis(20), 0.01);
        try (var one = sometimesStuck();
                var gateway = gateway(small, RetryPolicy.DEFAULT).with(one, one);
                var client = new TestClient(gateway.gateway)) {
            learn(client);
            slow.set(true);
            int before = one.requests.size();
            var clients = new ArrayList<TestClient>();
            for (int i = 0; i < 20; i++) {
                var another = new TestClient(gateway.gateway);
                another.send(TestClient.get("/"));
                clients.add(another);
            }
            await().until(() -> one.requests.size() >= before + 20);
            long sent = System.nanoTime();
            await().until(() -> System.nanoTime() - sent > 200_000_000L);
            // 300 requests before and 20 now, 1 % of them
            assertThat(gateway.traffic().resilience().hedged()).isBetween(1L, 3L);
            stuck.countDown();
            for (TestClient another : clients) {
                assertThat(another.read().status()).isEqualTo(200);
                another.close();
            }
        } finally {
            stuck.countDown();
        }
    }

    @Test
    void whenTheFirstBreaksTheSecondGoesOnWithoutARetry() throws IOException {
        var breaks = new CountDownLatch(1);
        var answers = new CountDownLatch(1);
        var both = new CountDownLatch(2);
        try (var one =
                        new TestInstance((request, exchange) -> {
                            if (slow.get()) {
                                both.countDown();
                                RetryTest.awaitQuietly(breaks);
                                throw new IOException("closes");
                            }
                            exchange.ok("one");
                        });
                var two =
                        new TestInstance((request, exchange) -> {
                            if (slow.get()) {
                                both.countDown();
                                RetryTest.awaitQuietly(answers);
                            }
                            exchange.ok("two");
                        });
                var gateway = gateway(GENEROUS, RetryPolicy.OFF).with(one, two);
                var client = new TestClient(gateway.gateway)) {
            learn(client);
            slow.set(true);
            client.send(TestClient.get("/"));
            RetryTest.awaitQuietly(both);
            breaks.countDown();
            await().until(() -> gateway.inFlight(1) == 0);
            assertThat(gateway.inFlight(2)).isEqualTo(1);
            answers.countDown();
            assertThat(client.read().text()).isEqualTo("two");
            assertThat(gateway.traffic().retried()).isZero();
            assertThat(gateway.endpoint(1).traffic().failuresTotal()).isEqualTo(1);
        } finally {
            breaks.countDown();
            answers.countDown();
        }
    }

    @Test
    void aClientThatGoesEndsBoth() throws IOException {
        try (var one = sometimesStuck();
                var two = sometimesStuck();
                var gateway = gateway(GENEROUS, RetryPolicy.DEFAULT).with(one, two)) {
            try (var client = new TestClient(gateway.gateway)) {
                learn(client);
                slow.set(true);
                client.send(TestClient.get("/"));
                await().until(() -> gateway.inFlight(1) + gateway.inFlight(2) == 2);
            }
            await().until(() -> gateway.inFlight(1) + gateway.inFlight(2) == 0);
            assertThat(gateway.traffic().cancelled()).isEqualTo(1);
        } finally {
            stuck.countDown();
        }
    }

    @Test
    void offIsOff() throws IOException {
        try (var one = sometimesStuck();
                var gateway = gateway(HedgePolicy.OFF, RetryPolicy.DEFAULT).with(one, one);
                var client = new TestClient(gateway.gateway)) {
            learn(client);
            slow.set(true);
            client.send(TestClient.get("/"));
            await().until(() -> gateway.inFlight(1) + gateway.inFlight(2) == 1);
            long sent = System.nanoTime();
            await().until(() -> System.nanoTime() - sent > 150_000_000L);
            assertThat(gateway.inFlight(1) + gateway.inFlight(2)).isEqualTo(1);
        } finally {
            stuck.countDown();
        }
    }
}
