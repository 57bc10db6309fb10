package dev.ebb.cli;

import static dev.ebb.balance.EndpointRole.ACTIVE;
import static dev.ebb.balance.EndpointRole.PARKED;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.balance.StrategyKind;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.Gateway;
import dev.ebb.gateway.GatewayService;
import dev.ebb.gateway.GatewaySettings;
import dev.ebb.gateway.Route;
import dev.ebb.xds.XdsClient;
import dev.ebb.xds.XdsClientSettings;
import dev.ebb.xds.XdsRoute;
import dev.ebb.xds.XdsServer;
import dev.ebb.xds.XdsService;
import dev.ebb.xds.XdsSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The gateway in Ebb and one that asks over xDS, as one data plane to control. */
class PlanesTest {
    private static final ServiceName HELLO = new ServiceName("hello");
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final BalancePolicy POLICY =
            BalancePolicy.DEFAULT.withCheck(
                    new CheckPolicy(
                            Optional.empty(),
                            Duration.ofMillis(100),
                            Duration.ofMillis(90),
                            0.1,
                            1,
                            1));

    private static final BalancePolicy NEVER_CHECKS =
            new BalancePolicy(
                    StrategyKind.RANDOM,
                    Duration.ZERO,
                    new CheckPolicy(
                            Optional.empty(),
                            Duration.ofHours(1),
                            Duration.ofSeconds(1),
                            0.1,
                            1,
                            1),
                    BalancePolicy.DEFAULT.ejection(),
                    BalancePolicy.DEFAULT.retry());

    private HttpServer instance;
    private Gateway gateway;
    private XdsServer xds;
    private Planes planes;

    private static InetSocketAddress any() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static Gateway open() throws Exception {
        return Gateway.start(
                GatewaySettings.DEFAULT.withListeners(any()),
                List.of(new GatewayService(HELLO, List.of(Route.ALL), POLICY)));
    }

    @BeforeEach
    void start() throws Exception {
        instance = HttpServer.create(any(), 100);
        instance.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        instance.start();
        gateway = open();
        var route =
                new XdsRoute(
                        Optional.empty(),
                        Optional.empty(),
                        "/",
                        List.of(),
                        Map.of(),
                        Optional.empty(),
                        Optional.empty());
        Duration second = Duration.ofSeconds(1);
        xds =
                XdsServer.start(
                        new XdsSettings(
                                any(),
                                any(),
                                List.of(new XdsService(HELLO, List.of(route), false, second)),
                                second,
                                second,
                                Duration.ofMillis(100)));
        planes = new Planes(gateway, xds);
    }

    @AfterEach
    void stop() throws Exception {
        xds.close();
        gateway.close(Duration.ZERO);
        instance.stop(0);
    }

    private void publish(long generation, EndpointRole... roles) {
        var endpoints = new ArrayList<Endpoint>();
        for (int i = 0; i < roles.length; i++) {
            endpoints.add(
                    new Endpoint(
                            new InstanceId(HELLO, i + 1),
                            "127.0.0.1",
                            // Nothing listens where the second one is said to be.
                            i == 0 ? instance.getAddress().getPort() : 1,
                            roles[i],
                            1,
                            Endpoint.NO_RAMP));
        }
        planes.publish(new EndpointSnapshot(HELLO, generation, endpoints));
    }

    private static Now now() {
        return new Now(System.nanoTime(), 0);
    }

    private long acknowledged() {
        return planes.report(HELLO, now()).acknowledgedGeneration();
    }

    @Test
    void acknowledgedIsWhatAllHave() throws Exception {
        publish(1, ACTIVE);
        Awaitility.await().atMost(LIMIT).until(() -> acknowledged() == 1);
        try (var client = XdsClient.start(XdsClientSettings.of(xds.address(), "gateway-1"));
                var other = open()) {
            var _ = client.fleet();
            // It has heard of the endpoints, and serves nothing yet: that is no acknowledgement.
            Awaitility.await().atMost(LIMIT).until(() -> acknowledged() == 0);
            publish(2, PARKED);
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> gateway.report(HELLO, now()).acknowledgedGeneration() == 2);
            assertThat(acknowledged()).isZero();
            client.serve(other);
            Awaitility.await().atMost(LIMIT).until(() -> acknowledged() == 2);
            assertThat(other.report(HELLO, now()).endpoints())
                    .containsKey(new InstanceId(HELLO, 1));
        }
        // It has ended in order, and nobody waits for it.
        publish(3, ACTIVE);
        Awaitility.await().atMost(LIMIT).until(() -> acknowledged() == 3);
    }

    /** What the checks of Ebb's own gateway have found, another does not have to find out. */
    @Test
    void theOthersHearWhatTheChecksFind() throws Exception {
        publish(1, ACTIVE, ACTIVE);
        InstanceId dead = new InstanceId(HELLO, 2);
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> {
                    var of = planes.report(HELLO, now()).endpoints().get(dead);
                    return of != null && of.health() == Health.EJECTED;
                });
        try (var client = XdsClient.start(XdsClientSettings.of(xds.address(), "gateway-1"));
                var other =
                        Gateway.start(
                                GatewaySettings.DEFAULT.withListeners(any()),
                                FleetAdapters.services(client.fleet(), NEVER_CHECKS));
                var asking = HttpClient.newHttpClient()) {
            client.serve(other);
            Awaitility.await().atMost(LIMIT).until(() -> acknowledged() == 1);
            URI at = URI.create("http://127.0.0.1:" + other.addresses().getFirst().getPort() + "/");
            for (int i = 0; i < 40; i++) {
                var answer =
                        asking.send(HttpRequest.newBuilder(at).build(), BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(200);
            }
            var tried = Objects.requireNonNull(other.report(HELLO, now()).endpoints().get(dead));
            assertThat(tried.traffic().requestsTotal()).isZero();
        }
    }

    /** One that a gateway apart has ejected is so to control, as long as that gateway says so. */
    @Test
    void whatAGatewayApartHasEjectedIsKnownUntilItsReportsEnd() throws Exception {
        publish(1, ACTIVE, ACTIVE);
        InstanceId well = new InstanceId(HELLO, 1);
        InstanceId dead = new InstanceId(HELLO, 2);
        try (var client = XdsClient.start(XdsClientSettings.of(xds.address(), "gateway-1"));
                var other =
                        Gateway.start(
                                GatewaySettings.DEFAULT.withListeners(any()),
                                FleetAdapters.services(client.fleet(), POLICY))) {
            client.serve(other);
            String why =
                    Awaitility.await()
                            .atMost(LIMIT)
                            .until(() -> reason(dead), Optional::isPresent)
                            .orElseThrow();
            assertThat(why)
                    .startsWith("ejected by 1 of 1 gateways that say how it is, first gateway-1: ");
            assertThat(elsewhere(well)).isEqualTo(Health.UNKNOWN);
        }
        Awaitility.await().atMost(LIMIT).until(() -> elsewhere(dead) == Health.UNKNOWN);
    }

    /** Why data planes apart have ejected it. */
    private Optional<String> reason(InstanceId id) {
        return Optional.ofNullable(xds.report(HELLO, now()).endpoints().get(id))
                .filter(e -> e.health() == Health.EJECTED)
                .flatMap(e -> e.healthReason())
                .map(r -> r.text());
    }

    /** As data planes apart see it. */
    private Health elsewhere(InstanceId id) {
        var of = xds.report(HELLO, now()).endpoints().get(id);
        return of == null ? Health.UNKNOWN : of.health();
    }
}
