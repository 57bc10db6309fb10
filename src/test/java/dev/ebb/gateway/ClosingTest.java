package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.ServiceName;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting where one cannot, routes, and the graceful end. */
class ClosingTest {

    @Test
    void whatIsInFlightFinishesAndIdleClientsAreLetGo() throws Exception {
        var go = new CountDownLatch(1);
        try (var instance =
                        new TestInstance((request, exchange) -> {
                            if (request.path().equals("/slow")) {
                                RetryTest.awaitQuietly(go);
                            }
                            exchange.ok(request.path());
                        });
                var gateway = new TestGateway().with(instance);
                var slow = new TestClient(gateway.gateway);
                var late = new TestClient(gateway.gateway);
                var idle = new TestClient(gateway.gateway)) {
            slow.send(TestClient.get("/slow"));
            assertThat(late.ask(TestClient.get("/")).status()).isEqualTo(200);
            assertThat(idle.ask(TestClient.get("/")).status()).isEqualTo(200);
            await().until(() -> instance.requests.size() == 3);
            var closing =
                    CompletableFuture.supplyAsync(
                            () -> gateway.gateway.close(Duration.ofSeconds(10)));
            await().until(() -> refuses(gateway.gateway));
            var answer = late.ask(TestClient.get("/late"));
            assertThat(answer.text()).isEqualTo("/late");
            assertThat(answer.field("connection")).isEqualTo("close");
            assertThat(idle.ended()).isTrue();
            assertThat(closing).isNotDone();
            go.countDown();
            answer = slow.read();
            assertThat(answer.text()).isEqualTo("/slow");
            assertThat(answer.field("connection")).isEqualTo("close");
            assertThat(closing.get()).isZero();
        }
    }

    /** Who is in a hurry may be so before the end has begun, as after it. */
    @Test
    void aHurryCountsForAnEndThatIsToCome() throws Exception {
        var never = new CountDownLatch(1);
        try (var instance = new TestInstance((request, exchange) -> RetryTest.awaitQuietly(never));
                var gateway = new TestGateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/"));
            await().until(() -> gateway.inFlight(1) == 1);
            gateway.gateway.hurry(Duration.ofMillis(100));
            gateway.gateway.hurry(Duration.ofMinutes(5));
            var closing =
                    CompletableFuture.supplyAsync(
                            () -> gateway.gateway.close(Duration.ofMinutes(10)));
            assertThat(closing.get(20, TimeUnit.SECONDS)).isOne();
        }
        never.countDown();
    }

    @Test
    void whatTheDeadlineCutsIsLoggedAsCut(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("access.log");
        var log =
                new AccessLogSettings(
                        Optional.of(file),
                        1,
                        Duration.ZERO,
                        AccessLogSettings.Query.NONE,
                        1 << 20,
                        1);
        var never = new CountDownLatch(1);
        try (var instance = new TestInstance((request, exchange) -> RetryTest.awaitQuietly(never));
                var gateway =
                        new TestGateway(
                                        GatewaySettings.DEFAULT.withAccessLog(log),
                                        TestGateway.PLAIN)
                                .with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/"));
            await().until(() -> instance.requests.size() == 1);
            assertThat(gateway.gateway.close(Duration.ofMillis(50))).isEqualTo(1);
            await().until(() -> Files.readString(file).contains("\"end\":\"cut\""));
            never.countDown();
        }
    }

    /** Control may still be in a tick when the gateway has ended. */
    @Test
    void whatIsPublishedAfterTheEndIsOfNoUse() {
        var gateway = new TestGateway();
        gateway.gateway.close(Duration.ZERO);
        gateway.gateway.publish(new EndpointSnapshot(TestGateway.HELLO, 1, List.of()));
        assertThat(gateway.report().acknowledgedGeneration()).isZero();
    }

    private static boolean refuses(Gateway gateway) throws Exception {
        try (var socket = new Socket()) {
            socket.connect(gateway.addresses().getFirst());
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    @Test
    void theDeadlineEndsWhatDoesNotEnd() throws Exception {
        var never = new CountDownLatch(1);
        try (var instance = new TestInstance((request, exchange) -> RetryTest.awaitQuietly(never));
                var gateway = new TestGateway().with(instance);
                var client = new TestClient(gateway.gateway)) {
            client.send(TestClient.get("/"));
            await().until(() -> instance.requests.size() == 1);
            assertThat(gateway.gateway.close(Duration.ofMillis(200))).isEqualTo(1);
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void aPortInUseIsSaidPlainly() throws Exception {
        try (var other = new ServerSocket(0)) {
            int port = other.getLocalPort();
            for (Transport transport : Transport.values()) {
                if (!transport.available()) {
                    continue;
                }
                var settings =
                        GatewaySettings.DEFAULT
                                .withTransport(transport)
                                .withListeners(
                                        new InetSocketAddress(
                                                InetAddress.getLoopbackAddress(), port));
                assertThatThrownBy(() -> Gateway.start(settings, List.of()))
                        .isInstanceOf(GatewayStartException.class)
                        .hasMessage(
                                "cannot listen at 127.0.0.1:%d: the port is in use by another"
                                        + " program; choose another",
                                port);
            }
        }
        var foreign =
                GatewaySettings.DEFAULT.withListeners(
                        new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0));
        assertThatThrownBy(() -> Gateway.start(foreign, List.of()))
                .hasMessageContaining("this machine does not have that address");
    }

    private static GatewayService service(String name, Route... routes) {
        return new GatewayService(new ServiceName(name), List.of(routes), BalancePolicy.DEFAULT);
    }

    @Test
    void oneRouteBelongsToOneService() {
        assertThatThrownBy(() ->
                        Gateway.start(
                                GatewaySettings.DEFAULT,
                                List.of(
                                        service("one", Route.path("/a")),
                                        service("two", Route.path("/a")))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("service one and service two have the same route");
    }

    @Test
    void hostsGoBeforePathsAndLongPrefixesBeforeShort() throws Exception {
        var settings =
                GatewaySettings.DEFAULT.withListeners(
                        new InetSocketAddress(InetAddress.ofLiteral("::1"), 0));
        try (var gateway =
                        Gateway.start(
                                settings,
                                List.of(
                                        service("api", Route.path("/api")),
                                        service("deep", Route.path("/api/deep")),
                                        service(
                                                "host",
                                                new Route(Optional.of("Shop.Example"), "/"))));
                var client = new TestClient(gateway)) {
            record Case(String host, String path, String service) {}
            for (var wanted :
                    List.of(
                            new Case("a", "/api", "api"),
                            new Case("a", "/api?x", "api"),
                            new Case("a", "/api/x", "api"),
                            new Case("a", "/apix", ""),
                            new Case("a", "/api/deep/x", "deep"),
                            new Case("a", "/api/deeper", "api"),
                            new Case("shop.example", "/api/x", "host"),
                            new Case("SHOP.example:8080", "/", "host"),
                            new Case("xshop.example", "/", ""))) {
                var answer =
                        client.ask(
                                "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n"
                                        .formatted(wanted.path(), wanted.host()));
                assertThat(answer.status()).isEqualTo(wanted.service().isEmpty() ? 404 : 503);
                assertThat(answer.field("x-ebb-reason"))
                        .isEqualTo(wanted.service().isEmpty() ? "no_route" : "no_instance");
            }
            var stats = gateway.stats();
            assertThat(requests(stats, "api")).isEqualTo(4);
            assertThat(requests(stats, "deep")).isEqualTo(1);
            assertThat(requests(stats, "host")).isEqualTo(2);
            assertThat(stats.unrouted().rejected()).containsEntry("no_route", 2L);
        }
    }

    private static long requests(GatewayStats stats, String service) {
        return Objects.requireNonNull(stats.services().get(new ServiceName(service))).requests();
    }
}
