package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.LimitPolicy;
import dev.ebb.balance.QueuePolicy;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.core.QueueReading;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** Limits of concurrency, the queue before them, and what is refused. */
class LimitsGatewayTest {
    private static final QueuePolicy PATIENT =
            new QueuePolicy(4, Duration.ofSeconds(30), Duration.ofSeconds(30));
    private final Semaphore turns = new Semaphore(0);

    private static TestGateway gateway(int limit, QueuePolicy queue) {
        CheckPolicy check =
                new CheckPolicy(
                        Optional.of("/ready"),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(1),
                        0,
                        1,
                        100);
        BalancePolicy policy =
                TestGateway.policy(RetryPolicy.DEFAULT, TestGateway.NO_EJECTION, check)
                        .withLimit(new LimitPolicy.Fixed(limit), queue);
        return new TestGateway(GatewaySettings.DEFAULT.withLoops(1), policy);
    }

    /** Answers one request for each permit; Ebb's own checks at once. */
    private TestInstance slow() {
        return new TestInstance((request, exchange) -> {
            request.body();
            if (!request.head().contains("ebb-check")) {
                turns.acquireUninterruptibly();
            }
            exchange.ok(request.path());
        });
    }

    private static long requests(TestInstance instance) {
        return instance.requests.stream().filter(head -> !head.contains("ebb-check")).count();
    }

    private static List<TestClient> asking(TestGateway gateway, String... paths)
            throws IOException {
        var clients = new ArrayList<TestClient>();
        for (String path : paths) {
            var client = new TestClient(gateway.gateway);
            client.send(TestClient.get(path));
            clients.add(client);
            long all = clients.size();
            await().until(() -> gateway.traffic().requests() >= all);
        }
        return clients;
    }

    private static void close(List<TestClient> clients) throws IOException {
        for (TestClient client : clients) {
            client.close();
        }
    }

    @Test
    void whatIsBeyondTheLimitWaitsInOrderAndIsInFlightNowhere() throws IOException {
        try (var instance = slow();
                var gateway = gateway(2, PATIENT).with(instance)) {
            var clients = asking(gateway, "/1", "/2", "/3", "/4");
            await().until(() -> requests(instance) == 2);
            assertThat(gateway.inFlight(1)).isEqualTo(2);
            assertThat(gateway.traffic().resilience().waiting()).isEqualTo(2);
            turns.release(4);
            for (int i = 0; i < 4; i++) {
                assertThat(clients.get(i).read().text()).isEqualTo("/" + (i + 1));
            }
            assertThat(gateway.traffic().resilience().queued()).isEqualTo(2);
            await().until(() -> gateway.traffic().resilience().waiting() == 0);
            assertThat(gateway.inFlight(1)).isZero();
            close(clients);
        }
    }

    @Test
    void whenTheQueueIsFullTheRestIsRefusedWithATimeToComeAgain() throws IOException {
        try (var instance = slow();
                var gateway =
                        gateway(
                                        1,
                                        new QueuePolicy(
                                                1, Duration.ofSeconds(30), Duration.ofSeconds(30)))
                                .with(instance)) {
            var clients = asking(gateway, "/1", "/2", "/3");
            var refused = clients.get(2).read();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.field("x-ebb-reason")).isEqualTo("limit_reached");
            assertThat(Integer.parseInt(refused.field("retry-after"))).isBetween(1, 45);
            assertThat(gateway.traffic().failed()).containsEntry("limit_reached", 1L);
            assertThat(gateway.report().queue()).contains(new QueueReading(1, 1));
            turns.release(2);
            assertThat(clients.get(0).read().text()).isEqualTo("/1");
            assertThat(clients.get(1).read().text()).isEqualTo("/2");
            turns.release();
            assertThat(clients.get(2).ask(TestClient.get("/again")).text()).isEqualTo("/again");
            close(clients);
        }
    }

    @Test
    void whoWaitsTooLongIsRefused() throws IOException {
        try (var instance = slow();
                var gateway =
                        gateway(
                                        1,
                                        new QueuePolicy(
                                                8, Duration.ofMillis(150), Duration.ofMillis(50)))
                                .with(instance)) {
            var clients = asking(gateway, "/1", "/2", "/3");
            assertThat(clients.get(1).read().status()).isEqualTo(503);
            assertThat(clients.get(2).read().status()).isEqualTo(503);
            assertThat(gateway.traffic().resilience().waiting()).isZero();
            turns.release(2);
            assertThat(clients.get(0).read().text()).isEqualTo("/1");
            assertThat(requests(instance)).isEqualTo(1);
            close(clients);
        }
    }

    @Test
    void aProbeOfTheServiceGoesFirst() throws IOException {
        try (var instance = slow();
                var gateway = gateway(1, PATIENT).with(instance)) {
            var clients = asking(gateway, "/1", "/2", "/3", "/ready?deep");
            turns.release(2);
            assertThat(clients.get(0).read().text()).isEqualTo("/1");
            assertThat(clients.get(3).read().text()).isEqualTo("/ready?deep");
            assertThat(requests(instance)).isBetween(2L, 3L);
            turns.release(2);
            assertThat(clients.get(1).read().text()).isEqualTo("/2");
            assertThat(clients.get(2).read().text()).isEqualTo("/3");
            close(clients);
        }
    }

    @Test
    void whoHasGoneTakesNobodysTurn() throws IOException {
        try (var instance = slow();
                var gateway = gateway(1, PATIENT).with(instance)) {
            var clients = asking(gateway, "/1", "/2", "/3");
            clients.get(1).close();
            await().until(() -> gateway.traffic().cancelled() == 1);
            assertThat(gateway.traffic().resilience().waiting()).isEqualTo(1);
            turns.release(2);
            assertThat(clients.get(0).read().text()).isEqualTo("/1");
            assertThat(clients.get(2).read().text()).isEqualTo("/3");
            assertThat(requests(instance)).isEqualTo(2);
            close(clients);
        }
    }

    @Test
    void aNewInstanceTakesWhatWaitsAtOnceAndAParkedOneNothing() throws IOException {
        try (var first = slow();
                var second = TestInstance.answering("second");
                var gateway = gateway(1, PATIENT).with(first)) {
            var clients = asking(gateway, "/1", "/2", "/3");
            gateway.publish(
                    List.of(
                            first.endpoint(TestGateway.id(1), EndpointRole.PARKED),
                            second.endpoint(TestGateway.id(2), EndpointRole.ACTIVE)));
            assertThat(clients.get(1).read().text()).isEqualTo("second");
            assertThat(clients.get(2).read().text()).isEqualTo("second");
            turns.release();
            assertThat(clients.get(0).read().text()).isEqualTo("/1");
            assertThat(requests(first)).isEqualTo(1);
            close(clients);
        }
    }

    @Test
    void activeChecksDoNotWait() throws IOException {
        CheckPolicy often =
                new CheckPolicy(
                        Optional.of("/ready"),
                        Duration.ofMillis(50),
                        Duration.ofSeconds(1),
                        0,
                        1,
                        1);
        BalancePolicy policy =
                TestGateway.policy(RetryPolicy.DEFAULT, TestGateway.NO_EJECTION, often)
                        .withLimit(new LimitPolicy.Fixed(1), PATIENT);
        try (var instance = slow();
                var gateway =
                        new TestGateway(GatewaySettings.DEFAULT.withLoops(1), policy)
                                .with(instance)) {
            var clients = asking(gateway, "/1", "/2");
            long before = instance.requests.size();
            await().until(() -> instance.requests.size() > before + 3);
            assertThat(requests(instance)).isEqualTo(1);
            turns.release(2);
            assertThat(clients.get(0).read().text()).isEqualTo("/1");
            assertThat(clients.get(1).read().text()).isEqualTo("/2");
            close(clients);
        }
    }
}
