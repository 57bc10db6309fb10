package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.LimitPolicy;
import dev.ebb.balance.QueuePolicy;
import dev.ebb.balance.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A request whose instance is removed and breaks off, while the one that is left is at its limit.
 */
@Timeout(60)
class RetryWaitsTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final CountDownLatch end = new CountDownLatch(1);
    private final Semaphore turns = new Semaphore(0);

    /** Ends its connections when it is told to. */
    private final TestInstance leaving =
            new TestInstance((request, exchange) -> {
                RetryTest.awaitQuietly(end);
                throw new IOException("closes");
            });

    private final TestInstance staying =
            new TestInstance((request, exchange) -> {
                turns.acquireUninterruptibly();
                exchange.ok("stays");
            });

    private static TestGateway gateway(QueuePolicy queue, Timeouts timeouts) {
        return new TestGateway(
                GatewaySettings.DEFAULT.withLoops(1).withTimeouts(timeouts),
                TestGateway.policy(RetryPolicy.DEFAULT, TestGateway.NO_EJECTION, TestGateway.SELDOM)
                        .withLimit(new LimitPolicy.Fixed(1), queue));
    }

    /** One request at each, and then the first instance goes. */
    private void begin(TestGateway gateway, TestClient first, TestClient second)
            throws IOException {
        gateway.publish(List.of(leaving.endpoint(TestGateway.id(1), EndpointRole.ACTIVE)));
        first.send(TestClient.get("/first"));
        await().until(() -> leaving.requests.size() == 1);
        gateway.publish(
                List.of(
                        leaving.endpoint(TestGateway.id(1), EndpointRole.PARKED),
                        staying.endpoint(TestGateway.id(2), EndpointRole.ACTIVE)));
        second.send(TestClient.get("/second"));
        await().until(() -> staying.requests.size() == 1);
    }

    @Test
    void waitsForRoomAsNewcomersDo() throws IOException {
        try (leaving;
                staying;
                var gateway = gateway(new QueuePolicy(4, LONG, LONG), Timeouts.DEFAULT);
                var first = new TestClient(gateway.gateway);
                var second = new TestClient(gateway.gateway)) {
            begin(gateway, first, second);
            end.countDown();
            await().until(() -> gateway.traffic().resilience().waiting() == 1);
            assertThat(gateway.inFlight(1)).isZero();
            turns.release(2);
            assertThat(second.read().text()).isEqualTo("stays");
            assertThat(first.read().text()).isEqualTo("stays");
            assertThat(gateway.traffic().retriedByScaling()).isEqualTo(1);
            assertThat(gateway.endpoint(1).ledger().retried()).isEqualTo(1);
            assertThat(gateway.endpoint(1).ledger().lost()).isZero();
        }
    }

    @Test
    void whereNobodyMayWaitItIsRefusedAndOnTheLedger() throws IOException {
        try (leaving;
                staying;
                var gateway = gateway(new QueuePolicy(0, LONG, LONG), Timeouts.DEFAULT);
                var first = new TestClient(gateway.gateway);
                var second = new TestClient(gateway.gateway)) {
            begin(gateway, first, second);
            end.countDown();
            var refused = first.read();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.field("x-ebb-reason")).isEqualTo("limit_reached");
            assertThat(gateway.endpoint(1).ledger().lost()).isEqualTo(1);
            assertThat(gateway.endpoint(1).ledger().retried()).isZero();
            turns.release();
            assertThat(second.read().text()).isEqualTo("stays");
        }
    }

    @Test
    void itsOwnTimeEndsTheWait() throws IOException {
        Timeouts timeouts = TestTimeouts.request(Duration.ofMillis(1500));
        try (leaving;
                staying;
                var gateway = gateway(new QueuePolicy(4, LONG, LONG), timeouts);
                var first = new TestClient(gateway.gateway);
                var second = new TestClient(gateway.gateway)) {
            begin(gateway, first, second);
            end.countDown();
            assertThat(first.read().status()).isEqualTo(503);
            assertThat(gateway.traffic().resilience().waiting()).isZero();
            assertThat(gateway.endpoint(1).ledger().lost()).isEqualTo(1);
            turns.release(2);
        }
    }

    @Test
    void whereOnlyTheOneThatFailedHasRoomItWaitsForAnotherAndNewOnesPass() throws IOException {
        var failures = new Semaphore(1);
        try (leaving;
                staying;
                var flaky =
                        new TestInstance((request, exchange) -> {
                            if (failures.tryAcquire()) {
                                RetryTest.awaitQuietly(end);
                                throw new IOException("closes");
                            }
                            exchange.ok("again");
                        });
                var gateway = gateway(new QueuePolicy(4, LONG, LONG), Timeouts.DEFAULT);
                var first = new TestClient(gateway.gateway);
                var second = new TestClient(gateway.gateway);
                var third = new TestClient(gateway.gateway)) {
            gateway.publish(List.of(flaky.endpoint(TestGateway.id(1), EndpointRole.ACTIVE)));
            first.send(TestClient.get("/first"));
            await().until(() -> flaky.requests.size() == 1);
            gateway.publish(
                    List.of(
                            flaky.endpoint(TestGateway.id(1), EndpointRole.ACTIVE),
                            staying.endpoint(TestGateway.id(2), EndpointRole.ACTIVE)));
            second.send(TestClient.get("/second"));
            await().until(() -> staying.requests.size() == 1);

            end.countDown();

            await().until(() -> gateway.traffic().resilience().waiting() == 1);
            assertThat(third.ask(TestClient.get("/third")).text()).isEqualTo("again");
            assertThat(gateway.traffic().resilience().waiting()).isEqualTo(1);
            turns.release(2);
            assertThat(second.read().text()).isEqualTo("stays");
            assertThat(first.read().text()).isEqualTo("stays");
        }
    }
}
