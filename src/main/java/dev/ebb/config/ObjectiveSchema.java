package dev.ebb.config;

import dev.ebb.core.Policy;
import dev.ebb.core.Policy.Objective;
import dev.ebb.core.objective.AnsweredGoal;
import dev.ebb.core.objective.LatencyGoal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys below {@code policy.objective}: what is wanted of requests, and at what risk. */
final class ObjectiveSchema {
    private ObjectiveSchema() {}

    private static final Key<LatencyGoal> LATENCY =
            Key.optional(
                    "latency",
                    new LatencyKind(),
                    "How long requests may take, for example `p99 < 200ms`. Ebb learns up to which"
                            + " utilization they do not take longer, and sizes by that. Without it"
                            + " `usable` counts.");
    private static final Key<Double> SHARE =
            Key.required(
                    "share",
                    Kinds.share(0.5, 0.99999),
                    "Share of the requests that is to be answered: neither failed nor refused for"
                            + " want of room. The others are the error budget.");
    private static final Key<Duration> OVER =
            Key.of(
                    "over",
                    Kinds.duration(Duration.ofMinutes(1), Duration.ofDays(30)),
                    AnsweredGoal.OVER,
                    "The time over which the error budget counts.");
    private static final Section<AnsweredGoal> ANSWERED_KEYS =
            new Section<>(
                    List.of(SHARE, OVER),
                    (v, problems) -> new AnsweredGoal(v.of(SHARE), v.of(OVER)));
    private static final Key<AnsweredGoal> ANSWERED =
            Key.optional(
                    "answered",
                    new Shorthand<>(ANSWERED_KEYS, SHARE),
                    "Which share of the requests is to be answered. While the error budget is"
                            + " spent, nothing is let go; while it burns fast and instances are"
                            + " busy, more are started.");
    private static final Key<Double> CAUTION =
            Key.of(
                    "caution",
                    Kinds.decimal(0.001, 1000),
                    Objective.DEFAULT.caution(),
                    "How seriously a missed request is taken: 10 is ten times as seriously as 1,"
                            + " with which no more is missed than with a target of 70 %.");
    private static final Key<Double> USABLE =
            Key.of(
                    "usable",
                    Kinds.share(0.01, 1),
                    Objective.USABLE,
                    "Up to this utilization an instance answers as it should. It takes the place of"
                            + " `target.cpu`, `target.concurrency` and `in.candidate-below`. With"
                            + " `latency` it only counts until more is known, and is "
                            + Kinds.showShare(Objective.START)
                            + " unless it is given.");

    private static final Section<Wanted> KEYS =
            new Section<>(
                    List.of(LATENCY, ANSWERED, CAUTION, USABLE),
                    (v, problems) -> {
                        Optional<LatencyGoal> latency = v.given(LATENCY);
                        return new Wanted(
                                new Objective(v.of(CAUTION), latency, v.given(ANSWERED)),
                                v.given(USABLE)
                                        .orElse(
                                                latency.isPresent()
                                                        ? Objective.START
                                                        : Objective.USABLE));
                    });
    static final Key<Wanted> OBJECTIVE =
            Key.optional(
                    "objective",
                    KEYS,
                    "Size by risk instead of by a target: as much headroom as the load's own"
                            + " variability asks for, from a forecast that learns when it is wont"
                            + " to jump. Off unless the key is there.");

    /**
     * What these keys say.
     *
     * @param usable utilization up to which instances may be used as long as nothing is known
     */
    record Wanted(Objective objective, double usable) {}

    /** The policy with its objective, if one is given. */
    static Policy applied(Policy policy, Values v) {
        return v.given(OBJECTIVE).map(wanted -> applied(policy, wanted)).orElse(policy);
    }

    private static Policy applied(Policy policy, Wanted wanted) {
        return policy.withUsable(wanted.usable())
                .withIn(policy.in().withCandidateBelow(wanted.usable()))
                .withObjective(wanted.objective());
    }
}
