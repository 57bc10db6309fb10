package dev.ebb.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.objective.AnsweredGoal;
import dev.ebb.core.objective.Goals;
import dev.ebb.core.objective.LatencyGoal;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The trial judges what is wanted of requests: by the real decider on virtual time. */
class GoalTrialTest {
    private static final long SECOND = 1_000_000_000;
    private static final Optional<LatencyGoal> LATENCY =
            Optional.of(new LatencyGoal(0.99, 200_000_000));
    private static final Optional<LatencyGoal> NONE = Optional.empty();
    private static final Optional<AnsweredGoal> ANSWERED =
            Optional.of(new AnsweredGoal(0.999, AnsweredGoal.OVER));

    /** Instances that use five cores, when the first of them are parked. */
    private static Fleet parked(Optional<LatencyGoal> latency, Optional<AnsweredGoal> answered) {
        Fleet fleet = GoalsTest.loaded(new Fleet(GoalsTest.policy(latency, answered), 12), 5);
        fleet.tailMillis = _ -> 150;
        while (fleet.state.count(i -> i.lifecycle() == Lifecycle.PARKED) == 0) {
            fleet.until(fleet.seconds + 1);
            assertThat(fleet.seconds).isLessThan(1800);
        }
        return fleet;
    }

    private static boolean drains(Fleet fleet) {
        return fleet.last.commands().stream().anyMatch(p -> p.command() instanceof Command.Drain);
    }

    /** So many requests of each instance fail in each second; as shares of whole ones. */
    private static void failing(Fleet fleet, int perSecond) {
        double each = fleet.rate / fleet.serving();
        fleet.failureShare = perSecond / each;
    }

    private static boolean rescues(Fleet fleet) {
        return fleet.last.commands().stream().anyMatch(p -> p.command() instanceof Command.Rescue);
    }

    private static Reason why(Fleet fleet) {
        return fleet.last.commands().getFirst().reasons().getFirst();
    }

    @Test
    void aLatencyThatIsMissedWhileInstancesAreParkedBringsThemBack() {
        Fleet fleet = parked(LATENCY, Optional.empty());
        double parked = fleet.seconds;
        int stopped = fleet.events("Stop").size();
        // Half as slow again is nothing that the prediction would call harm; the goal is broken.
        fleet.tailMillis = _ -> 230;
        fleet.untilSo(GoalTrialTest::rescues);

        assertThat(why(fleet).code()).isEqualTo("trial_goal");
        assertThat(why(fleet).text())
                .startsWith("without it the goal is broken: 3")
                .endsWith("requests took longer than 200 ms, 1.0 % may");
        assertThat(fleet.seconds - parked).as("a trial cut short").isLessThan(10);
        assertThat(fleet.state.count(Instance::isOnTrial)).as("the whole batch").isZero();
        assertThat(fleet.events("Stop")).hasSize(stopped);
    }

    @Test
    void moreFailuresThanTheGoalAllowsAreFoundThoughNobodyElseWouldCallThemHarm() {
        Fleet fleet = parked(Optional.empty(), ANSWERED);
        int stopped = fleet.events("Stop").size();
        fleet.rate = 250 * fleet.serving();
        fleet.cpuSecondsPerRequest = 5 / fleet.rate;
        failing(fleet, 1);
        fleet.untilSo(f -> rescues(f) || drains(f));

        assertThat(rescues(fleet)).isTrue();
        assertThat(why(fleet).code()).isEqualTo("trial_goal");
        assertThat(why(fleet).text()).contains(" requests stayed without an answer, 0.10 % may");
        assertThat(fleet.events("Stop")).hasSize(stopped);
    }

    @Test
    void theSameFailuresWithoutAGoalAreNoHarm() {
        Fleet fleet = GoalsTest.loaded(new Fleet(Fleet.quick(2, 20), 12), 5).untilParked();
        fleet.rate = 250 * fleet.serving();
        fleet.cpuSecondsPerRequest = 5 / fleet.rate;
        failing(fleet, 1);
        fleet.untilSo(f -> rescues(f) || drains(f));

        assertThat(rescues(fleet)).isFalse();
    }

    @Test
    void failuresThatWereThereBeforeAreNotTheFaultOfTheRemoval() {
        Fleet fleet = GoalsTest.loaded(new Fleet(GoalsTest.policy(NONE, ANSWERED), 12), 5);
        fleet.failureShare = 0.003;
        fleet.untilSo(f -> drains(f) || f.holds().contains("budget_spent"));

        assertThat(fleet.events("Rescue")).isEmpty();
    }

    @Test
    void theRecordSaysThatTheGoalIsKept() {
        Fleet fleet = parked(LATENCY, Optional.empty());
        fleet.untilSo(GoalTrialTest::drains);

        assertThat(why(fleet).code()).isEqualTo("trial_won");
        assertThat(why(fleet).text())
                .contains("the others are as well as predicted; the goal is kept: 0 % of")
                .endsWith("requests took longer than 200 ms, 1.0 % may");
    }

    @Test
    void withTooFewRequestsTheRecordSaysThatNothingIsClear() {
        long[] counts = new long[LatencyCounts.BUCKETS];
        counts[LatencyCounts.bucketOf(SECOND / 100)] = 300;
        var tried = new GoalTrial.Tried(300, 0, 0, LatencyCounts.of(counts));
        GoalTrial trial = new GoalTrial(new Goals(LATENCY, Optional.empty(), 0.6), tried, 0, 0.01);

        assertThat(trial.isKept()).isFalse();
        assertThat(trial.broken()).isEmpty();
        assertThat(trial.words())
                .isEqualTo(
                        "; whether the goal is kept is not clear: 0 % of 300 requests took longer"
                                + " than 200 ms, 1.0 % may");
    }

    @Test
    void aLatencyThatNobodyReportsAnyMoreIsNeverTakenForAGoodOne() {
        Fleet fleet = parked(LATENCY, Optional.empty());
        int stopped = fleet.events("Stop").size();
        fleet.latenciesReported = false;
        fleet.untilSo(GoalTrialTest::rescues);

        assertThat(why(fleet).code()).isEqualTo("trial_unknown");
        assertThat(fleet.events("Stop")).hasSize(stopped);
    }

    /** Wald's promise, kept by what is looked at every second: wrong at most so often. */
    @Test
    void aGoalThatIsJustKeptIsHardlyEverTakenForBroken() {
        assertThat(broken(0.01, 2000)).isLessThanOrEqualTo(20);
        assertThat(broken(0.005, 500)).isZero();
    }

    @Test
    void aGoalThatIsMissedTwiceOverIsFound() {
        assertThat(broken(0.02, 500)).isGreaterThanOrEqualTo(495);
        assertThat(broken(0.05, 500)).isEqualTo(500);
    }

    /** How many of so many trials of 200 s find it broken, at 200 requests a second. */
    private static int broken(double slowShare, int trials) {
        int found = 0;
        Goals goals = new Goals(LATENCY, Optional.empty(), 0.6);
        for (int trial = 0; trial < trials; trial++) {
            SplittableRandom random = new SplittableRandom(trial);
            long[] counts = new long[LatencyCounts.BUCKETS];
            boolean broken = false;
            for (int second = 0; second < 200 && !broken; second++) {
                for (int i = 0; i < 200; i++) {
                    boolean slow = random.nextDouble() < slowShare;
                    counts[LatencyCounts.bucketOf(slow ? SECOND : SECOND / 100)]++;
                }
                LatencyCounts so = LatencyCounts.of(counts);
                var tried = new GoalTrial.Tried(so.total(), 0, 0, so);
                broken = new GoalTrial(goals, tried, 0, 0.01).broken().isPresent();
            }
            found += broken ? 1 : 0;
        }
        return found;
    }

    @Test
    void refusedRequestsCountAsUnanswered() {
        Goals goals = new Goals(Optional.empty(), ANSWERED, 0.6);
        var tried = new GoalTrial.Tried(50_000, 0, 300, LatencyCounts.empty());

        assertThat(new GoalTrial(goals, tried, 0, 0.01).broken().map(Reason::code))
                .contains("trial_goal");
    }
}
