package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.ProcessReading;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.PodMetrics;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.PodMetricsBuilder;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UsageTest {
    private static final String AT = "2026-01-01T00:00:00Z";
    private static final long HEARD = 60_000_000_000L;
    private static final String LATER = "2026-01-01T00:00:15Z";

    @Test
    void whatWasUsedIsAddedUpOverTheTimeBetween() {
        Usage first = after(Optional.empty(), of(AT, "500m", "64Mi")).orElseThrow();
        assertThat(first.cpuNanosTotal()).isZero();
        Usage second = after(Optional.of(first), of(LATER, "200m", "32Mi")).orElseThrow();
        assertThat(second.cpuNanosTotal()).as("0.2 cores for 15 s").isEqualTo(3_000_000_000L);
        assertThat(second.memoryBytes()).isEqualTo(32L << 20);
    }

    @Test
    void theSameFigureAgainAddsNothingAndStaysAsOldAsItIs() {
        Usage first = after(Optional.empty(), of(AT, "500m", "64Mi")).orElseThrow();
        assertThat(after(Optional.of(first), of(AT, "900m", "64Mi"))).contains(first);
        ProcessReading reading = first.reading(HEARD + 40_000_000_000L, first.atMillis() + 40_000);
        assertThat(reading.measuredAtNanos()).isEqualTo(HEARD);
    }

    @Test
    void whatCannotBeReadIsNoFigure() {
        assertThat(after(Optional.empty(), of("yesterday", "1", "1"))).isEmpty();
        var half = new PodMetricsBuilder(of(AT, "1", "1")).build();
        half.getContainers().getFirst().setUsage(Map.of("cpu", new Quantity("1")));
        assertThat(after(Optional.empty(), half)).isEmpty();
    }

    @Test
    void aClockThatIsAheadMakesNoFigureNewerThanItIs() {
        Usage first = after(Optional.empty(), of(AT, "500m", "64Mi")).orElseThrow();
        long nowNanos = HEARD + 30_000_000_000L;
        ProcessReading reading = first.reading(nowNanos, first.atMillis() - 60_000);
        assertThat(reading.measuredAtNanos()).as("heard 30 s ago").isEqualTo(HEARD);
    }

    @Test
    void containersThatAreMissingAreNotZero() {
        PodMetrics none = new PodMetricsBuilder().withTimestamp(AT).build();
        assertThat(after(Optional.empty(), none)).isEmpty();

        var both = new PodMetricsBuilder(of(AT, "500m", "64Mi"));
        both.addAllToContainers(of(AT, "500m", "64Mi").getContainers());
        Usage first = after(Optional.empty(), both.build()).orElseThrow();
        assertThat(after(Optional.of(first), of(LATER, "100m", "8Mi"))).contains(first);
    }

    private static Optional<Usage> after(Optional<Usage> before, PodMetrics metrics) {
        return Usage.after(before, metrics, HEARD);
    }

    private static PodMetrics of(String timestamp, String cpu, String memory) {
        return new PodMetricsBuilder()
                .withTimestamp(timestamp)
                .addNewContainer()
                .withName("main")
                .withUsage(Map.of("cpu", new Quantity(cpu), "memory", new Quantity(memory)))
                .endContainer()
                .build();
    }
}
