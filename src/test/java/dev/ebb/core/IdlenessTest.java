package dev.ebb.core;

import static dev.ebb.core.Fleet.id;
import static dev.ebb.core.Fleet.quick;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Timelines of a service that may have no instance at all. */
class IdlenessTest {
    private static final Duration IDLE = Duration.ofSeconds(60);

    private long requests;

    private static Policy fromNone(int max) {
        Policy policy = quick(1, max);
        return policy.withRange(new Policy.Range(0, max)).withIn(policy.in().withIdle(IDLE));
    }

    private Fleet fleet(int instances) {
        Fleet fleet = new Fleet(fromNone(5), instances);
        fleet.cpuAtRest = true;
        fleet.arrivals = Optional.of(new Arrivals(0, 0));
        return fleet;
    }

    /** A request each second. */
    private void busyUntil(Fleet fleet, double end) {
        fleet.rate = 1;
        while (fleet.seconds < end) {
            fleet.arrivals = Optional.of(new Arrivals(++requests, 0));
            fleet.until(fleet.seconds + 1);
        }
        fleet.rate = 0;
    }

    private static void waiting(Fleet fleet, int count) {
        fleet.arrivals =
                Optional.of(
                        new Arrivals(fleet.arrivals.orElseThrow().requestsTotal() + count, count));
    }

    private static double at(String event) {
        return Double.parseDouble(event.substring(0, event.indexOf(' ')));
    }

    @Test
    void theLastOneGoesAfterTheIdleTimeAndByRehearsal() {
        Fleet fleet = fleet(1);
        busyUntil(fleet, 100);
        fleet.until(158);
        assertThat(fleet.events).as("a minute without a request").isEmpty();
        fleet.until(162);
        assertThat(fleet.events("Park")).hasSize(1);
        fleet.untilSo(f -> f.state.instances().isEmpty());
        double parked = at(fleet.events("Park").getFirst());
        assertThat(at(fleet.events("Drain").getFirst()) - parked)
                .as("the shortest trial: nobody is left who could tell anything")
                .isBetween(10.0, 13.0);
        fleet.until(fleet.seconds + 600);
        assertThat(fleet.events("Start")).isEmpty();
        assertThat(fleet.last.explanation().wanted()).isZero();
        assertThat(fleet.last.explanation().needs())
                .extracting(n -> n.reason().text())
                .contains("no request for 60 s");
    }

    @Test
    void aRequestThatWaitsStartsOneInTheSameTick() {
        Fleet fleet = fleet(0);
        fleet.until(100);
        assertThat(fleet.events).isEmpty();
        waiting(fleet, 2);
        fleet.until(101);
        assertThat(fleet.events("Start")).hasSize(1);
        assertThat(fleet.last.commands().getFirst().reasons())
                .extracting(Reason::text)
                .containsExactly("2 requests wait for an instance");
        fleet.until(105);
        assertThat(fleet.events("Start")).as("one is on its way").hasSize(1);
    }

    @Test
    void aRequestThatDidNotWaitSoLongStartsOneAllTheSame() {
        Fleet fleet = fleet(0);
        fleet.until(100);
        fleet.arrivals = Optional.of(new Arrivals(1, 0));
        fleet.until(105);
        assertThat(fleet.events("Start")).hasSize(1);
    }

    @Test
    void aRequestThatWaitsBringsBackWhatIsOnItsWayOut() {
        for (Lifecycle at : List.of(Lifecycle.PARKED, Lifecycle.DRAINING)) {
            Fleet fleet = fleet(1);
            fleet.stuckInFlight.put(id(1), 0);
            fleet.untilSo(f -> f.state.count(i -> i.lifecycle() == at) > 0 || isGone(f));
            if (isGone(fleet)) {
                continue;
            }
            waiting(fleet, 1);
            fleet.until(fleet.seconds + 1);
            assertThat(fleet.events("Rescue")).as(at.toString()).hasSize(1);
            assertThat(fleet.events("Start")).isEmpty();
            assertThat(fleet.serving()).isEqualTo(1);
        }
    }

    private static boolean isGone(Fleet fleet) {
        return fleet.state.instances().isEmpty();
    }

    @Test
    void theSecondLookSeesARequestThatHasComeMeanwhile() {
        Fleet fleet = fleet(1);
        fleet.untilSo(f -> f.last.commands().stream().anyMatch(IdlenessTest::isPark));
        // As it was when that was decided, but that somebody asks.
        ServiceState before = fleet.state.after(new Command.Rescue(id(1)), fleet.now());
        waiting(fleet, 1);
        Recheck recheck = new Recheck(before, fleet.observe(), fleet.policy);
        assertThat(recheck.objection(before, new Command.Park(id(1)), Recheck.By.DECIDER))
                .map(Reason::code)
                .hasValue("needed");
    }

    private static boolean isPark(Planned planned) {
        return planned.command() instanceof Command.Park;
    }

    @Test
    void aRequestInFlightIsNoSilence() {
        Fleet fleet = fleet(1);
        fleet.stuckInFlight.put(id(1), 1);
        fleet.until(400);
        assertThat(fleet.events).isEmpty();
    }

    @Test
    void whatIsNotKnownIsNoSilence() {
        Fleet fleet = fleet(1);
        fleet.arrivals = Optional.empty();
        fleet.until(400);
        assertThat(fleet.events).isEmpty();
    }

    @Test
    void oneThatEndsUnaskedIsReplacedWhileThereAreRequestsAndNotAfter() {
        Fleet fleet = fleet(1);
        busyUntil(fleet, 30);
        fleet.liveness.put(id(1), new Liveness.Exited(OptionalInt.of(1)));
        fleet.until(35);
        assertThat(fleet.events("Start")).hasSize(1);
        fleet.untilSo(IdlenessTest::isGone);
        fleet.until(fleet.seconds + 200);
        assertThat(fleet.events("Start")).hasSize(1);
    }

    @Test
    void aScheduledFloorHoldsWhateverComes() {
        Policy policy = fromNone(5);
        Schedule always =
                new Schedule(
                        "open",
                        new Starts(
                                List.of(LocalTime.MIDNIGHT),
                                List.of(),
                                List.of(),
                                List.of(),
                                List.of(),
                                false),
                        Duration.ofHours(1),
                        ZoneId.of("UTC"),
                        OptionalInt.of(2),
                        OptionalInt.empty());
        Fleet fleet = new Fleet(policy.withBounds(new Bounds(List.of(always), List.of())), 3);
        fleet.arrivals = Optional.of(new Arrivals(0, 0));
        fleet.until(1200);
        assertThat(fleet.serving()).isEqualTo(2);
    }
}
