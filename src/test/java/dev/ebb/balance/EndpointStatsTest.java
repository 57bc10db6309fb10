package dev.ebb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.LatencyCounts;
import dev.ebb.core.TrafficReading;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndpointStatsTest {

    @Test
    void loopsAreSummed() {
        EndpointStats one = new EndpointStats();
        EndpointStats two = new EndpointStats();
        one.started();
        one.started();
        two.started();
        one.finished(Outcome.OK, 1_000_000, false);
        two.finished(Outcome.GATEWAY_ERROR, 3_000_000, false);
        two.started();
        two.streamOpened();
        assertThat(TrafficSum.of(List.of(one, two), 7))
                .isEqualTo(new TrafficReading(7, 2, 1, 2, 1, 4_000_000));
        assertThat(TrafficSum.of(List.of(), 7)).isEqualTo(TrafficReading.none(7));
        assertThat(TrafficSum.latency(List.of(one, two)).total()).isEqualTo(2);
    }

    @Test
    void refusedConnectsAbandonedRequestsAndStreamsAreNobodysLatency() {
        EndpointStats stats = new EndpointStats();
        stats.finished(Outcome.REFUSED, 10, false);
        stats.finished(Outcome.CANCELLED, 5_000_000_000L, false);
        stats.finished(Outcome.OK, 3_600_000_000_000L, true);
        assertThat(TrafficSum.latency(List.of(stats))).isEqualTo(LatencyCounts.empty());
        assertThat(stats.finishedTotal()).isEqualTo(3);
        assertThat(stats.failuresTotal()).isEqualTo(1);
        assertThat(stats.latencyNanosTotal()).isEqualTo(5_000_000_010L);
    }

    /** The writer always keeps one in flight; a reader that sees 0 would stop a busy instance. */
    @Test
    void whatIsInFlightIsNeverOverlooked() throws InterruptedException {
        EndpointStats stats = new EndpointStats();
        stats.started();
        Thread loop =
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; i < 3_000_000; i++) {
                                stats.started();
                                stats.finished(Outcome.OK, i, false);
                            }
                        });
        List<EndpointStats> loops = List.of(stats);
        int least = Integer.MAX_VALUE;
        while (loop.isAlive()) {
            TrafficReading reading = TrafficSum.of(loops, 0);
            least = Math.min(least, reading.inFlight());
            assertThat(reading.failuresTotal()).isZero();
        }
        loop.join();
        assertThat(least).isPositive();
        assertThat(TrafficSum.of(loops, 0).inFlight()).isEqualTo(1);
    }
}
