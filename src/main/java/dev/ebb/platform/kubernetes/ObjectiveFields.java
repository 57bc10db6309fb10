package dev.ebb.platform.kubernetes;

import dev.ebb.core.Policy;
import dev.ebb.core.Policy.Objective;
import dev.ebb.core.objective.AnsweredGoal;
import dev.ebb.core.objective.LatencyGoal;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code spec.objective}: what is wanted of requests, and at what risk. The same as {@code
 * policy.objective} of the configuration in files. Pure.
 */
final class ObjectiveFields {
    /** As the schema has it; what an older one lets through counts as its nearest bound. */
    private static final double LEAST_PERCENT = 50;

    private static final double MOST_PERCENT = 99.999;

    private ObjectiveFields() {}

    /** The policy with its objective, if one is given. */
    static Policy applied(Policy policy, Fields spec) {
        return spec.given("objective").map(given -> with(policy, given)).orElse(policy);
    }

    private static Policy with(Policy policy, Fields given) {
        Optional<LatencyGoal> latency = given.given("latency").map(ObjectiveFields::latency);
        var objective =
                new Objective(
                        given.decimal("caution").orElse(Objective.DEFAULT.caution()),
                        latency,
                        given.given("answered").map(ObjectiveFields::answered));
        double usable =
                given.decimal("usablePercent")
                        .map(p -> Math.clamp(p, 1, 100) / 100)
                        .orElse(latency.isPresent() ? Objective.START : Objective.USABLE);
        return policy.withUsable(usable)
                .withIn(policy.in().withCandidateBelow(usable))
                .withObjective(objective);
    }

    private static LatencyGoal latency(Fields given) {
        long millis = Math.max(1, given.number("belowMilliseconds", 1));
        return new LatencyGoal(share(given, "percentile"), Duration.ofMillis(millis).toNanos());
    }

    private static AnsweredGoal answered(Fields given) {
        return new AnsweredGoal(
                share(given, "percent"),
                Duration.ofSeconds(
                        Math.max(
                                60,
                                given.number("overSeconds", (int) AnsweredGoal.OVER.toSeconds()))));
    }

    /** In decimals, so that 99.9 is the 0.999 that people mean. */
    private static double share(Fields given, String key) {
        double percent =
                Math.clamp(given.decimal(key).orElse(MOST_PERCENT), LEAST_PERCENT, MOST_PERCENT);
        return BigDecimal.valueOf(percent).movePointLeft(2).doubleValue();
    }
}
