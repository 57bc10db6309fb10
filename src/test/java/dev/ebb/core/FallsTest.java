package dev.ebb.core;

import static dev.ebb.core.Fleet.id;
import static dev.ebb.core.Fleet.quick;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Each kind of fall in load on virtual time. The stabilization window is 20 s: nothing at all is
 * doubted for 50 s, readings that contradict each other for 100 s, and retries are waited for 10 s.
 */
class FallsTest {
    private final Fleet fleet = new Fleet(quick(2, 10), 5);
    private final Set<String> verdicts = new TreeSet<>();

    private void until(double seconds) {
        while (fleet.seconds < seconds) {
            fleet.until(fleet.seconds + 1);
            fleet.last.explanation().fall().ifPresent(r -> verdicts.add(r.code()));
        }
    }

    private void busyUntil(double seconds) {
        fleet.rate = 250;
        until(seconds);
        assertThat(verdicts).isEmpty();
    }

    private double firstPark() {
        String first = fleet.events("Park").getFirst();
        return Double.parseDouble(first.substring(0, first.indexOf(' ')));
    }

    private Reason verdict() {
        return fleet.last.explanation().fall().orElseThrow();
    }

    @Test
    void anEveningScalesInWithoutAnyDelay() {
        busyUntil(40);
        while (fleet.rate > 50) {
            fleet.rate -= 1;
            until(fleet.seconds + 1);
            assertThat(fleet.holds()).noneMatch(h -> h.startsWith("fall_"));
        }
        assertThat(verdicts).containsExactly("fall_real");
        assertThat(fleet.serving()).as("it follows on the way already").isLessThan(5);
        assertThat(verdict().numbers()).containsKeys("requests_per_s", "requests_per_s_before");
        until(fleet.seconds + 60);
        assertThat(fleet.serving()).isEqualTo(2);
        assertThat(fleet.events("Rescue")).isEmpty();
    }

    @Test
    void aFallToAQuarterAtOnceWaitsNoLongerThanTheStabilizationWindow() {
        busyUntil(40);
        fleet.rate = 62;
        until(100);
        assertThat(verdicts).containsExactly("fall_real");
        assertThat(firstPark()).isBetween(60.0, 72.0);
    }

    @Test
    void anOutageBeforeTheServiceKeepsItsFleetUntilTheLoadIsBack() {
        busyUntil(40);
        fleet.rate = 0;
        until(80);
        assertThat(fleet.holds()).contains("fall_outage");
        assertThat(verdict().text()).contains("0/s requests after 250/s", "all at once");
        fleet.rate = 250;
        until(200);
        assertThat(fleet.events).isEmpty();
        assertThat(fleet.holds()).isEmpty();
        assertThat(fleet.last.explanation().fall()).isEmpty();
    }

    @Test
    void whatStaysAwayForLongEnoughIsBelieved() {
        busyUntil(40);
        fleet.rate = 0;
        until(300);
        assertThat(firstPark()).isBetween(90.0, 98.0);
        assertThat(verdicts).containsExactly("fall_outage", "fall_real");
        assertThat(fleet.serving()).isEqualTo(2);
    }

    @Test
    void aRemovalOnItsWayDoesNotPassThePointOfNoReturnInAnOutage() {
        fleet.rate = 60;
        fleet.untilParked();
        double since = fleet.seconds;
        fleet.rate = 0;
        until(since + 50);
        assertThat(fleet.events("Stop")).isEmpty();
        fleet.rate = 60;
        until(since + 120);
        assertThat(fleet.events("Stop")).isNotEmpty();
    }

    @Test
    void cpuThatIsNotCountedAnyMoreIsNoFall() {
        busyUntil(40);
        fleet.cpuSecondsPerRequest = 0.001;
        until(120);
        assertThat(fleet.holds()).contains("fall_metric_hole");
        fleet.cpuSecondsPerRequest = 0.01;
        until(220);
        assertThat(fleet.events).isEmpty();
        assertThat(fleet.holds()).isEmpty();
    }

    @Test
    void requestsThatHaveBecomeCheapAreBelievedInTheEnd() {
        busyUntil(40);
        fleet.cpuSecondsPerRequest = 0.001;
        until(260);
        assertThat(firstPark()).isBetween(140.0, 152.0);
        assertThat(fleet.serving()).isEqualTo(2);
    }

    @Test
    void requestsThatAreNotCountedAnyMoreAreNoFall() {
        busyUntil(40);
        fleet.requestsCounted = false;
        until(60);
        assertThat(verdict().code()).isEqualTo("fall_metric_hole");
        assertThat(verdict().text()).contains("do not agree");
        until(100);
        assertThat(fleet.events).isEmpty();
    }

    @Test
    void countersThatAreMissingAreAHoleAndNoFall() {
        busyUntil(40);
        for (int i = 1; i <= 5; i++) {
            fleet.silent.add(id(i));
        }
        until(60);
        assertThat(verdict().code()).isEqualTo("fall_metric_hole");
        assertThat(verdict().text()).contains("0 % of the instances report");
    }

    @Test
    void workThatIsLessBecauseRequestsFailIsNoFallAndRetriesAreWaitedFor() {
        busyUntil(40);
        fleet.failureShare = 0.08;
        fleet.cpuSecondsPerRequest = 0.002;
        until(100);
        assertThat(fleet.holds()).contains("fall_errors");
        assertThat(verdict().text()).contains("made of failures", "8 % failed");
        fleet.failureShare = 0;
        until(110);
        assertThat(fleet.holds()).contains("fall_retries");
        assertThat(fleet.events).isEmpty();
        until(150);
        assertThat(firstPark()).as("10 s after the last failure").isBetween(109.0, 120.0);
    }

    @Test
    void loadThatComesBackWithTheRetriesFindsItsFleet() {
        busyUntil(40);
        fleet.failureShare = 0.08;
        fleet.cpuSecondsPerRequest = 0.002;
        until(100);
        fleet.failureShare = 0;
        until(104);
        fleet.cpuSecondsPerRequest = 0.01;
        fleet.rate = 290;
        until(200);
        assertThat(fleet.events).isEmpty();
    }

    @Test
    void requestsThatHangComeBack() {
        busyUntil(40);
        fleet.rate = 60;
        for (int i = 1; i <= 5; i++) {
            fleet.stuckInFlight.put(id(i), 40);
        }
        until(50);
        assertThat(verdict().code()).isEqualTo("fall_retries");
    }

    @Test
    void theEndOfAPeakIsNoOutage() {
        fleet.rate = 50;
        until(60);
        fleet.rate = 290;
        until(66);
        fleet.rate = 40;
        until(120);
        assertThat(verdicts).containsExactly("fall_real");
    }

    @Test
    void anOperatorsOrderIsNotDoubted() {
        busyUntil(40);
        fleet.rate = 0;
        fleet.state = fleet.state.withOrdered(java.util.OptionalInt.of(3));
        until(120);
        assertThat(fleet.events("Stop")).hasSizeGreaterThanOrEqualTo(1);
    }

    @Test
    void withoutAStabilizationWindowNothingIsDoubted() {
        Policy p = quick(2, 10);
        Policy.In in = p.in();
        var brave =
                new Policy(
                        p.mode(),
                        p.range(),
                        p.targets(),
                        p.out(),
                        new Policy.In(
                                in.window(),
                                java.time.Duration.ZERO,
                                in.candidateBelow(),
                                in.coverage(),
                                in.freshness(),
                                in.unavailabilityBudget(),
                                in.hostBusy()),
                        p.trial(),
                        p.drain(),
                        p.start(),
                        p.objective());
        Fleet bold = new Fleet(brave, 5);
        bold.rate = 250;
        bold.until(40);
        bold.rate = 0;
        bold.until(60);
        assertThat(bold.events("Park")).isNotEmpty();
    }
}
