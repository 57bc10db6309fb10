package dev.ebb.platform.kubernetes;

import dev.ebb.core.ProcessReading;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.ContainerMetrics;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.PodMetrics;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the metrics API has said of one pod up to now. It gives the mean use of CPU over a window
 * that ends at a timestamp; what the core wants is a total that only grows. So each figure is taken
 * to hold since the one before. Immutable.
 *
 * @param atMillis the timestamp, by the wall's clock of whoever measured
 * @param heardNanos when it was first heard of, on the monotonic clock here
 * @param cpuNanosTotal since the first figure
 */
record Usage(long atMillis, long heardNanos, long cpuNanosTotal, long memoryBytes) {

    /**
     * With a newer figure. An older or the same one, one that cannot be read, and one in which
     * containers are missing add nothing: what is not told is not zero.
     *
     * @param running names of the containers that must be in it
     */
    static Optional<Usage> after(
            Optional<Usage> before, PodMetrics metrics, Set<String> running, long nowNanos) {
        Optional<Long> at = instant(metrics.getTimestamp());
        Set<String> told =
                metrics.getContainers().stream()
                        .map(ContainerMetrics::getName)
                        .collect(Collectors.toSet());
        boolean part = told.isEmpty() || !told.containsAll(running);
        if (part || at.isEmpty() || before.filter(b -> b.atMillis >= at.get()).isPresent()) {
            return before;
        }
        long nanoCores = 0;
        long memory = 0;
        for (ContainerMetrics container : metrics.getContainers()) {
            Optional<BigDecimal> cpu = amount(container, "cpu");
            Optional<BigDecimal> bytes = amount(container, "memory");
            if (cpu.isEmpty() || bytes.isEmpty()) {
                return before;
            }
            nanoCores += cpu.get().movePointRight(9).longValue();
            memory += bytes.get().longValue();
        }
        long span = before.map(b -> at.get() - b.atMillis).orElse(0L);
        long total = before.map(Usage::cpuNanosTotal).orElse(0L) + nanoCores * span / 1_000;
        return Optional.of(new Usage(at.get(), nowNanos, total, memory));
    }

    private static Optional<Long> instant(String text) {
        try {
            return Optional.ofNullable(text).map(t -> Instant.parse(t).toEpochMilli());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static Optional<BigDecimal> amount(ContainerMetrics container, String resource) {
        return Optional.ofNullable(container.getUsage())
                .map(usage -> usage.get(resource))
                .map(Quantity::getNumericalAmount);
    }

    /**
     * On the monotonic clock, as old as the figure is, and never newer than when it was heard: the
     * clock of whoever measures may be ahead, and stay there when no new figures come.
     */
    ProcessReading reading(long nowNanos, long nowMillis) {
        long age = Math.max(0, nowMillis - atMillis);
        long measured = Math.min(heardNanos, nowNanos - age * 1_000_000);
        return new ProcessReading(measured, cpuNanosTotal, memoryBytes);
    }
}
