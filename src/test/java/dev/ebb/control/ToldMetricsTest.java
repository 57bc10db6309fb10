package dev.ebb.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.EndpointSink.Told;
import dev.ebb.core.Allowance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ProcessReading;
import dev.ebb.core.ServiceName;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** An instance of two cores, and of 1,000 bytes. Times are in seconds. */
class ToldMetricsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final ServiceName SHOP = new ServiceName("shop");
    private static final InstanceId ONE = new InstanceId(SHOP, 1);

    private final Map<InstanceId, Told> told = new HashMap<>();
    private long used;
    private final ToldMetrics metrics =
            new ToldMetrics(new Measured(), _ -> Map.copyOf(told), Duration.ofSeconds(10));

    private final class Measured implements MetricSource {
        @Override
        public Metrics read(Collection<InstanceId> instances, Now now) {
            var reading = new ProcessReading(now.monotonicNanos(), used, 300);
            return new Metrics(Map.of(ONE, reading), OptionalDouble.of(0.4));
        }

        @Override
        public Allowance allowance(InstanceId id) {
            return new Allowance(
                    2,
                    Allowance.Source.DECLARED,
                    1000,
                    Allowance.Source.DECLARED,
                    OptionalDouble.empty());
        }
    }

    private ProcessReading at(long second) {
        var now = new Now(second * SECOND, 0);
        return Objects.requireNonNull(metrics.read(List.of(ONE), now).readings().get(ONE));
    }

    private void says(double utilization, long second) {
        told.put(ONE, new Told(utilization, OptionalDouble.of(0.5), Map.of(), second * SECOND));
    }

    @Test
    void ofTwoFiguresTheLargerCounts() {
        long first = at(100).cpuNanosTotal();
        used += SECOND / 10;
        says(0.8, 100);
        assertThat(at(101).cpuNanosTotal() - first)
                .as("0.8 of two cores for a second, where CPU shows 0.1")
                .isEqualTo(1_600_000_000L);
        assertThat(at(101).memoryBytes()).isEqualTo(500);
        long second = at(101).cpuNanosTotal();
        used += SECOND;
        says(0.1, 101);
        assertThat(at(102).cpuNanosTotal() - second).as("never less").isEqualTo(SECOND);
    }

    /** Who is asked nothing says nothing; what it said then is of then. */
    @Test
    void whatWasSaidLongAgoCountsNoMore() {
        says(0.8, 100);
        long first = at(100).cpuNanosTotal();
        assertThat(at(109).cpuNanosTotal()).isGreaterThan(first);
        long last = at(110).cpuNanosTotal();
        assertThat(at(112).cpuNanosTotal()).isEqualTo(last);
        assertThat(at(112).memoryBytes()).isEqualTo(300);
        assertThat(at(112).measuredAtNanos()).isEqualTo(112 * SECOND);
    }
}
