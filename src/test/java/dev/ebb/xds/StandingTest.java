package dev.ebb.xds;

import static dev.ebb.balance.EndpointRole.ACTIVE;
import static dev.ebb.balance.EndpointRole.PARKED;
import static dev.ebb.xds.TestXds.GRACE;
import static dev.ebb.xds.TestXds.HELLO;
import static dev.ebb.xds.TestXds.QUIET;
import static dev.ebb.xds.TestXds.node;
import static dev.ebb.xds.TestXds.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterStats;
import io.envoyproxy.envoy.config.endpoint.v3.UpstreamEndpointStats;
import io.envoyproxy.envoy.config.endpoint.v3.UpstreamLocalityStats;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.load_stats.v3.LoadReportingServiceGrpc;
import io.envoyproxy.envoy.service.load_stats.v3.LoadStatsRequest;
import io.envoyproxy.envoy.service.load_stats.v3.LoadStatsResponse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What counts as acknowledged and as idle, and what stands in where that cannot be known. */
class StandingTest {
    private TestXds xds;

    @BeforeEach
    void start() throws Exception {
        xds = TestXds.start(HELLO);
        xds.pass(GRACE);
    }

    @AfterEach
    void stop() throws Exception {
        xds.close();
    }

    private TestStream<DiscoveryRequest, DiscoveryResponse> open() {
        TestStream<DiscoveryRequest, DiscoveryResponse> stream =
                new TestStream<>(
                        AggregatedDiscoveryServiceGrpc.newStub(xds.channel())
                                ::streamAggregatedResources);
        stream.send(
                DiscoveryRequest.newBuilder()
                        .setNode(node("envoy-1"))
                        .setTypeUrl(ResourceType.ENDPOINT.url)
                        .addResourceNames("hello")
                        .build());
        return stream;
    }

    private void acknowledge(
            TestStream<DiscoveryRequest, DiscoveryResponse> stream, long generation)
            throws Exception {
        acknowledge(stream, stream.next(), generation);
    }

    private void acknowledge(
            TestStream<DiscoveryRequest, DiscoveryResponse> stream,
            DiscoveryResponse answer,
            long generation) {
        stream.send(
                DiscoveryRequest.newBuilder()
                        .setTypeUrl(answer.getTypeUrl())
                        .setResponseNonce(answer.getNonce())
                        .addResourceNames("hello")
                        .build());
        await().untilAsserted(() -> assertThat(acknowledged()).isEqualTo(generation));
    }

    private long acknowledged() {
        return xds.report(HELLO).acknowledgedGeneration();
    }

    private List<String> standIns() {
        return xds.report(HELLO).standIns().stream().map(Reason::code).toList();
    }

    private String uncounted() {
        return xds.server.uncounted().map(hold -> hold.why().code()).orElse("");
    }

    @Test
    void afterAStartThoseOfBeforeAreWaitedFor() throws Exception {
        try (TestXds fresh = TestXds.start(HELLO)) {
            assertThat(fresh.server.uncounted().get().why().code())
                    .isEqualTo("data_planes_may_return");
            fresh.pass(GRACE);
            assertThat(fresh.server.uncounted()).isEmpty();
        }
    }

    @Test
    void oneThatIsLostIsWaitedForAndThenSaidToBe() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE, ACTIVE));
        var stream = open();
        acknowledge(stream, 1);
        stream.close();
        await().until(() -> uncounted().equals("data_plane_lost"));
        xds.server.publish(snapshot(HELLO, 2, ACTIVE, PARKED));
        assertThat(acknowledged()).isEqualTo(1);
        assertThat(xds.inFlight(HELLO, 2)).isEqualTo(1);
        assertThat(standIns()).isEmpty();
        xds.pass(GRACE);
        assertThat(acknowledged()).isEqualTo(Long.MAX_VALUE);
        assertThat(xds.inFlight(HELLO, 2)).isZero();
        assertThat(standIns()).containsExactly("stood_in_lost");
        assertThat(uncounted()).isEmpty();
    }

    @Test
    void oneThatComesBackIsOneAgain() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE, ACTIVE));
        var stream = open();
        acknowledge(stream, 1);
        stream.close();
        await().until(() -> uncounted().equals("data_plane_lost"));
        xds.pass(Duration.ofSeconds(1));
        var back = open();
        acknowledge(back, 1);
        await().until(() -> uncounted().isEmpty());
        xds.server.publish(snapshot(HELLO, 2, ACTIVE, PARKED));
        acknowledge(back, 2);
        xds.pass(GRACE);
        assertThat(standIns()).doesNotContain("stood_in_lost");
    }

    @Test
    void withoutReportsTheQuietTimeStandsIn() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE, ACTIVE));
        var stream = open();
        acknowledge(stream, 1);
        xds.server.publish(snapshot(HELLO, 2, ACTIVE, PARKED));
        acknowledge(stream, 2);
        assertThat(xds.inFlight(HELLO, 1)).isZero();
        assertThat(xds.inFlight(HELLO, 2)).isEqualTo(1);
        xds.pass(QUIET.minusNanos(1));
        assertThat(xds.inFlight(HELLO, 2)).isEqualTo(1);
        xds.pass(Duration.ofNanos(1));
        assertThat(xds.inFlight(HELLO, 2)).isZero();
        assertThat(standIns()).containsExactly("stood_in_quiet");
    }

    @Test
    void aReportThatWasBegunAfterTheAcknowledgementCounts() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE, ACTIVE));
        var stream = open();
        acknowledge(stream, 1);
        TestStream<LoadStatsRequest, LoadStatsResponse> loads =
                new TestStream<>(LoadReportingServiceGrpc.newStub(xds.channel())::streamLoadStats);
        loads.send(LoadStatsRequest.newBuilder().setNode(node("envoy-1")).build());
        LoadStatsResponse wanted = loads.next();
        assertThat(wanted.getReportEndpointGranularity()).isTrue();
        assertThat(wanted.getClustersList()).containsExactly("hello");
        report(loads, 9002, 3, 4);
        await().until(() -> requests(2) == 4);
        assertThat(xds.inFlight(HELLO, 2)).isEqualTo(3);
        xds.server.publish(snapshot(HELLO, 2, ACTIVE, PARKED));
        acknowledge(stream, 2);
        xds.pass(Duration.ofSeconds(1));
        report(loads, 9002, 0, 1);
        await().until(() -> requests(2) == 5);
        assertThat(xds.inFlight(HELLO, 2)).as("begun before it was acknowledged").isEqualTo(1);
        xds.pass(Duration.ofSeconds(1));
        report(loads, 9002, 2, 1);
        await().until(() -> requests(2) == 6);
        assertThat(xds.inFlight(HELLO, 2)).isEqualTo(2);
        xds.pass(Duration.ofSeconds(1));
        report(loads, 9002, 0, 1);
        await().until(() -> requests(2) == 7);
        assertThat(xds.inFlight(HELLO, 2)).isZero();
        assertThat(standIns()).isEmpty();
    }

    /** As those have that were all started with one bootstrap file. */
    @Test
    void twoByOneNameCountTogether() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE, ACTIVE));
        var first = open();
        acknowledge(first, 1);
        var second = open();
        acknowledge(second, 1);
        var busy = reports();
        report(busy, 9002, 3, 0);
        await().until(() -> xds.inFlight(HELLO, 2) >= 3);
        xds.server.publish(snapshot(HELLO, 2, ACTIVE, PARKED));
        DiscoveryResponse waiting = first.next();
        acknowledge(first, waiting, 1);
        acknowledge(second, 2);

        // Whoever reports speaks for himself: the other one may have anything in flight.
        reportTwice(busy, 3);
        assertThat(xds.inFlight(HELLO, 2)).isPositive();
        var idle = reports();
        reportTwice(idle, 0);
        reportTwice(busy, 3);
        reportTwice(idle, 0);
        assertThat(xds.inFlight(HELLO, 2)).as("the idle one was last").isPositive();
        reportTwice(busy, 0);
        await().until(() -> xds.inFlight(HELLO, 2) == 0);
        assertThat(standIns()).isEmpty();

        report(busy, 9002, 3, 0);
        await().until(() -> xds.inFlight(HELLO, 2) > 0);
        idle.close();
        xds.pass(QUIET);
        report(busy, 9002, 3, 1);
        await().until(() -> standIns().contains("stood_in_quiet"));
        assertThat(xds.inFlight(HELLO, 2)).as("what is known counts").isPositive();
    }

    private TestStream<LoadStatsRequest, LoadStatsResponse> reports() throws Exception {
        TestStream<LoadStatsRequest, LoadStatsResponse> loads =
                new TestStream<>(LoadReportingServiceGrpc.newStub(xds.channel())::streamLoadStats);
        loads.send(LoadStatsRequest.newBuilder().setNode(node("envoy-1")).build());
        loads.next();
        return loads;
    }

    /** So often that the last one was begun after everything before. */
    private void reportTwice(TestStream<LoadStatsRequest, LoadStatsResponse> by, int active)
            throws Exception {
        for (int i = 0; i < 2; i++) {
            xds.pass(Duration.ofMillis(100));
            long before = requests(2);
            report(by, 9002, active, 1);
            await().until(() -> requests(2) == before + 1);
        }
    }

    /** A report with sums alone: each instance may have all of it. */
    @Test
    void whatIsNotToldOfSingleOnesMayBeAnyOnes() throws Exception {
        xds.server.publish(snapshot(HELLO, 1, ACTIVE, ACTIVE));
        acknowledge(open(), 1);
        TestStream<LoadStatsRequest, LoadStatsResponse> loads =
                new TestStream<>(LoadReportingServiceGrpc.newStub(xds.channel())::streamLoadStats);
        loads.send(LoadStatsRequest.newBuilder().setNode(node("envoy-1")).build());
        loads.next();
        var sums =
                UpstreamLocalityStats.newBuilder()
                        .setLocality(Locality.newBuilder().setZone("local"))
                        .setTotalRequestsInProgress(5);
        loads.send(
                LoadStatsRequest.newBuilder()
                        .addClusterStats(
                                ClusterStats.newBuilder()
                                        .setClusterName("hello")
                                        .addUpstreamLocalityStats(sums))
                        .build());
        await().until(() -> xds.inFlight(HELLO, 1) == 5 && xds.inFlight(HELLO, 2) == 5);
    }

    private long requests(int ordinal) {
        var id = new InstanceId(HELLO, ordinal);
        return Objects.requireNonNull(xds.report(HELLO).endpoints().get(id))
                .traffic()
                .requestsTotal();
    }

    private static void report(
            TestStream<LoadStatsRequest, LoadStatsResponse> to, int port, int active, int ended) {
        var endpoint =
                UpstreamEndpointStats.newBuilder()
                        .setAddress(EndpointResources.address(TestXds.loopback(port)))
                        .setTotalRequestsInProgress(active)
                        .setTotalSuccessfulRequests(ended);
        var locality =
                UpstreamLocalityStats.newBuilder()
                        .setLocality(Locality.newBuilder().setZone("local"))
                        .setTotalRequestsInProgress(active)
                        .addUpstreamEndpointStats(endpoint);
        to.send(
                LoadStatsRequest.newBuilder()
                        .addClusterStats(
                                ClusterStats.newBuilder()
                                        .setClusterName("hello")
                                        .addUpstreamLocalityStats(locality))
                        .build());
    }
}
