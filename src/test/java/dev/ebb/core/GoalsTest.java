package dev.ebb.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.objective.AnsweredGoal;
import dev.ebb.core.objective.LatencyGoal;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Sizing by what is wanted of requests, by the real decider on virtual time. */
class GoalsTest {
    private static final double CORES = 5;
    private static final double WANTED_MILLIS = 200;
    private static final Optional<LatencyGoal> LATENCY =
            Optional.of(new LatencyGoal(0.99, 200_000_000));

    static Policy policy(Optional<LatencyGoal> latency, Optional<AnsweredGoal> answered) {
        Policy p = Fleet.quick(2, 20);
        double start = latency.isPresent() ? Policy.Objective.START : Policy.Objective.USABLE;
        Policy usable = p.withUsable(start);
        return new Policy(
                usable.mode(),
                usable.range(),
                usable.targets(),
                new Policy.Out(p.out().window(), 0.05),
                usable.in(),
                usable.trial(),
                usable.drain(),
                usable.start(),
                Optional.of(new Policy.Objective(1, latency, answered)));
    }

    static Fleet fleet(int instances) {
        return loaded(new Fleet(policy(LATENCY, Optional.empty()), instances), CORES);
    }

    static Fleet loaded(Fleet fleet, double cores) {
        fleet.cpuSecondsPerRequest = 0.005;
        fleet.rate = cores / fleet.cpuSecondsPerRequest;
        return fleet;
    }

    private static double used(Fleet fleet) {
        return fleet.rate * fleet.cpuSecondsPerRequest / fleet.serving();
    }

    private static Need need(Fleet fleet) {
        return fleet.last.explanation().needs().stream()
                .filter(n -> n.source().equals(GoalNeed.LATENCY))
                .findFirst()
                .orElseThrow();
    }

    private static double allowed(Fleet fleet) {
        return Objects.requireNonNull(need(fleet).reason().numbers().get("allowed"));
    }

    @Test
    void asLongAsNothingIsKnownTheStartCounts() {
        Fleet fleet = fleet(12);
        fleet.until(10);

        assertThat(allowed(fleet)).isEqualTo(0.6);
        assertThat(need(fleet).reason().text()).contains("too little is known, so 60 % allowed");
    }

    @Test
    void findsTheUtilizationThatKeepsTheObjective() {
        Fleet fleet = fleet(12);
        fleet.tailMillis = used -> 40 / (1 - Math.min(used, 0.99));
        fleet.until(3600);

        // 200 ms are reached at 80 %: five cores in use want seven instances, at 71 %.
        assertThat(fleet.serving()).isEqualTo(7);
        assertThat(fleet.tailMillis.applyAsDouble(used(fleet))).isLessThan(WANTED_MILLIS);
        assertThat(allowed(fleet)).isBetween(0.72, 0.80);
        assertThat(need(fleet).reason().text()).contains("kept at 72 % (");
    }

    @Test
    void allowsMoreWhereRequestsStayQuick() {
        Fleet quick = fleet(12);
        quick.tailMillis = used -> 8 / (1 - Math.min(used, 0.99));
        Fleet slow = fleet(12);
        slow.tailMillis = used -> 90 / (1 - Math.min(used, 0.99));

        assertThat(quick.until(3600).serving()).isLessThan(8);
        assertThat(slow.until(3600).serving()).isBetween(10, 12);
    }

    @Test
    void addsInstancesAtOnceWhenItIsMissed() {
        Fleet fleet = fleet(12);
        fleet.tailMillis = used -> 40 / (1 - Math.min(used, 0.99));
        fleet.until(3600);
        fleet.tailMillis = used -> 80 / (1 - Math.min(used, 0.99));
        double slower = fleet.seconds;
        fleet.untilSo(f -> f.serving() > 7);

        assertThat(fleet.seconds - slower).isLessThan(12);
        fleet.until(fleet.seconds + 600);
        assertThat(fleet.tailMillis.applyAsDouble(used(fleet))).isLessThan(WANTED_MILLIS);
        assertThat(fleet.serving()).isBetween(9, 11);
    }

    @Test
    void unusedInstancesAreNotToBlame() {
        Fleet fleet = fleet(12);
        fleet.until(600);
        fleet.rate = 250;
        fleet.until(630);
        fleet.tailMillis = _ -> 900;
        int serving = fleet.serving();
        fleet.until(900);

        assertThat(fleet.serving()).isLessThanOrEqualTo(serving);
        assertThat(fleet.holds()).contains("latency_elsewhere");
        assertThat(need(fleet).reason().text()).contains("more instances would not help");
    }

    @Test
    void whatMoreInstancesDoNotChangeIsTriedTwiceAndNotLearned() {
        Fleet fleet = fleet(12);
        fleet.tailMillis = used -> 40 / (1 - Math.min(used, 0.99));
        fleet.until(1800);
        double allowed = allowed(fleet);
        int serving = fleet.serving();
        fleet.tailMillis = _ -> 900;
        fleet.until(2700);

        assertThat(fleet.holds()).contains("latency_elsewhere");
        assertThat(fleet.serving()).isBetween(serving + 1, serving + 6);
        assertThat(allowed(fleet)).isEqualTo(allowed);
        int most = fleet.serving();
        fleet.tailMillis = used -> 40 / (1 - Math.min(used, 0.99));
        fleet.until(3600);
        assertThat(fleet.serving()).isLessThan(most);
    }

    /** As with one data plane of several that reports none. */
    @Test
    void withLatenciesOfFewRequestsNobodyIsLetGo() {
        Fleet fleet = fleet(12);
        fleet.latenciesReportedOf = 0.2;
        fleet.until(600);

        assertThat(fleet.events("Park")).isEmpty();
        assertThat(fleet.holds()).contains("latency_unknown");
    }

    @Test
    void withoutLatenciesNobodyIsLetGo() {
        Fleet fleet = fleet(12);
        fleet.latenciesReported = false;
        fleet.until(600);

        assertThat(fleet.events("Park")).isEmpty();
        assertThat(fleet.holds()).contains("latency_unknown");
    }

    @Test
    void spentBudgetLetsNobodyGo() {
        AnsweredGoal goal = new AnsweredGoal(0.999, Duration.ofMinutes(20));
        Fleet fleet = loaded(new Fleet(policy(Optional.empty(), Optional.of(goal)), 12), 8);
        fleet.until(900);
        fleet.failureShare = 0.05;
        fleet.until(930);
        fleet.failureShare = 0;
        fleet.rate = CORES / fleet.cpuSecondsPerRequest;
        int serving = fleet.serving();
        fleet.until(1800);

        assertThat(fleet.serving()).isGreaterThanOrEqualTo(serving);
        assertThat(fleet.holds()).contains("budget_spent");

        fleet.until(3000);
        assertThat(fleet.serving()).isLessThan(9);
    }

    @Test
    void failuresOfBusyInstancesCallForMore() {
        AnsweredGoal goal = new AnsweredGoal(0.999, Duration.ofHours(1));
        Fleet fleet = loaded(new Fleet(policy(Optional.empty(), Optional.of(goal)), 7), CORES);
        fleet.until(900);
        assertThat(fleet.serving()).isLessThanOrEqualTo(8);
        fleet.failing = used -> used > 0.6 ? 0.03 : 0;
        fleet.until(960);

        assertThat(used(fleet)).isLessThan(0.6);
    }

    @Test
    void failuresThatMoreInstancesDoNotChangeCallForNoMore() {
        AnsweredGoal goal = new AnsweredGoal(0.999, Duration.ofHours(1));
        Fleet fleet = loaded(new Fleet(policy(Optional.empty(), Optional.of(goal)), 7), CORES);
        fleet.until(900);
        int serving = fleet.serving();
        assertThat(serving).isLessThanOrEqualTo(8);
        fleet.failing = _ -> 0.03;
        fleet.until(2100);

        assertThat(fleet.serving()).isLessThanOrEqualTo(2 * serving);
    }
}
