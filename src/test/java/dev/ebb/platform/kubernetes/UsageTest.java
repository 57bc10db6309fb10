package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.ProcessReading;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.PodMetrics;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.PodMetricsBuilder;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

        Set<String> both = Set.of("main", "helper");
        PodMetrics half = of(AT, "500m", "64Mi");
        assertThat(Usage.after(Optional.empty(), half, both, HEARD))
                .as("even as the first")
                .isEmpty();
        Usage first = Usage.after(Optional.empty(), two(AT), both, HEARD).orElseThrow();
        PodMetrics later = of(LATER, "100m", "8Mi");
        assertThat(Usage.after(Optional.of(first), later, both, HEARD)).contains(first);
    }

    @Test
    void aContainerThatHasEndedIsNotWaitedFor() {
        Usage first =
                Usage.after(Optional.empty(), two(AT), Set.of("main", "helper"), HEARD)
                        .orElseThrow();
        Usage second = after(Optional.of(first), of(LATER, "100m", "8Mi")).orElseThrow();
        assertThat(second.memoryBytes()).isEqualTo(8L << 20);
    }

    /** A sidecar counts, one that has ended does not; before a kubelet speaks, all do. */
    @Test
    void aPodSaysWhatRunsInIt() {
        var pod =
                new PodBuilder()
                        .withNewMetadata()
                        .withName("shop-1")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("main")
                        .endContainer()
                        .addNewContainer()
                        .withName("once")
                        .endContainer()
                        .endSpec()
                        .withNewStatus()
                        .endStatus();
        assertThat(PodMore.of(pod.build()).running()).containsExactlyInAnyOrder("main", "once");
        pod.editStatus()
                .addNewContainerStatus()
                .withName("main")
                .withNewState()
                .withNewRunning()
                .endRunning()
                .endState()
                .endContainerStatus()
                .addNewContainerStatus()
                .withName("once")
                .withNewState()
                .withNewTerminated()
                .endTerminated()
                .endState()
                .endContainerStatus()
                .addNewInitContainerStatus()
                .withName("proxy")
                .withNewState()
                .withNewRunning()
                .endRunning()
                .endState()
                .endInitContainerStatus()
                .endStatus();
        assertThat(PodMore.of(pod.build()).running()).containsExactlyInAnyOrder("main", "proxy");
    }

    private static Optional<Usage> after(Optional<Usage> before, PodMetrics metrics) {
        return Usage.after(before, metrics, Set.of("main"), HEARD);
    }

    private static PodMetrics two(String timestamp) {
        return new PodMetricsBuilder(of(timestamp, "500m", "64Mi"))
                .addNewContainer()
                .withName("helper")
                .withUsage(Map.of("cpu", new Quantity("1m"), "memory", new Quantity("1Mi")))
                .endContainer()
                .build();
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
