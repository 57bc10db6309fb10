package dev.ebb.core;

import static dev.ebb.core.Fleet.id;
import static dev.ebb.core.Fleet.quick;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Timelines in which the platform cannot be seen for a while: that time counts for nobody. */
class UnseenTest {
    private static final double TIMEOUT = Policy.Start.DEFAULT.timeout().toSeconds();
    private static final double REPLACED = Policy.Start.DEFAULT.replaceAfter().toSeconds();

    /** Two instances, and a third that was started and is not ready. */
    private static Fleet starting() {
        Fleet fleet = new Fleet(quick(2, 3), 2);
        fleet.startsReady = false;
        fleet.rate = 60;
        fleet.until(30);
        fleet.rate = 180;
        fleet.untilSo(f -> f.state.count(i -> i.lifecycle() == Lifecycle.STARTING) == 1);
        return fleet;
    }

    private static void see(Fleet fleet, boolean seen) {
        for (Instance one : fleet.state.instances()) {
            fleet.liveness.put(one.id(), seen ? new Liveness.Running() : new Liveness.Unseen());
        }
    }

    private static List<String> failed(Fleet fleet, int ordinal) {
        return fleet.events.stream().filter(e -> e.endsWith(" FAILED " + ordinal)).toList();
    }

    @Test
    void whoBecameReadyWhileNobodyCouldLookIsNotJudgedLate() {
        Fleet fleet = starting();
        double began = fleet.seconds;

        fleet.until(began + TIMEOUT - 10);
        see(fleet, false);
        fleet.until(began + 3 * TIMEOUT);
        see(fleet, true);
        fleet.until(fleet.seconds + 3);
        assertThat(fleet.events("FAILED")).isEmpty();
        fleet.health.put(id(3), Health.HEALTHY);
        fleet.until(fleet.seconds + 10);

        assertThat(fleet.events("FAILED")).isEmpty();
        assertThat(fleet.state.find(id(3)).orElseThrow().lifecycle().inRotation()).isTrue();
    }

    @Test
    void theTimeBeforeAndAfterCountsTogether() {
        Fleet fleet = starting();
        double began = fleet.seconds;

        fleet.until(began + TIMEOUT - 10);
        see(fleet, false);
        fleet.until(began + 3 * TIMEOUT);
        see(fleet, true);

        failsWithin(fleet, 9, 12);
        assertThat(failed(fleet, 3)).hasSize(1);
    }

    /** Nobody before the first of these many seconds from now; it is then run to the second. */
    private static void failsWithin(Fleet fleet, int notBefore, int until) {
        double now = fleet.seconds;
        fleet.until(now + notBefore);
        assertThat(fleet.events("FAILED")).isEmpty();
        fleet.until(now + until);
    }

    @Test
    void outagesOneAfterTheOtherDoNotKeepWhoNeverComes() {
        Fleet fleet = starting();
        double seen = 0;

        while (failed(fleet, 3).isEmpty() && seen < 2 * TIMEOUT) {
            see(fleet, false);
            fleet.until(fleet.seconds + 5);
            see(fleet, true);
            fleet.until(fleet.seconds + 5);
            seen += 5;
        }

        assertThat(seen).isBetween(TIMEOUT - 5, TIMEOUT + 10);
    }

    @Test
    void whoWasEjectedIsNotGivenUpForATimeThatNobodySaw() {
        Fleet fleet = new Fleet(quick(2, 4), 3);
        fleet.rate = 100;
        fleet.until(30);
        fleet.health.put(id(2), Health.EJECTED);
        fleet.until(30 + REPLACED - 10);
        see(fleet, false);
        fleet.until(30 + 3 * REPLACED);
        see(fleet, true);

        failsWithin(fleet, 8, 13);
        assertThat(failed(fleet, 2)).hasSize(1);
    }

    @Test
    void nothingElseIsMovedByIt() {
        Now now = new Now(Duration.ofSeconds(100).toNanos(), 0);
        Instance serving =
                Instance.starting(id(1), Optional.empty(), 1, new Now(0, 0))
                        .in(Lifecycle.SERVING, 0);

        assertThat(serving.unseen(5_000_000_000L, now)).isSameAs(serving);
    }
}
