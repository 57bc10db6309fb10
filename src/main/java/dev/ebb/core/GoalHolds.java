package dev.ebb.core;

import dev.ebb.core.objective.AnsweredGoal;
import dev.ebb.core.objective.Budget;
import dev.ebb.core.objective.Experience;
import dev.ebb.core.objective.Experience.Present;
import dev.ebb.core.objective.Goals;
import dev.ebb.core.objective.LatencyGoal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What goals that are missed, or of which nothing is known, keep from being let go. Pure. */
final class GoalHolds {
    /** Answers in the present of which the times should be known. */
    private static final double MANY = 100;

    /**
     * Of fewer than this share, those whose times are known say nothing of the others. Half, since
     * the two are counted over different times when the load changes.
     */
    private static final double KNOWN = 0.5;

    private final Policy policy;
    private final Assessment assessment;

    GoalHolds(Policy policy, Assessment assessment) {
        this.policy = policy;
        this.assessment = assessment;
    }

    List<Hold> all() {
        Goals goals = policy.goals();
        Optional<Experience> known = assessment.state().load().experience();
        if (!goals.any() || known.isEmpty()) {
            return List.of();
        }
        List<Hold> holds = new ArrayList<>();
        Experience experience = known.get();
        Present present = experience.present(goals);
        goals.latency().flatMap(g -> latency(g, experience, present)).ifPresent(holds::add);
        goals.answered()
                .ifPresent(g -> {
                    experience.budget().flatMap(b -> spent(g, b)).ifPresent(holds::add);
                    burning(experience, present).ifPresent(holds::add);
                });
        return holds;
    }

    private static Optional<Hold> latency(
            LatencyGoal goal, Experience experience, Present present) {
        if (present.isSlow()) {
            return Optional.of(slow(goal, experience, present));
        }
        double answered = present.requests() - present.unanswered();
        double known = answered > MANY ? present.answers() / answered : 1;
        return known < KNOWN ? Optional.of(unknown(known)) : Optional.empty();
    }

    private static Hold unknown(double known) {
        String text =
                known == 0
                        ? "requests end, but no data plane reports how long they took"
                        : "data planes report only of %s of the requests how long they took"
                                .formatted(Text.percent(known));
        return new Hold(
                new Reason("latency_unknown", text, Map.of("known", known)),
                "latencies from every data plane");
    }

    private static Hold slow(LatencyGoal goal, Experience experience, Present present) {
        boolean helpless = experience.pressure().helpless();
        String more =
                helpless
                        ? "; more instances would not help: %s"
                                .formatted(
                                        experience.pressure().isUnused()
                                                ? "they are hardly used, something that they wait"
                                                        + " for is slow"
                                                : "those that were added have changed nothing")
                        : "";
        return new Hold(
                new Reason(
                        helpless ? "latency_elsewhere" : "latency_missed",
                        "%s is %s at %s used, under %s is wanted%s"
                                .formatted(
                                        goal.name(),
                                        Text.millis(present.quantileNanos()),
                                        Text.percent(present.meanUsed()),
                                        Text.millis((double) goal.belowNanos()),
                                        more),
                        Map.of(
                                "latency_ms", present.quantileNanos() / 1e6,
                                "wanted_ms", goal.belowNanos() / 1e6,
                                "used", present.meanUsed())),
                helpless ? "what they call answering quicker" : "quicker answers");
    }

    private static Optional<Hold> spent(AnsweredGoal goal, Budget budget) {
        double spent = budget.spent(goal);
        return spent < 1
                ? Optional.empty()
                : Optional.of(
                        new Hold(
                                new Reason(
                                        "budget_spent",
                                        "%s of the error budget of %s is spent"
                                                .formatted(Text.percent(spent), span(goal)),
                                        Map.of("spent", spent)),
                                "time: old failures leave the budget after " + span(goal)));
    }

    private static String span(AnsweredGoal goal) {
        double hours = goal.over().toMillis() / 3.6e6;
        return hours >= 1
                ? Text.number(hours) + " h"
                : Text.number(goal.over().toMillis() / 6e4) + " min";
    }

    private static Optional<Hold> burning(Experience experience, Present present) {
        if (!present.isBurning()) {
            return Optional.empty();
        }
        boolean helpless = experience.pressure().helpless();
        return Optional.of(
                new Hold(
                        new Reason(
                                "burning",
                                "failures use up the error budget at %s times its rate%s"
                                        .formatted(
                                                Text.number(present.burnRate()),
                                                helpless ? "; more instances would not help" : ""),
                                Map.of("burn_rate", present.burnRate())),
                        "requests that succeed"));
    }
}
