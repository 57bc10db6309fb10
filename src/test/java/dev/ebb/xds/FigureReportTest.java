package dev.ebb.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink.EndpointReport;
import dev.ebb.control.EndpointSink.Ledger;
import dev.ebb.control.EndpointSink.Report;
import dev.ebb.control.EndpointSink.Told;
import dev.ebb.control.OrcaFigures;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.TrafficReading;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterStats;
import io.envoyproxy.envoy.config.endpoint.v3.UnnamedEndpointLoadMetricStats;
import io.envoyproxy.envoy.config.endpoint.v3.UpstreamEndpointStats;
import io.envoyproxy.envoy.config.endpoint.v3.UpstreamLocalityStats;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What instances say of themselves comes through load reports, as precisely as they have it. */
class FigureReportTest {
    private static final InstanceId ONE = new InstanceId(TestXds.HELLO, 1);
    private static final InstanceId TWO = new InstanceId(TestXds.HELLO, 2);
    private static final EndpointSnapshot SNAPSHOT =
            TestXds.snapshot(TestXds.HELLO, 1, EndpointRole.ACTIVE, EndpointRole.ACTIVE);

    private final Loads loads = new Loads(1_000_000_000L);
    private final LoadCounter counter = new LoadCounter(TestXds.HELLO.value());
    private final Map<InstanceId, Told> said = new HashMap<>();

    @BeforeEach
    void know() {
        loads.know(SNAPSHOT);
        counter.know(SNAPSHOT);
    }

    private void say(InstanceId id, double cpu, double jobs, long atNanos) {
        var figures = new OrcaFigures();
        figures.add("cpu_utilization", cpu);
        figures.add("named_metrics.jobs", jobs);
        said.put(id, figures.told(atNanos));
    }

    private void report(long nowNanos) {
        var one =
                new EndpointReport(
                        new TrafficReading(0, 0, 0, 9, 0, 0),
                        Health.HEALTHY,
                        Optional.empty(),
                        Ledger.CLEAN);
        var report = new Report(1, Map.of(ONE, one, TWO, one), LatencyCounts.empty());
        loads.report(
                "gateway-1",
                this,
                List.of(counter.next(report, said, Duration.ofSeconds(1))),
                nowNanos);
    }

    private Told told(InstanceId id) {
        Map<InstanceId, Told> all = loads.figures().of(TestXds.HELLO);
        assertThat(all).containsKey(id);
        return all.getOrDefault(id, new OrcaFigures().told(0));
    }

    @Test
    void whatAGatewayHasReadIsPassedOnOfEachInstanceAndOnce() {
        say(ONE, 0.5, 12, 70);
        report(1_000);
        assertThat(told(ONE).figures())
                .isEqualTo(Map.of("cpu_utilization", 0.5, "named_metrics.jobs", 12.0));
        assertThat(told(ONE).utilization()).isEqualTo(0.5);
        assertThat(told(ONE).atNanos()).as("by the clock of who hears it").isEqualTo(1_000);
        assertThat(loads.figures().of(TestXds.HELLO)).doesNotContainKey(TWO);

        report(2_000);
        assertThat(told(ONE).atNanos()).as("nothing new was said").isEqualTo(1_000);
        say(ONE, 0.75, 3, 80);
        say(TWO, 0.25, 0, 90);
        report(3_000);
        assertThat(told(ONE).figures()).containsEntry("named_metrics.jobs", 3.0);
        assertThat(told(TWO).figures()).containsEntry("named_metrics.jobs", 0.0);
        assertThat(loads.figures().ignored()).as("Ebb's own are no instance's").isZero();

        loads.know(TestXds.snapshot(TestXds.HELLO, 2, EndpointRole.ACTIVE));
        assertThat(loads.figures().of(TestXds.HELLO)).containsOnlyKeys(ONE);
        loads.forget(TestXds.HELLO);
        assertThat(loads.figures().of(TestXds.HELLO)).isEmpty();
    }

    private void locality(Consumer<UpstreamLocalityStats.Builder> what) {
        var locality = UpstreamLocalityStats.newBuilder();
        what.accept(locality);
        var stats =
                ClusterStats.newBuilder()
                        .setClusterName(TestXds.HELLO.value())
                        .addUpstreamLocalityStats(locality);
        loads.report("envoy-1", this, List.of(stats.build()), 5_000);
    }

    private static UpstreamEndpointStats endpoint(int port) {
        return UpstreamEndpointStats.newBuilder()
                .setAddress(EndpointResources.address("127.0.0.1", port))
                .build();
    }

    /** As Envoy and gRPC report them: of a locality, added up over its requests. */
    @Test
    void whatIsKnownOfALocalityIsTheMeanForEachThatHadRequests() {
        locality(l ->
                l.addUpstreamEndpointStats(endpoint(9001))
                        .addLoadMetricStats(LatencyMetrics.metric("named_metrics.jobs", 4, 48))
                        .setCpuUtilization(
                                UnnamedEndpointLoadMetricStats.newBuilder()
                                        .setNumRequestsFinishedWithMetric(4)
                                        .setTotalMetricValue(2)));
        assertThat(told(ONE).figures())
                .isEqualTo(Map.of("cpu_utilization", 0.5, "named_metrics.jobs", 12.0));
        assertThat(loads.figures().of(TestXds.HELLO)).doesNotContainKey(TWO);

        locality(l ->
                l.setLocality(Locality.newBuilder().setSubZone(TWO.toString()))
                        .addLoadMetricStats(LatencyMetrics.metric("eps", 2, 3)));
        assertThat(told(TWO).figures()).isEqualTo(Map.of("eps", 1.5));
    }

    @Test
    void whatCannotBeIsIgnoredAndCounted() {
        locality(l ->
                l.addUpstreamEndpointStats(
                        endpoint(9001).toBuilder()
                                .addLoadMetricStats(metric("named_metrics.a", 1, Double.NaN))
                                .addLoadMetricStats(metric("named_metrics.b", 1, -1))
                                .addLoadMetricStats(metric("named_metrics.c", -2, 2))
                                .addLoadMetricStats(metric("cpu_utilization", 1, 1e6))
                                .addLoadMetricStats(metric("nonsense", 1, 1))
                                .addLoadMetricStats(metric("named_metrics.d", 0, 0))
                                .addLoadMetricStats(metric("named_metrics.e", 2, 5))));
        assertThat(told(ONE).figures()).isEqualTo(Map.of("named_metrics.e", 2.5));
        assertThat(loads.figures().ignored()).isEqualTo(5);
    }

    private static io.envoyproxy.envoy.config.endpoint.v3.EndpointLoadMetricStats metric(
            String name, long requests, double total) {
        return LatencyMetrics.metric(name, requests, total);
    }

    @Test
    void aClusterSaysWhetherItsInstancesReportAndGatewaysHeedIt() throws Exception {
        var service = new XdsService(TestXds.HELLO, List.of(), false, Duration.ofSeconds(1));
        for (boolean reported : List.of(true, false)) {
            Resource resource = ClusterResources.of(Flavor.ENVOY, service.withReported(reported));
            Cluster cluster = resource.body().unpack(Cluster.class);
            assertThat(cluster.getLrsReportEndpointMetricsList().contains("named_metrics.*"))
                    .isEqualTo(reported);
            var state =
                    FleetState.NONE.with(
                            ResourceType.CLUSTER,
                            Map.of(TestXds.HELLO.value(), resource.body()),
                            java.util.Set.of());
            assertThat(state.clusters().values())
                    .extracting(XdsService::reported)
                    .containsExactly(reported);
        }
    }
}
