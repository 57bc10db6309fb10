package dev.ebb.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.QueryTarget.Pace;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Jobs that wait somewhere, as a monitoring system counts them, size the service. */
class QueryNeedsTest {
    private static final String JOBS = "query_jobs";

    private static Policy asking(int min, int max) {
        Policy quick = Fleet.quick(min, max);
        QueryTarget jobs = target("jobs", 50);
        return quick.withTargets(quick.targets().withQueries(List.of(jobs)));
    }

    private static QueryTarget target(String name, double each) {
        return new QueryTarget(
                name,
                "sum(jobs_waiting)",
                Optional.empty(),
                each,
                new Pace(Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(30)));
    }

    private static QueryReading answer(Fleet fleet, double value) {
        return new QueryReading(
                "jobs", Optional.of(value), fleet.now().monotonicNanos(), Optional.empty());
    }

    /** Answered anew each second until then. */
    private static void answered(Fleet fleet, double value, double until) {
        while (fleet.seconds < until) {
            fleet.queries = List.of(answer(fleet, value));
            fleet.until(fleet.seconds + 1);
        }
    }

    private static Need need(Fleet fleet) {
        return fleet.last.explanation().needs().stream()
                .filter(n -> n.source().equals(JOBS))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void itAsksForAsManyAsItTakesAndLetsThemGo() {
        Fleet fleet = new Fleet(asking(1, 20), 1);
        answered(fleet, 320, 40);
        assertThat(fleet.serving()).isEqualTo(7);
        assertThat(need(fleet).reason().text())
                .isEqualTo("'jobs' is 320, 50 for each: 7 instances (1 s old)");
        assertThat(need(fleet).reason().numbers()).containsEntry("each", 50.0);
        answered(fleet, 60, 500);
        assertThat(fleet.serving()).isEqualTo(2);
    }

    @Test
    void theLargestNeedCounts() {
        Fleet fleet = new Fleet(asking(1, 20), 1);
        fleet.cpuSecondsPerRequest = 0.01;
        fleet.rate = 170;
        answered(fleet, 60, 60);
        assertThat(fleet.serving()).isEqualTo(3);
        assertThat(need(fleet).out()).isEqualTo(2);
    }

    @Test
    void aLittleMoreIsTolerated() {
        Fleet fleet = new Fleet(asking(1, 20), 4);
        answered(fleet, 215, 30);
        assertThat(fleet.serving()).isEqualTo(4);
        answered(fleet, 225, 60);
        assertThat(fleet.serving()).isEqualTo(5);
    }

    @Test
    void withoutAnAnswerNobodyIsLetGoAndNobodyAdded() {
        Fleet fleet = new Fleet(asking(1, 20), 6);
        fleet.until(300);
        assertThat(fleet.serving()).isEqualTo(6);
        assertThat(fleet.events).isEmpty();
        assertThat(fleet.holds()).contains("query_missing");
        assertThat(need(fleet).reason().text()).isEqualTo("'jobs' has not been answered yet");
        assertThat(need(fleet).out()).isZero();
    }

    @Test
    void anOldAnswerIsMissingAndNeverZero() {
        Fleet fleet = new Fleet(asking(1, 20), 1);
        answered(fleet, 290, 40);
        assertThat(fleet.serving()).isEqualTo(6);
        fleet.queries =
                List.of(
                        new QueryReading(
                                "jobs",
                                Optional.of(290.0),
                                fleet.now().monotonicNanos(),
                                Optional.of("the connection is refused")));
        fleet.until(fleet.seconds + 31);
        assertThat(fleet.holds()).contains("query_missing");
        assertThat(need(fleet).reason().text())
                .isEqualTo(
                        "the answer to 'jobs' is 31 s old, 30 s are allowed: the connection is"
                                + " refused");
        fleet.until(fleet.seconds + 300);
        assertThat(fleet.serving()).isEqualTo(6);
        assertThat(fleet.events("Park")).isEmpty();
    }

    @Test
    void theOtherNeedsStillAddInstances() {
        Fleet fleet = new Fleet(asking(1, 20), 2);
        fleet.rate = 240;
        fleet.until(60);
        assertThat(fleet.holds()).contains("query_missing");
        assertThat(fleet.serving()).isGreaterThanOrEqualTo(4);
    }

    /** After it has come back, its past is not known: all count for a stabilization window. */
    @Test
    void whatComesBackIsGivenTimeToSpeak() {
        Fleet fleet = new Fleet(asking(1, 20), 6);
        fleet.until(120);
        double back = fleet.seconds;
        answered(fleet, 10, back + 19);
        assertThat(fleet.events("Park")).isEmpty();
        answered(fleet, 10, back + 200);
        assertThat(fleet.events("Park")).isNotEmpty();
    }

    @Test
    void aRehearsalWaitsWhileThereIsNone() {
        Fleet fleet = new Fleet(asking(1, 20), 3);
        while (fleet.events("PARKED").isEmpty()) {
            answered(fleet, 60, fleet.seconds + 1);
        }
        fleet.queries = List.of();
        fleet.until(fleet.seconds + 200);
        assertThat(fleet.events("Stop")).isEmpty();
        answered(fleet, 60, fleet.seconds + 60);
        assertThat(fleet.events("Stop")).isNotEmpty();
    }

    @Test
    void whatIsNoNumberOfThingsIsMissing() {
        for (double value : DoubleStream.of(-1, Double.NaN, Double.POSITIVE_INFINITY).toArray()) {
            Fleet fleet = new Fleet(asking(1, 20), 3);
            answered(fleet, value, 120);
            assertThat(fleet.serving()).as("%s", value).isEqualTo(3);
            assertThat(fleet.holds()).contains("query_missing");
        }
    }

    @Test
    void aServiceThatMayHaveNoneIsStartedByItsJobs() {
        Policy asking = asking(0, 20);
        Policy policy = asking.withIn(asking.in().withIdle(Duration.ofSeconds(20)));
        Fleet fleet = new Fleet(policy, 0);
        fleet.arrivals = Optional.of(new Arrivals(0, 0));
        answered(fleet, 0, 40);
        assertThat(fleet.events).isEmpty();
        answered(fleet, 120, 60);
        assertThat(fleet.serving()).isEqualTo(3);
        answered(fleet, 0, 500);
        assertThat(fleet.serving()).isZero();
    }

    @Test
    void aPersonsOrderDoesNotWaitForIt() {
        Fleet fleet = new Fleet(asking(1, 20), 4);
        fleet.state = fleet.state.withOrdered(java.util.OptionalInt.of(2));
        fleet.until(200);
        assertThat(fleet.serving()).isEqualTo(2);
    }
}
