package dev.ebb.balance;

import dev.ebb.core.InstanceId;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Weights from measured utilization and errors (gRFC A58): requests per second, divided by
 * utilization + share of errors times penalty. An instance that does the same work at a higher
 * utilization, or fails more of it, gets less. The function is pure; what it returned last time is
 * an argument.
 *
 * <p>Weights are relative to the mean over the valid ones, clamped to 0.1 to 10, and move
 * exponentially towards what was measured. An instance without a valid weight (too young, data too
 * old, idle, not measured) gets the <em>smaller</em> of mean and median over the valid: a median
 * alone (Envoy) floods a cold instance where most of the others are strong, a mean alone (gRPC)
 * where a few are very strong. Either way it gets enough requests to be measured. With fewer than
 * two valid weights there is nothing to compare, and all are 1.
 */
public final class UtilizationWeights {
    public static final double LEAST = 0.1;
    public static final double MOST = 10;

    private UtilizationWeights() {}

    /**
     * @param errorPenalty how much of utilization an error share of 1 counts for
     * @param blackout how long an instance must have been serving before its weight counts
     * @param expiration age from which a measurement no longer counts
     * @param smoothing time in which two thirds of a change are followed; zero for at once
     */
    public record Settings(
            double errorPenalty, Duration blackout, Duration expiration, Duration smoothing) {
        public static final Settings DEFAULT =
                new Settings(
                        1, Duration.ofSeconds(10), Duration.ofMinutes(3), Duration.ofSeconds(5));
    }

    /**
     * What was measured of one instance. Leave a missing measurement out; the instance is still
     * weighed when it is among {@code all}.
     *
     * @param utilization used / allowed of the binding resource, 0 to 1 and above in overload
     * @param measuredAtNanos monotonic time of the measurement
     * @param servingSinceNanos monotonic time since which it has been in rotation
     */
    public record Sample(
            InstanceId id,
            double requestsPerSecond,
            double errorsPerSecond,
            double utilization,
            long measuredAtNanos,
            long servingSinceNanos) {}

    /**
     * The weights of all these instances.
     *
     * @param previous what this function returned last; empty at first
     * @param sincePrevious time since then
     */
    public static Map<InstanceId, Double> of(
            Settings settings,
            Collection<InstanceId> all,
            Collection<Sample> samples,
            Map<InstanceId, Double> previous,
            Duration sincePrevious,
            long nowNanos) {
        Map<InstanceId, Double> measured = new HashMap<>();
        for (Sample sample : samples) {
            if (isValid(settings, sample, nowNanos)) {
                measured.put(sample.id(), weight(settings, sample));
            }
        }
        measured.keySet().retainAll(all);
        double mean = measured.size() < 2 ? 1 : mean(measured.values());
        double unknown = measured.size() < 2 ? 1 : Math.min(1, median(measured.values()) / mean);
        double step = step(settings, sincePrevious);
        Map<InstanceId, Double> weights = new HashMap<>();
        for (InstanceId id : all) {
            Double own = measured.size() < 2 ? null : measured.get(id);
            double target = own == null ? unknown : own / mean;
            double clamped = Math.max(LEAST, Math.min(MOST, target));
            double before = previous.getOrDefault(id, clamped);
            weights.put(id, before + (clamped - before) * step);
        }
        return weights;
    }

    private static boolean isValid(Settings settings, Sample sample, long nowNanos) {
        return sample.utilization() > 0
                && sample.requestsPerSecond() > 0
                && Double.isFinite(sample.utilization())
                && Double.isFinite(sample.requestsPerSecond())
                && nowNanos - sample.measuredAtNanos() <= settings.expiration().toNanos()
                && nowNanos - sample.servingSinceNanos() >= settings.blackout().toNanos();
    }

    private static double weight(Settings settings, Sample sample) {
        double errorShare =
                Math.max(0, Math.min(1, sample.errorsPerSecond() / sample.requestsPerSecond()));
        double cost = sample.utilization() + errorShare * settings.errorPenalty();
        return sample.requestsPerSecond() / cost;
    }

    private static double step(Settings settings, Duration sincePrevious) {
        if (settings.smoothing().isZero()) {
            return 1;
        }
        double passed = Math.max(0, sincePrevious.toNanos());
        return 1 - Math.exp(-passed / settings.smoothing().toNanos());
    }

    private static double mean(Collection<Double> values) {
        return values.stream().mapToDouble(v -> v).average().orElse(1);
    }

    private static double median(Collection<Double> values) {
        double[] sorted = values.stream().mapToDouble(v -> v).toArray();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
