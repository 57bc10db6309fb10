package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.EjectionPolicy;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.core.Health;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Long polls and deadlines: whose time it is that was over before there was an answer. */
@Timeout(60)
class OwnTimeTest {
    private static final EjectionPolicy TWO =
            new EjectionPolicy(
                    2,
                    0,
                    0.5,
                    4,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(60),
                    0.5,
                    0);
    private static final RouteTimeouts SHORT =
            new RouteTimeouts(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(Duration.ofMillis(150)),
                    Optional.empty(),
                    Optional.empty());

    private final CountDownLatch end = new CountDownLatch(1);

    /** Answers a poll when there is something to say, which is never. */
    private final TestInstance quiet =
            new TestInstance((request, exchange) -> {
                if (request.path().startsWith("/now")) {
                    exchange.ok("well");
                } else {
                    RetryTest.awaitQuietly(end);
                    throw new IOException("ends");
                }
            });

    private TestGateway gateway(EjectionPolicy ejection, Timeouts timeouts) {
        BalancePolicy policy = TestGateway.policy(RetryPolicy.OFF, ejection, TestGateway.SELDOM);
        var routes = List.of(Route.ALL, Route.path("/poll").withTimeouts(SHORT));
        return new TestGateway(
                        GatewaySettings.DEFAULT.withLoops(1).withTimeouts(timeouts), policy, routes)
                .with(quiet);
    }

    private void ask(TestGateway gateway, String path, String fields) throws IOException {
        for (int i = 0; i < 6 && !ejected(gateway); i++) {
            try (var client = new TestClient(gateway.gateway)) {
                String request = "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
                assertThat(client.ask(request).status()).isEqualTo(504);
            }
        }
    }

    private static boolean ejected(TestGateway gateway) {
        return gateway.endpoint(1).health() == Health.EJECTED;
    }

    @Test
    void aRoutesOwnTimeEjectsNobody() throws IOException {
        try (quiet;
                var gateway = gateway(TWO, Timeouts.DEFAULT)) {
            ask(gateway, "/poll", "");
            assertThat(ejected(gateway)).isFalse();
            assertThat(gateway.endpoint(1).traffic().failuresTotal()).isEqualTo(6);
            end.countDown();
        }
    }

    @Test
    void unlessThatIsWanted() throws IOException {
        try (quiet;
                var gateway = gateway(TWO.withDeadlines(true), Timeouts.DEFAULT)) {
            ask(gateway, "/poll", "");
            assertThat(ejected(gateway)).isTrue();
            end.countDown();
        }
    }

    @Test
    void aClientsDeadlineEjectsNobody() throws IOException {
        try (quiet;
                var gateway = gateway(TWO, TestTimeouts.request(Duration.ofSeconds(20)))) {
            ask(gateway, "/", "X-Envoy-Expected-Rq-Timeout-Ms: 150\r\n");
            assertThat(ejected(gateway)).isFalse();
            end.countDown();
        }
    }

    /** That is how an instance is found that hangs. */
    @Test
    void theGatewaysTimesEjectAsBefore() throws IOException {
        try (quiet;
                var gateway = gateway(TWO, TestTimeouts.request(Duration.ofMillis(150)))) {
            ask(gateway, "/", "");
            assertThat(ejected(gateway)).isTrue();
            end.countDown();
        }
    }

    @Test
    void theGatewaysTimeForAHeadEjectsAsBefore() throws IOException {
        try (quiet;
                var gateway = gateway(TWO, TestTimeouts.of(Duration.ofMillis(200)))) {
            ask(gateway, "/", "");
            assertThat(ejected(gateway)).isTrue();
            end.countDown();
        }
    }
}
