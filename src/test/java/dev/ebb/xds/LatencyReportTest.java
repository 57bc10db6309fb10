package dev.ebb.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink.EndpointReport;
import dev.ebb.control.EndpointSink.Ledger;
import dev.ebb.control.EndpointSink.Report;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.TrafficReading;
import io.envoyproxy.envoy.config.endpoint.v3.EndpointLoadMetricStats;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a gateway measures comes through its load reports as it was, once and not twice. */
class LatencyReportTest {
    private static final InstanceId ONE = new InstanceId(TestXds.HELLO, 1);
    private static final EndpointSnapshot SNAPSHOT =
            new EndpointSnapshot(
                    TestXds.HELLO,
                    1,
                    List.of(
                            new Endpoint(
                                    ONE,
                                    "10.0.0.1",
                                    80,
                                    EndpointRole.ACTIVE,
                                    1,
                                    Endpoint.NO_RAMP)));

    @Test
    void timesComeThroughReports() {
        var counter = new LoadCounter(TestXds.HELLO.value());
        counter.know(SNAPSHOT);
        var loads = new Loads(1_000_000_000L);
        loads.know(SNAPSHOT);
        LatencyCounts first = counts(20_000, 3_000_000, 3_000_000);
        LatencyCounts second = first.plus(counts(5_000_000_000L));

        loads.report(
                "gateway-1",
                this,
                List.of(counter.next(report(3, 6_020_000, first), Map.of(), Duration.ofSeconds(1))),
                1);
        assertThat(loads.latency(TestXds.HELLO)).isEqualTo(first);
        loads.report(
                "gateway-1",
                this,
                List.of(
                        counter.next(
                                report(4, 5_006_020_000L, second),
                                Map.of(),
                                Duration.ofSeconds(1))),
                2);
        assertThat(loads.latency(TestXds.HELLO)).isEqualTo(second);
        assertThat(loads.totals(ONE)).isEqualTo(new Loads.Totals(4, 0, 5_006_020_000L));

        loads.forget(TestXds.HELLO);
        assertThat(loads.latency(TestXds.HELLO)).isEqualTo(LatencyCounts.empty());
    }

    @Test
    void whatIsNoBucketIsLeftOut() {
        var strange =
                EndpointLoadMetricStats.newBuilder()
                        .setMetricName("dev.ebb.latency.bucket.113")
                        .setNumRequestsFinishedWithMetric(7)
                        .build();
        assertThat(LatencyMetrics.counts(List.of(strange))).isEqualTo(LatencyCounts.empty());
        assertThat(LatencyMetrics.nanos(List.of(strange))).isZero();
    }

    private static LatencyCounts counts(long... nanos) {
        long[] counts = new long[LatencyCounts.BUCKETS];
        for (long one : nanos) {
            counts[LatencyCounts.bucketOf(one)]++;
        }
        return LatencyCounts.of(counts);
    }

    private static Report report(long requests, long nanos, LatencyCounts latency) {
        var traffic = new TrafficReading(0, 0, 0, requests, 0, nanos);
        return new Report(
                1,
                Map.of(
                        ONE,
                        new EndpointReport(
                                traffic, Health.HEALTHY, Optional.empty(), Ledger.CLEAN)),
                latency);
    }
}
