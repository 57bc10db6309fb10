package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.RetryPolicy;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** When a request goes to another instance, and when it must not. */
class RetryTest {

    private static TestGateway gateway(RetryPolicy retry) {
        return new TestGateway(
                GatewaySettings.DEFAULT.withLoops(1),
                TestGateway.policy(retry, TestGateway.NO_EJECTION, TestGateway.SELDOM));
    }

    private static TestInstance closing() {
        return new TestInstance((request, exchange) -> {
            request.body();
            throw new IOException("closes");
        });
    }

    private static TestInstance dead() {
        var instance = TestInstance.answering("never");
        instance.close();
        // The port may accept for a moment after its close.
        await().until(() -> refuses(instance.port()));
        return instance;
    }

    private static boolean refuses(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return !socket.isConnected();
        } catch (ConnectException e) {
            return true;
        }
    }

    @Test
    void whatWasNeverSentGoesElsewhereWhateverItIs() throws IOException {
        try (var well = TestInstance.answering("well");
                var gateway = gateway(new RetryPolicy(true, 3, 0, 0)).with(dead(), well, dead());
                var client = new TestClient(gateway.gateway)) {
            for (int i = 0; i < 50; i++) {
                assertThat(client.ask(TestClient.post("/", "b".repeat(i))).text())
                        .isEqualTo("well");
            }
            assertThat(well.requests).hasSize(50);
            assertThat(gateway.traffic().retried()).isPositive();
            assertThat(gateway.traffic().retriedByScaling()).isZero();
        }
    }

    @Test
    void withoutRetriesARefusedConnectionIsTheAnswer() throws IOException {
        try (var gateway = gateway(RetryPolicy.OFF).with(dead());
                var client = new TestClient(gateway.gateway)) {
            var answer = client.ask(TestClient.get("/"));
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.field("x-ebb-reason")).isEqualTo("connect_refused");
            assertThat(client.ask(TestClient.get("/")).status()).isEqualTo(502);
        }
    }

    @Test
    void anIdempotentRequestIsSentAgainWithItsBody() throws IOException {
        try (var bad = closing();
                var well = new TestInstance((request, exchange) -> exchange.ok(request.text()));
                var gateway = gateway(RetryPolicy.DEFAULT).with(bad, well);
                var client = new TestClient(gateway.gateway)) {
            while (bad.requests.size() < 3) {
                var body = "body " + bad.requests.size();
                var answer =
                        client.ask("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n" + body);
                assertThat(answer.text()).isEqualTo(body);
            }
        }
    }

    @Test
    void aPostThatMayHaveBeenReadIsNotSentAgain() throws IOException {
        try (var bad = closing();
                var well = TestInstance.answering("well");
                var gateway = gateway(RetryPolicy.DEFAULT).with(bad, well);
                var client = new TestClient(gateway.gateway)) {
            while (bad.requests.isEmpty()) {
                int before = well.requests.size();
                var answer = client.ask(TestClient.post("/", "body"));
                boolean reached = !bad.requests.isEmpty();
                assertThat(answer.status()).isEqualTo(reached ? 502 : 200);
                assertThat(well.requests).hasSize(reached ? before : before + 1);
            }
            assertThat(gateway.traffic().retried()).isZero();
        }
    }

    @Test
    void aLargeBodyIsNotKeptForASecondTime() throws IOException {
        int size = 1_000_000;
        try (var bad = closing();
                var gateway = gateway(RetryPolicy.DEFAULT).with(bad, bad);
                var client = new TestClient(gateway.gateway)) {
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + size + "\r\n\r\n");
            client.send("x".repeat(size));
            assertThat(client.read().status()).isEqualTo(502);
            assertThat(bad.requests).hasSize(1);
        }
    }

    @Test
    void theBudgetLimitsRetriesButNotRefusedConnections() throws IOException {
        try (var bad = closing();
                var worse = closing();
                var gateway = gateway(new RetryPolicy(true, 2, 0.1, 0)).with(bad, worse);
                var client = new TestClient(gateway.gateway)) {
            for (int i = 0; i < 100; i++) {
                assertThat(client.ask(TestClient.get("/")).status()).isEqualTo(502);
            }
            assertThat(gateway.traffic().retried()).isBetween(5L, 12L);
            assertThat(bad.requests.size() + worse.requests.size()).isBetween(105, 112);
            assertThat(gateway.traffic().failed().get("retry_exhausted")).isBetween(5L, 12L);
        }
    }

    @Test
    void aStalePooledConnectionIsNoticed() throws Exception {
        var closed = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            request.body();
                            exchange.ok("well");
                            closed.countDown();
                            throw new IOException("closes, without having said so");
                        });
                var gateway = gateway(RetryPolicy.OFF).with(instance);
                var client = new TestClient(gateway.gateway)) {
            for (int i = 0; i < 200; i++) {
                assertThat(client.ask(TestClient.get("/")).status()).isIn(200, 502);
            }
            closed.await();
            // The close races with the next request; most are seen in time.
            assertThat(gateway.traffic().answers().get("2xx")).isGreaterThan(100);
        }
    }

    @Test
    void aRetryBecauseOfARemovalIsInTheLedger() throws IOException {
        var arrived = new CountDownLatch(1);
        var parked = new CountDownLatch(1);
        try (var leaving =
                        new TestInstance((request, exchange) -> {
                            arrived.countDown();
                            awaitQuietly(parked);
                            throw new IOException("closes");
                        });
                var well = TestInstance.answering("well");
                var gateway = gateway(RetryPolicy.DEFAULT).with(leaving);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/"));
            awaitQuietly(arrived);
            gateway.publish(
                    List.of(
                            leaving.endpoint(TestGateway.id(1), EndpointRole.PARKED),
                            well.endpoint(TestGateway.id(2), EndpointRole.ACTIVE)));
            parked.countDown();
            assertThat(client.read().text()).isEqualTo("well");
            assertThat(gateway.endpoint(1).ledger().retried()).isEqualTo(1);
            assertThat(gateway.traffic().retriedByScaling()).isEqualTo(1);
        }
    }

    @Test
    void aLossBecauseOfARemovalIsInTheLedgerEvenAfterwards() throws IOException {
        var arrived = new CountDownLatch(1);
        var parked = new CountDownLatch(1);
        try (var leaving =
                        new TestInstance((request, exchange) -> {
                            arrived.countDown();
                            awaitQuietly(parked);
                            throw new IOException("closes");
                        });
                var gateway = gateway(RetryPolicy.OFF).with(leaving);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/"));
            awaitQuietly(arrived);
            gateway.publish(List.of());
            assertThat(gateway.endpoint(1).traffic().inFlight()).isEqualTo(1);
            parked.countDown();
            assertThat(client.read().status()).isEqualTo(502);
            await().until(() -> gateway.endpoint(1).ledger().lost() == 1);
        }
    }

    static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
