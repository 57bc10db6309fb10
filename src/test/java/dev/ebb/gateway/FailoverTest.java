package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.EjectionPolicy;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.core.Health;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Instances that die, fail, come back; seen by live traffic and by checks. */
class FailoverTest {
    private static final EjectionPolicy QUICK =
            new EjectionPolicy(
                    3,
                    2,
                    0.5,
                    20,
                    Duration.ofSeconds(10),
                    Duration.ofMillis(300),
                    Duration.ofSeconds(10),
                    0.5,
                    0.5);

    private static CheckPolicy checks(Optional<String> path) {
        return new CheckPolicy(path, Duration.ofMillis(100), Duration.ofMillis(500), 0.1, 2, 3);
    }

    private static TestGateway gateway(BalancePolicy policy) {
        return new TestGateway(GatewaySettings.DEFAULT.withLoops(2), policy);
    }

    private static Health health(TestGateway gateway, int ordinal) {
        return gateway.endpoint(ordinal).health();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/health"})
    void checksSeeWhoIsWellWhateverTheRole(String path) throws IOException {
        var policy =
                TestGateway.policy(
                        RetryPolicy.DEFAULT,
                        QUICK,
                        checks(Optional.of(path).filter(text -> !text.isEmpty())));
        try (var parked = TestInstance.answering("parked");
                var active = TestInstance.answering("active");
                var gateway = gateway(policy)) {
            var endpoints =
                    List.of(
                            parked.endpoint(TestGateway.id(1), EndpointRole.PARKED),
                            active.endpoint(TestGateway.id(2), EndpointRole.ACTIVE));
            gateway.publish(endpoints);
            await().until(() -> health(gateway, 1) == Health.HEALTHY);
            await().until(() -> health(gateway, 2) == Health.HEALTHY);
            assertThat(gateway.endpoint(1).healthReason()).isEmpty();
            int port = parked.port();
            parked.die();
            await().until(() -> health(gateway, 1) == Health.EJECTED);
            assertThat(health(gateway, 2)).isEqualTo(Health.HEALTHY);
            var reason = gateway.endpoint(1).healthReason();
            assertThat(reason.orElseThrow().code()).isEqualTo("check_no_connection");
            try (var again =
                    new TestInstance(
                            (request, exchange) -> {
                                request.body();
                                exchange.ok("again");
                            },
                            port)) {
                await().until(() -> health(gateway, 1) == Health.HEALTHY);
                assertThat(again.port()).isEqualTo(port);
            }
        }
    }

    @Test
    void anInstanceWhoseCheckAnswersBadlyIsTakenOut() {
        var policy = TestGateway.policy(RetryPolicy.DEFAULT, QUICK, checks(Optional.of("/health")));
        try (var one = TestInstance.answering("one");
                var two = TestInstance.answering("two");
                var gateway = gateway(policy).with(one, two)) {
            await().until(() -> health(gateway, 1) == Health.HEALTHY);
            one.behave((request, exchange) ->
                    exchange.send("HTTP/1.1 500 Ill\r\nContent-Length: 0\r\n\r\n"));
            await().until(() -> health(gateway, 1) == Health.EJECTED);
            one.behave((request, exchange) -> exchange.ok("well"));
            await().until(() -> health(gateway, 1) == Health.HEALTHY);
        }
    }

    @Test
    void refusedTwiceItIsOutAtOnceOnEveryLoopAndBackWhenItIsWell() throws IOException {
        var policy = TestGateway.policy(RetryPolicy.DEFAULT, QUICK, checks(Optional.empty()));
        try (var one = TestInstance.answering("one");
                var two = TestInstance.answering("two");
                var gateway = gateway(policy).with(one, two);
                var client = new TestClient(gateway.gateway);
                var other = new TestClient(gateway.gateway)) {
            await().until(() -> health(gateway, 1) == Health.HEALTHY);
            int port = one.port();
            one.die();
            for (int i = 0; i < 100; i++) {
                assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("two");
                assertThat(other.ask(TestClient.get("/")).text()).isEqualTo("two");
            }
            await().until(() -> health(gateway, 1) == Health.EJECTED);
            // Idle connections that broke, and two refused connects on each loop at most.
            assertThat(gateway.traffic().retried()).isLessThanOrEqualTo(8);
            try (var again = new TestInstance((request, exchange) -> exchange.ok("one"), port)) {
                await().until(() -> health(gateway, 1) == Health.HEALTHY);
                await().until(() -> client.ask(TestClient.get("/")).text().equals("one"));
                assertThat(again.requests).isNotEmpty();
            }
            assertThat(gateway.traffic().ejections()).isEqualTo(1);
            assertThat(gateway.traffic().readmissions()).isEqualTo(1);
        }
    }

    @Test
    void oneOfFiveIsKilledUnderLoadAndNoGetFails() throws Exception {
        var instances = new ArrayList<TestInstance>();
        for (int i = 0; i < 5; i++) {
            instances.add(TestInstance.answering("well"));
        }
        var stop = new AtomicBoolean();
        var failed = new AtomicLong();
        var well = new AtomicLong();
        var policy = TestGateway.policy(RetryPolicy.DEFAULT, QUICK, checks(Optional.empty()));
        try (var gateway = gateway(policy).with(instances.toArray(TestInstance[]::new))) {
            var clients = new ArrayList<Thread>();
            for (int c = 0; c < 8; c++) {
                clients.add(
                        Thread.ofVirtual()
                                .start(() -> {
                                    try (var client = new TestClient(gateway.gateway)) {
                                        while (!stop.get()) {
                                            var answer = client.ask(TestClient.get("/"));
                                            (answer.status() == 200 ? well : failed)
                                                    .incrementAndGet();
                                        }
                                    } catch (IOException e) {
                                        failed.incrementAndGet();
                                    }
                                }));
            }
            await().until(() -> well.get() > 1000);
            instances.getFirst().die();
            await().until(() -> health(gateway, 1) == Health.EJECTED);
            long then = well.get();
            await().until(() -> well.get() > then + 1000);
            stop.set(true);
            for (Thread client : clients) {
                client.join();
            }
            assertThat(failed).hasValue(0);
            assertThat(gateway.traffic().retried()).isPositive();
            assertThat(gateway.traffic().retriedByScaling()).isZero();
        } finally {
            stop.set(true);
            instances.forEach(TestInstance::close);
        }
    }

    @Test
    void whatWaitsForAnInstanceThatFellSilentGoesElsewhere() throws IOException {
        var policy = TestGateway.policy(RetryPolicy.DEFAULT, QUICK, checks(Optional.of("/health")));
        try (var one = TestInstance.answering("one");
                var two = TestInstance.answering("two");
                var gateway = gateway(policy).with(one, two);
                var client = new TestClient(gateway.gateway)) {
            await().until(() -> health(gateway, 1) == Health.HEALTHY);
            // As if it were stopped by a signal: connects, and never a byte.
            one.behave((request, exchange) -> request.in().read());
            for (int i = 0; i < 20; i++) {
                assertThat(client.ask(TestClient.get("/")).text()).isEqualTo("two");
            }
            assertThat(health(gateway, 1)).isEqualTo(Health.EJECTED);
            assertThat(gateway.traffic().retried()).isEqualTo(1);
        }
    }

    @Test
    void answersCutInTheMiddleEndTheClientsConnection() throws IOException {
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            exchange.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                            request.in().read();
                        });
                var gateway =
                        gateway(TestGateway.policy(RetryPolicy.DEFAULT, QUICK, TestGateway.SELDOM))
                                .with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/"));
            assertThat(client.readHead().status()).isEqualTo(200);
            assertThat(client.text(4)).isEqualTo("half");
            instance.die();
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> client.exactly(6))
                    .isInstanceOf(EOFException.class);
            await().until(() -> gateway.traffic().truncated() == 1);
            var ledger = gateway.endpoint(1).ledger();
            assertThat(ledger.cut()).isZero();
        }
    }
}
