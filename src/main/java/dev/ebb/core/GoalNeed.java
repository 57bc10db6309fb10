package dev.ebb.core;

import dev.ebb.core.objective.Allowed;
import dev.ebb.core.objective.Experience;
import dev.ebb.core.objective.Experience.Present;
import dev.ebb.core.objective.Goals;
import dev.ebb.core.objective.LatencyGoal;
import dev.ebb.core.objective.Point;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Says what the goals ask for, and what that was learned from. Pure. */
final class GoalNeed {
    static final String LATENCY = "latency";
    static final String ANSWERED = "answered";

    private final Experience experience;
    private final Goals goals;
    private final Present present;

    private GoalNeed(Experience experience, Goals goals) {
        this.experience = experience;
        this.goals = goals;
        this.present = experience.present(goals);
    }

    /**
     * Empty without goals.
     *
     * @param out instances for the load of now at the utilization that is allowed
     * @param in the same of the load that allows fewer
     */
    static Optional<Need> of(Policy policy, LoadMemory load, int out, int in) {
        Goals goals = policy.goals();
        return goals.any()
                ? load.experience().map(e -> new GoalNeed(e, goals).need(out, in))
                : Optional.empty();
    }

    private Need need(int out, int in) {
        String source = goals.latency().isPresent() ? LATENCY : ANSWERED;
        String text =
                "%s; %s: %s".formatted(seenNow(), allowed(), Text.instances(Math.max(1, out)));
        return new Need(source, out, in, new Reason("need_" + source, text, numbers()));
    }

    /** What is seen, against what is wanted. */
    private String seenNow() {
        String latency = goals.latency().map(this::latency).orElse("");
        String answered =
                goals.answered()
                        .map(g ->
                                "%s of the error budget is spent, it burns at %s times the rate"
                                        .formatted(
                                                Text.percent(spent()),
                                                Text.number(present.burnRate())))
                        .orElse("");
        return latency.isEmpty() || answered.isEmpty()
                ? latency + answered
                : latency + ", " + answered;
    }

    private String latency(LatencyGoal goal) {
        return present.answers() == 0
                ? "%s under %s wanted, nothing was answered lately"
                        .formatted(goal.name(), Text.millis((double) goal.belowNanos()))
                : "%s is %s at %s used, %s wanted"
                        .formatted(
                                goal.name(),
                                Text.millis(present.quantileNanos()),
                                Text.percent(present.meanUsed()),
                                Text.millis((double) goal.belowNanos()));
    }

    private double spent() {
        return goals.answered().flatMap(g -> experience.budget().map(b -> b.spent(g))).orElse(0.0);
    }

    /** The utilization that is allowed, and why. */
    private String allowed() {
        Allowed learned = experience.allowed();
        String used = Text.percent(experience.usable());
        if (experience.pressure().helpless()) {
            return "more instances would not help, %s allowed".formatted(used);
        }
        if (experience.pressure().isOn() && experience.usable() < learned.used()) {
            return "missed at %s, so %s allowed for now"
                    .formatted(Text.percent(experience.pressure().usedThen()), used);
        }
        if (goals.latency().isEmpty()) {
            return used + " allowed";
        }
        if (!learned.isLearned()) {
            return "too little is known, so %s allowed".formatted(used);
        }
        String held = learned.held().map(p -> "kept at " + at(p)).orElse("");
        String broken = learned.broken().map(p -> "missed at " + at(p)).orElse("");
        String both = held.isEmpty() || broken.isEmpty() ? held + broken : held + ", " + broken;
        return "%s, so %s allowed".formatted(both, used);
    }

    private static String at(Point point) {
        return "%s (%s)".formatted(Text.percent(point.used()), Text.millis(point.nanos()));
    }

    private Map<String, Double> numbers() {
        Map<String, Double> numbers = new HashMap<>();
        numbers.put("allowed", experience.usable());
        numbers.put("used", present.meanUsed());
        goals.latency()
                .ifPresent(g -> {
                    numbers.put("wanted_ms", g.belowNanos() / 1e6);
                    numbers.put("quantile", g.quantile());
                    numbers.put("latency_ms", present.quantileNanos() / 1e6);
                });
        experience.allowed().held().ifPresent(p -> numbers.put("kept_at", p.used()));
        experience.allowed().broken().ifPresent(p -> numbers.put("missed_at", p.used()));
        if (goals.answered().isPresent()) {
            numbers.put("budget_spent", spent());
            numbers.put("burn_rate", present.burnRate());
        }
        return numbers;
    }
}
