package dev.ebb.balance;

import dev.ebb.core.InstanceId;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Weights from measured utilization and errors, after gRFC A58: requests per second, divided by
 * utilization + share of errors times penalty. An instance that does the same work at a higher
 * utilization, or fails more of it, gets less. The function is pure; what it returned last time is
 * an argument. Weights are relative to the mean over the valid ones, clamped to 0.1 to 10, and move
 * exponentially towards what was measured. Different from A58:
 *
 * <ul>
 *   <li>Only requests that did not fail count as work, and one that fails everything without using
 *       any CPU is valid and gets the least. With A58 alone it has no valid weight, so it is handed
 *       an average one and becomes a black hole.
 *   <li>An instance without a valid weight (too young, data too old, idle, not measured) gets the
 *       <em>smaller</em> of mean and median over the valid. The median alone floods a cold one
 *       where most of the others are strong, the mean alone where a few are very strong. Either way
 *       it gets enough to be measured. With fewer than two valid ones all are 1.
 *   <li>Below a mean utilization of 10 % the weights fade to equal: what is measured there is
 *       background noise, and following it would turn chance into imbalance.
 * </ul>
 */
public final class UtilizationWeights {
    public static final double LEAST = 0.1;
    public static final double MOST = 10;

    /** Mean utilization from which the weights count in full. */
    public static final double BUSY = 0.1;

    private UtilizationWeights() {}

    /**
     * How weights follow measurements.
     *
     * @param errorPenalty how much of utilization an error share of 1 counts for
     * @param blackout how long an instance must have been serving before its weight counts
     * @param expiration age from which a measurement no longer counts
     * @param smoothing time in which two thirds of a change are followed; zero for at once
     */
    public record Settings(
            double errorPenalty, Duration blackout, Duration expiration, Duration smoothing) {
        public static final Settings DEFAULT =
                new Settings(
                        1, Duration.ofSeconds(10), Duration.ofMinutes(3), Duration.ofSeconds(10));
    }

    /**
     * What was measured of one instance. Leave a missing measurement out; the instance is still
     * weighed when it is among {@code all}.
     *
     * @param requestsPerSecond finished, however they ended; not those that were only sent there
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
        Set<InstanceId> wanted = Set.copyOf(all);
        Map<InstanceId, Double> measured = new HashMap<>();
        double utilization = 0;
        for (Sample sample : samples) {
            if (wanted.contains(sample.id()) && isValid(settings, sample, nowNanos)) {
                measured.put(sample.id(), weight(settings, sample));
                utilization += sample.utilization();
            }
        }
        double mean = mean(measured.values());
        boolean comparable = measured.size() >= 2 && mean > 0;
        double unknown = comparable ? Math.min(1, median(measured.values()) / mean) : 1;
        double trust = Math.min(1, utilization / Math.max(1, measured.size()) / BUSY);
        double step = step(settings, sincePrevious);
        Map<InstanceId, Double> weights = new HashMap<>();
        for (InstanceId id : wanted) {
            double target =
                    comparable && measured.containsKey(id)
                            ? measured.getOrDefault(id, mean) / mean
                            : unknown;
            double clamped = Math.max(LEAST, Math.min(MOST, 1 + (target - 1) * trust));
            double before = previous.getOrDefault(id, clamped);
            weights.put(id, before + (clamped - before) * step);
        }
        return weights;
    }

    private static boolean isValid(Settings settings, Sample sample, long nowNanos) {
        boolean atWork = sample.utilization() > 0 || sample.errorsPerSecond() > 0;
        return atWork
                && sample.requestsPerSecond() > 0
                && sample.utilization() >= 0
                && Double.isFinite(sample.utilization())
                && Double.isFinite(sample.requestsPerSecond())
                && nowNanos - sample.measuredAtNanos() <= settings.expiration().toNanos()
                && nowNanos - sample.servingSinceNanos() >= settings.blackout().toNanos();
    }

    private static double weight(Settings settings, Sample sample) {
        double errorShare =
                Math.max(0, Math.min(1, sample.errorsPerSecond() / sample.requestsPerSecond()));
        double cost = sample.utilization() + errorShare * settings.errorPenalty();
        return cost > 0 ? sample.requestsPerSecond() * (1 - errorShare) / cost : 0;
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
