package dev.ebb.core;

import dev.ebb.core.SequentialTest.Verdict;
import dev.ebb.core.objective.AnsweredGoal;
import dev.ebb.core.objective.Goals;
import dev.ebb.core.objective.LatencyGoal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What is wanted of requests, while instances are parked: is the goal kept without them? For each
 * goal a sequential test of its own ({@link SequentialTest}), with the trial's error rate, between
 * the share that may miss it and twice as many. So a service that keeps its goal exactly loses a
 * removal to chance at most at that rate, however often it is looked at, and one that misses it
 * clearly is found as soon as the requests say so. Requests of the same moment are slow together:
 * four of them count as one, as where goals are learned.
 *
 * <p>Failures that were there before the removal are not its fault: where more failed already than
 * may, the test asks whether it is more than that. (A latency that was missed before keeps any
 * removal from being begun.) Pure.
 */
final class GoalTrial {
    private static final double TOGETHER = 4;

    /** Answers of which the times should be known, and the share below which they are not. */
    private static final long MANY = 100;

    private static final double KNOWN = 0.5;

    /** One goal as far as the trial has come. */
    private record Judged(Verdict verdict, String text, double missed, double all) {}

    private final List<Judged> goals = new ArrayList<>();
    private final double errorRate;
    private final boolean unknown;

    /**
     * What ended at the survivors since the trial began.
     *
     * @param failures of the requests
     * @param refused requests that found no room, beside those
     * @param latencies of the service
     */
    record Tried(long requests, long failures, long refused, LatencyCounts latencies) {}

    /**
     * @param failuresBefore share of the requests that failed before the batch was parked
     */
    GoalTrial(Goals wanted, Tried tried, double failuresBefore, double errorRate) {
        this.errorRate = errorRate;
        long answered = tried.requests() - tried.failures();
        this.unknown =
                wanted.latency().isPresent()
                        && answered > MANY
                        && tried.latencies().total() < KNOWN * answered;
        wanted.latency().ifPresent(goal -> goals.add(latency(goal, tried.latencies())));
        wanted.answered().ifPresent(goal -> goals.add(answered(goal, tried, failuresBefore)));
    }

    private Judged latency(LatencyGoal goal, LatencyCounts during) {
        double slow = during.slowerThanExactly(goal.belowNanos());
        double all = during.total();
        String text =
                "%s of %.0f requests took longer than %s, %s may"
                        .formatted(
                                share(slow, all),
                                all,
                                Text.millis((double) goal.belowNanos()),
                                Text.share(goal.mayMiss()));
        return new Judged(judge(slow, all, goal.mayMiss()), text, slow, all);
    }

    private Judged answered(AnsweredGoal goal, Tried tried, double before) {
        double all = (double) tried.requests() + tried.refused();
        double bad = Math.min(all, (double) tried.failures() + tried.refused());
        double may = Math.clamp(Math.max(goal.mayMiss(), before), goal.mayMiss(), 0.5);
        String text =
                "%s of %.0f requests stayed without an answer, %s may"
                        .formatted(share(bad, all), all, Text.share(goal.mayMiss()));
        return new Judged(judge(bad, all, may), text, bad, all);
    }

    private static String share(double bad, double all) {
        return all > 0 ? Text.share(bad / all) : "none";
    }

    private Verdict judge(double bad, double all, double may) {
        double worse = Goals.clearlyMissed(may);
        return may < worse
                ? SequentialTest.judge(bad / TOGETHER, all / TOGETHER, may, worse, errorRate)
                : Verdict.UNDECIDED;
    }

    /** Why the removal must be taken back; empty as long as no goal is clearly broken. */
    Optional<Reason> broken() {
        return goals.stream()
                .filter(g -> g.verdict() == Verdict.WORSE)
                .findFirst()
                .map(g ->
                        new Reason(
                                "trial_goal",
                                "without it the goal is broken: " + g.text(),
                                Map.of(
                                        "missed", g.missed(),
                                        "requests", g.all(),
                                        "error_rate", errorRate)));
    }

    /** Whether every goal is kept, beyond the stated doubt; without goals it is. */
    boolean isKept() {
        return goals.stream().allMatch(g -> g.verdict() == Verdict.AS_BEFORE);
    }

    /** Why nothing can be said of a goal however long the trial; missing data never scale in. */
    Optional<Reason> unknown() {
        return unknown
                ? Optional.of(
                        Reason.of(
                                "trial_unknown",
                                "requests end, and hardly any data plane says how long they took"))
                : Optional.empty();
    }

    /** For the record of a trial that was won: what the goals made of it. Empty without goals. */
    String words() {
        return goals.isEmpty()
                ? ""
                : (isKept() ? "; the goal is kept: " : "; whether the goal is kept is not clear: ")
                        + goals.stream().map(Judged::text).collect(Collectors.joining("; "));
    }
}
