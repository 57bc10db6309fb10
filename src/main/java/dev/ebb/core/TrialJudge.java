package dev.ebb.core;

import dev.ebb.core.objective.Goals;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Step 6, the trial: are the survivors as well as their new utilization predicts? Two sequential
 * tests with a stated error rate, on the share of failures and on the share of requests slower than
 * predicted, and one for each goal of the service ({@link GoalTrial}). Pure.
 */
final class TrialJudge {
    /** Failures that nobody would call harm, as a share. */
    private static final double FAILURES_FLOOR = 0.001;

    /** Added share of failures that is clear harm. */
    private static final double FAILURES_HARM = 0.01;

    private static final double SLOW_QUANTILE = 0.99;
    private static final double SLOW_BEFORE = 0.01;
    private static final double SLOW_HARM = 0.05;

    /** What the prediction may be wrong by. */
    private static final double PREDICTION_SLACK = 2;

    private static final long SLOW_FLOOR_NANOS = 2_000_000;
    private static final int BASELINE_MIN = 50;

    /** What the trial says. */
    sealed interface Verdict {
        record Running(Reason why, String release) implements Verdict {}

        record Won(Reason why) implements Verdict {}

        record Lost(Reason why) implements Verdict {}
    }

    private final Policy policy;
    private final Observation seen;

    TrialJudge(Policy policy, Observation seen) {
        this.policy = policy;
        this.seen = seen;
    }

    /** What the service is like now, from which a trial starts. */
    Rehearsal start(Assessment assessment, Set<InstanceId> batch) {
        long window = policy.in().window().toNanos();
        Series<LatencyPoint> latency = assessment.state().load().latency();
        LatencyCounts before =
                latency.latest().counts().minus(latency.windowFirst(window).counts());
        List<Assessed> all =
                assessment.instances().stream()
                        .filter(a ->
                                a.instance().carriesLoad() || batch.contains(a.instance().id()))
                        .toList();
        double rate = all.stream().mapToDouble(a -> a.stable().requestsPerSecond()).sum();
        double failed =
                all.stream()
                        .mapToDouble(
                                a -> a.stable().requestsPerSecond() * a.stable().failureShare())
                        .sum();
        double utilization =
                all.stream().mapToDouble(a -> a.stable().binding()).average().orElse(0);
        return new Rehearsal(
                seen.now().monotonicNanos(),
                before,
                rate > 0 ? failed / rate : 0,
                utilization,
                latency.latest().counts(),
                totals(assessment.state()));
    }

    private static Map<InstanceId, TrafficReading> totals(ServiceState state) {
        Map<InstanceId, TrafficReading> totals = new HashMap<>();
        for (Instance instance : state.instances()) {
            if (instance.lifecycle().inRotation() && !instance.traffic().isEmpty()) {
                totals.put(instance.id(), instance.traffic().latest());
            }
        }
        return totals;
    }

    Verdict judge(ServiceState state, Rehearsal rehearsal, double utilizationNow) {
        long requests = 0;
        long failures = 0;
        for (Instance instance : state.instances()) {
            TrafficReading then = rehearsal.totalsAtStart().get(instance.id());
            if (then != null && !instance.traffic().isEmpty()) {
                TrafficReading now = instance.traffic().latest();
                requests += Math.max(0, now.requestsTotal() - then.requestsTotal());
                failures += Math.max(0, now.failuresTotal() - then.failuresTotal());
            }
        }
        failures = Math.min(failures, requests);
        LatencyCounts during = seen.latency().minus(rehearsal.latencyAtStart());
        GoalTrial goals = goals(state, rehearsal, during, requests, failures);
        SequentialTest.Verdict errors = errors(rehearsal, failures, requests);
        if (goals.broken().isPresent()) {
            return new Verdict.Lost(goals.broken().get());
        }
        if (errors == SequentialTest.Verdict.WORSE) {
            return new Verdict.Lost(failuresReason(failures, requests, rehearsal));
        }
        long limit = slowLimitNanos(rehearsal, utilizationNow);
        SequentialTest.Verdict slow = slow(rehearsal, during, limit);
        if (slow == SequentialTest.Verdict.WORSE) {
            return new Verdict.Lost(slowReason(during, limit));
        }
        boolean clear =
                errors == SequentialTest.Verdict.AS_BEFORE
                        && slow == SequentialTest.Verdict.AS_BEFORE
                        && goals.isKept();
        return clear
                ? waitForShortest(rehearsal, requests, failures, goals)
                : waitForLongest(rehearsal, requests, utilizationNow, goals);
    }

    private GoalTrial goals(
            ServiceState state,
            Rehearsal rehearsal,
            LatencyCounts during,
            long requests,
            long failures) {
        long elapsed = seen.now().nanosSince(rehearsal.startedNanos());
        long refused =
                state.load()
                        .queue()
                        .map(q -> q.points().growth(QueuePoint::shedTotal, Math.max(1, elapsed)))
                        .orElse(0L);
        // A size that a person ordered is kept whatever becomes of the goals.
        Goals wanted = state.ordered().isPresent() ? Goals.NONE : policy.goals();
        return new GoalTrial(
                wanted,
                new GoalTrial.Tried(requests, failures, refused, during),
                rehearsal.failureShareBefore(),
                policy.trial().errorRate());
    }

    private SequentialTest.Verdict errors(Rehearsal rehearsal, long failures, long requests) {
        double before = Math.clamp(rehearsal.failureShareBefore(), FAILURES_FLOOR, 0.4);
        double worse = Math.max(3 * before, before + FAILURES_HARM);
        return SequentialTest.judge(
                (double) failures,
                (double) requests,
                before,
                Math.min(0.9, worse),
                policy.trial().errorRate());
    }

    /** The 99th percentile before, stretched by what queueing predicts for the new utilization. */
    private static long slowLimitNanos(Rehearsal rehearsal, double utilizationNow) {
        double idleBefore = 1 - Math.min(0.95, rehearsal.utilizationBefore());
        double idleNow = 1 - Math.min(0.95, Math.max(0, utilizationNow));
        double stretch = Math.clamp(idleBefore / idleNow, 1.0, 4.0) * PREDICTION_SLACK;
        long before = rehearsal.before().quantileNanos(SLOW_QUANTILE);
        return Math.max(SLOW_FLOOR_NANOS, (long) (Math.min(before, 1L << 55) * stretch));
    }

    private SequentialTest.Verdict slow(Rehearsal rehearsal, LatencyCounts during, long limit) {
        if (rehearsal.before().total() < BASELINE_MIN) {
            return SequentialTest.Verdict.UNDECIDED;
        }
        return SequentialTest.judge(
                (double) during.slowerThan(limit),
                (double) during.total(),
                SLOW_BEFORE,
                SLOW_HARM,
                policy.trial().errorRate());
    }

    private Verdict waitForShortest(
            Rehearsal rehearsal, long requests, long failures, GoalTrial goals) {
        // The window that would call for a start must have seen the trial, and nothing else.
        Duration shortest = policy.trial().shortest();
        Duration window = policy.out().window();
        Duration enough = shortest.compareTo(window) < 0 ? window : shortest;
        if (!seen.now().isPast(rehearsal.startedNanos(), enough)) {
            return running(rehearsal, "all is as before so far", enough);
        }
        return new Verdict.Won(
                new Reason(
                        "trial_won",
                        "%d requests without it, %d failed: the others are as well as predicted%s"
                                .formatted(requests, failures, goals.words()),
                        Map.of("requests", (double) requests, "failures", (double) failures)));
    }

    private Verdict waitForLongest(
            Rehearsal rehearsal, long requests, double utilizationNow, GoalTrial goals) {
        // Nobody is left who could give evidence but a request that comes, and that ends the trial.
        Policy.Trial trial = policy.trial();
        Duration most = Idleness.wantsNone(policy) ? trial.shortest() : trial.longest();
        if (!seen.now().isPast(rehearsal.startedNanos(), most)) {
            return running(rehearsal, "not enough evidence yet", most);
        }
        if (goals.unknown().isPresent()) {
            return new Verdict.Lost(goals.unknown().get());
        }
        double limit = policy.targets().cpu();
        Map<String, Double> numbers =
                Map.of("requests", (double) requests, "utilization", utilizationNow);
        return utilizationNow <= limit
                ? new Verdict.Won(
                        new Reason(
                                "trial_projection",
                                "%d requests are too few; at %s used the projection decides%s"
                                        .formatted(
                                                requests,
                                                Text.percent(utilizationNow),
                                                goals.words()),
                                numbers))
                : new Verdict.Lost(
                        new Reason(
                                "trial_undecided",
                                "no clear evidence after the longest trial, and %s used"
                                        .formatted(Text.percent(utilizationNow)),
                                numbers));
    }

    private Verdict running(Rehearsal rehearsal, String what, Duration until) {
        double elapsed = seen.now().nanosSince(rehearsal.startedNanos()) / 1e9;
        double limit = until.toMillis() / 1000.0;
        return new Verdict.Running(
                new Reason(
                        "trial",
                        "on trial for %s s: %s".formatted(Text.number(Math.floor(elapsed)), what),
                        Map.of("elapsed_s", elapsed, "limit_s", limit)),
                "evidence, or %s s of trial".formatted(Text.number(limit)));
    }

    private static Reason failuresReason(long failures, long requests, Rehearsal rehearsal) {
        return new Reason(
                "trial_failures",
                "%d of %d requests failed without it, %s before"
                        .formatted(
                                failures, requests, Text.percent(rehearsal.failureShareBefore())),
                Map.of("failures", (double) failures, "requests", (double) requests));
    }

    private static Reason slowReason(LatencyCounts during, long limit) {
        return new Reason(
                "trial_slow",
                "%d of %d requests were slower than the %s predicted"
                        .formatted(
                                during.slowerThan(limit),
                                during.total(),
                                Text.millis((double) limit)),
                Map.of(
                        "slow", (double) during.slowerThan(limit),
                        "requests", (double) during.total(),
                        "limit_ms", limit / 1e6));
    }

    /** Those of a batch that are all out of rotation; empty while one is still being parked. */
    static Optional<Set<InstanceId>> provenBatch(ServiceState state) {
        boolean parking =
                state.instances().stream()
                        .anyMatch(i -> i.isOnTrial() && i.lifecycle() == Lifecycle.PARKING);
        return parking
                ? Optional.empty()
                : Optional.of(
                        state.instances().stream()
                                .filter(i -> i.lifecycle() == Lifecycle.PARKED && i.isOnTrial())
                                .map(Instance::id)
                                .collect(Collectors.toUnmodifiableSet()));
    }
}
