package dev.ebb.xds;

import static dev.ebb.balance.EndpointRole.ACTIVE;
import static dev.ebb.balance.EndpointRole.DRAINING;
import static dev.ebb.balance.EndpointRole.PARKED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real Envoys that ask in other ways than the one that the bootstrap file sets up. */
@Tag("slow")
// The file is read more easily by itself than within a method.
@SuppressWarnings("InlineFormatString")
class EnvoyFormsTest {
    /** A listener, a route and a cluster of one's own: only endpoints are Ebb's. */
    private static final String ENDPOINTS_ALONE =
            """
            static_resources:
              listeners:
                - name: mine
                  address: {socket_address: {address: 127.0.0.1, port_value: %1$d}}
                  filter_chains:
                    - filters:
                        - name: envoy.filters.network.http_connection_manager
                          typed_config:
                            "@type": type.googleapis.com/\
            envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                            stat_prefix: mine
                            http_filters:
                              - name: envoy.filters.http.router
                                typed_config:
                                  "@type": type.googleapis.com/\
            envoy.extensions.filters.http.router.v3.Router
                            route_config:
                              virtual_hosts:
                                - name: all
                                  domains: ["*"]
                                  routes:
                                    - match: {prefix: /}
                                      route:
                                        cluster: hello
                                        retry_policy: {retry_on: "connect-failure"}
              clusters:
                - name: hello
                  type: EDS
                  connect_timeout: 2s
                  lb_policy: LEAST_REQUEST
                  eds_cluster_config:
                    eds_config:
                      resource_api_version: V3
                      api_config_source:
                        api_type: %2$s
                        transport_api_version: V3
                        set_node_on_first_message_only: true
                        grpc_services:
                          - envoy_grpc: {cluster_name: ebb-xds}
                  ignore_health_on_host_removal: true
                  common_lb_config:
                    healthy_panic_threshold: {value: 0}
                    update_merge_window: 0s
                    locality_weighted_lb_config: {}
            """;

    @TempDir Path folder;
    private final HttpClient client = HttpClient.newHttpClient();
    private Optional<TestFleet> running = Optional.empty();
    private Optional<RealEnvoy> envoy = Optional.empty();

    @BeforeEach
    void needsOne() throws Exception {
        RealEnvoy.binary();
    }

    @AfterEach
    void stop() {
        envoy.ifPresent(RealEnvoy::close);
        running.ifPresent(TestFleet::close);
        client.close();
    }

    private TestFleet fleet(Optional<XdsServerTls> tls) throws Exception {
        var fleet = new TestFleet(3, tls);
        running = Optional.of(fleet);
        return fleet;
    }

    private static String bootstrap(TestFleet fleet) {
        return Bootstrap.envoy("envoy-1", TestXds.loopback(fleet.xdsPort), 0);
    }

    private void start(TestFleet fleet, String bootstrap) throws Exception {
        envoy = Optional.of(RealEnvoy.start(folder, "envoy-1", bootstrap));
        fleet.publish(ACTIVE, ACTIVE, ACTIVE);
        URI at = URI.create("http://127.0.0.1:" + fleet.proxyPort + "/");
        await().atMost(TestFleet.LIMIT).until(() -> Traffic.ask(client, at).startsWith("200 "));
        fleet.awaitAcknowledged();
    }

    /** Parked, rescued, drained and stopped under load, most of them; Ebb anew in between. */
    private static void assertNothingIsLost(TestFleet fleet) throws Exception {
        try (var traffic = new Traffic(fleet.proxyPort)) {
            await().atMost(TestFleet.LIMIT).until(() -> fleet.requests(2) > 0);
            fleet.publish(ACTIVE, PARKED, PARKED);
            fleet.awaitAcknowledged();
            fleet.awaitIdle(2);
            long parked = fleet.requests(1) + fleet.requests(2);
            TestFleet.awaitMore(traffic);
            assertThat(fleet.requests(1) + fleet.requests(2)).isEqualTo(parked);

            fleet.server.close();
            TestFleet.awaitMore(traffic);
            fleet.startAnew();
            // It knows its instances, but not yet how they are.
            fleet.publish(PARKED, PARKED, PARKED);
            TestFleet.awaitMore(traffic);
            fleet.publish(ACTIVE, ACTIVE, DRAINING);
            fleet.awaitAcknowledged();
            await().atMost(TestFleet.LIMIT).until(() -> fleet.requests(1) > parked);
            fleet.awaitIdle(2);
            assertThat(fleet.report().standIns()).as("it is known").isEmpty();
            fleet.publish(ACTIVE, ACTIVE);
            fleet.instances.getLast().close();
            TestFleet.awaitMore(traffic);
            fleet.awaitAcknowledged();
            assertThat(traffic.failures).isEmpty();
        }
    }

    @Test
    void theStateOfTheWorldOnOneStream() throws Exception {
        TestFleet fleet = fleet(Optional.empty());
        start(fleet, bootstrap(fleet).replace("api_type: DELTA_GRPC", "api_type: GRPC"));
        assertNothingIsLost(fleet);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GRPC", "DELTA_GRPC"})
    void endpointsAlone(String form) throws Exception {
        TestFleet fleet = fleet(Optional.empty());
        start(fleet, endpointsAlone(fleet, form));
        assertNothingIsLost(fleet);
    }

    /** All of the bootstrap file but where resources come from. */
    private static String endpointsAlone(TestFleet fleet, String form) {
        String all = bootstrap(fleet);
        int dynamic = all.indexOf("dynamic_resources:");
        int manager = all.indexOf("cluster_manager:");
        return (all.substring(0, dynamic) + all.substring(manager))
                .replace(
                        "static_resources:\n  clusters:\n",
                        ENDPOINTS_ALONE.formatted(fleet.proxyPort, form));
    }

    /**
     * One of four in a zone may be picked, and three of three in the other: each gets its quarter.
     * By default the first zone would be scaled down a second time, to a tenth.
     */
    @Test
    void aZoneGetsTheShareOfThoseThatMayBePicked() throws Exception {
        var fleet = new TestFleet(7, Optional.empty());
        running = Optional.of(fleet);
        for (int i = 4; i < 7; i++) {
            fleet.zones.put(i, "b");
        }
        fleet.zones.put(0, "a");
        fleet.zones.put(1, "a");
        fleet.zones.put(2, "a");
        fleet.zones.put(3, "a");
        envoy = Optional.of(RealEnvoy.start(folder, "envoy-1", bootstrap(fleet)));
        fleet.publish(ACTIVE, PARKED, PARKED, PARKED, ACTIVE, ACTIVE, ACTIVE);
        URI at = URI.create("http://127.0.0.1:" + fleet.proxyPort + "/");
        await().atMost(TestFleet.LIMIT).until(() -> Traffic.ask(client, at).startsWith("200 "));
        fleet.awaitAcknowledged();
        try (var traffic = new Traffic(fleet.proxyPort)) {
            long first = fleet.requests(0);
            long from = traffic.answered.get();
            await().atMost(TestFleet.LIMIT).until(() -> traffic.answered.get() >= from + 1200);
            double share = (double) (fleet.requests(0) - first) / (traffic.answered.get() - from);
            // A standard deviation is 1.3 %.
            assertThat(share).isBetween(0.19, 0.31);
            // A zone whose instances are all parked gets nothing, even though most are.
            fleet.publish(ACTIVE, ACTIVE, PARKED, PARKED, PARKED, PARKED, PARKED);
            fleet.awaitAcknowledged();
            fleet.awaitIdle(4);
            fleet.awaitIdle(5);
            fleet.awaitIdle(6);
            long parked = fleet.requests(4) + fleet.requests(5) + fleet.requests(6);
            TestFleet.awaitMore(traffic);
            assertThat(fleet.requests(4) + fleet.requests(5) + fleet.requests(6)).isEqualTo(parked);
            assertThat(traffic.failures).isEmpty();
        }
    }

    @Test
    void withCertificatesOfBothSides() throws Exception {
        var files = TestCertificates.write(folder);
        TestFleet fleet = fleet(Optional.of(files.server(true)));
        start(
                fleet,
                Bootstrap.envoy(
                        "envoy-1",
                        TestXds.loopback(fleet.xdsPort),
                        0,
                        Optional.of(files.bootstrap())));
        assertNothingIsLost(fleet);
    }

    /** Ebb's own gateway, the same way. */
    @Test
    void aGatewayWithCertificatesOfBothSides() throws Exception {
        var files = TestCertificates.write(folder);
        TestFleet fleet = fleet(Optional.of(files.server(true)));
        fleet.publish(ACTIVE, ACTIVE, ACTIVE);
        try (var gateway =
                RealGateway.start(
                        folder,
                        "gateway-1",
                        fleet.xdsPort,
                        "--xds-ca",
                        files.ca().file().toString(),
                        "--xds-certificate",
                        files.files("plane").certificate().toString(),
                        "--xds-key",
                        files.files("plane").key().toString())) {
            await().atMost(TestFleet.LIMIT).until(gateway::isReady);
            fleet.awaitAcknowledged();
            try (var traffic = new Traffic(gateway.port())) {
                TestFleet.awaitMore(traffic);
                assertThat(traffic.failures).isEmpty();
            }
        }
    }
}
