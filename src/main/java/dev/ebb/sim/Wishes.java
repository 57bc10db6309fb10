package dev.ebb.sim;

import dev.ebb.core.Policy;
import dev.ebb.core.objective.AnsweredGoal;
import dev.ebb.core.objective.LatencyGoal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** What is wanted of requests, drawn by chance: half of those that size by risk want something. */
final class Wishes {
    /** More than this is never allowed for a latency. */
    private static final double MOST = 0.95;

    /** Holds for what is wanted and missed. */
    static final Set<String> MISSED =
            Set.of("latency_missed", "latency_elsewhere", "budget_spent", "burning");

    private static final List<Double> QUANTILES = List.of(0.5, 0.9, 0.95, 0.99, 0.999);

    private final SplittableRandom random;

    Wishes(SplittableRandom random) {
        this.random = random;
    }

    /**
     * @param requestSeconds what a request takes on an idle instance
     */
    Policy with(Policy policy, double requestSeconds) {
        if (policy.objective().isEmpty() || random.nextInt(2) == 0) {
            return policy;
        }
        double quantile = QUANTILES.get(random.nextInt(QUANTILES.size()));
        double seconds = requestSeconds * (1.02 + 2 * random.nextDouble());
        Optional<LatencyGoal> latency =
                random.nextInt(4) == 0
                        ? Optional.empty()
                        : Optional.of(new LatencyGoal(quantile, Math.round(seconds * 1e9)));
        Optional<AnsweredGoal> answered =
                latency.isEmpty() || random.nextInt(2) == 0
                        ? Optional.of(
                                new AnsweredGoal(
                                        1 - Math.exp(-2 - 5 * random.nextDouble()),
                                        Duration.ofSeconds(60 + random.nextInt(1800))))
                        : Optional.empty();
        double caution = policy.objective().get().caution();
        return new Policy(
                policy.mode(),
                policy.range(),
                policy.targets(),
                policy.out(),
                policy.in(),
                policy.trial(),
                policy.drain(),
                policy.start(),
                Optional.of(new Policy.Objective(caution, latency, answered)),
                policy.bounds());
    }

    /** The utilization that may be allowed at most, where this is the target. */
    static double most(Policy policy, double target) {
        if (!policy.goals().any()) {
            return target;
        }
        double start = Math.max(target, policy.targets().cpu());
        return policy.goals().latency().isPresent() ? Math.max(start, MOST) : start;
    }
}
