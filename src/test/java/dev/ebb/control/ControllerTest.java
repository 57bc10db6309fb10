package dev.ebb.control;

import static dev.ebb.control.Rig.SHOP;
import static dev.ebb.control.Rig.id;
import static dev.ebb.control.Rig.quick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Lifecycle;
import dev.ebb.core.Mark;
import dev.ebb.core.Policy;
import dev.ebb.core.ServiceName;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Orders, recovery and shutdown, as timelines of the whole controller. */
class ControllerTest {

    private static Rig five() {
        return new Rig(quick(2, 6, 5)).until(10);
    }

    /** Five serve, and the load needs all of them. */
    private static Rig fiveBusy() {
        Rig rig = five();
        rig.rate = 250;
        return rig.until(20);
    }

    private static Rig oneParked() {
        Rig rig = five();
        rig.rate = 60;
        return rig.untilSo(r -> r.count(Lifecycle.PARKED) == 1);
    }

    @Test
    void aRestartStartsTheStandInFirstAndKeepsTheSize() {
        Rig rig = fiveBusy();
        rig.order(new Order.Restart(id(2)));
        rig.passes(20);
        assertThat(rig.events("stop")).hasSize(1).first().asString().endsWith("stop 2");
        assertThat(rig.events("start")).hasSize(6);
        assertThat(rig.serving()).isEqualTo(5);
        assertThat(rig.find(2)).isEmpty();
    }

    @Test
    void aRestartWhoseStandInNeverComesUpStartsOneAtATimeAndRemovesNothing() {
        Rig rig = fiveBusy();
        rig.bootsReady = false;
        rig.order(new Order.Restart(id(2)));
        for (int i = 0; i < 100; i++) {
            rig.passes(3);
            assertThat(rig.count(Lifecycle.STARTING)).isLessThanOrEqualTo(1);
            rig.shop().instances().stream()
                    .filter(one -> one.lifecycle() == Lifecycle.STARTING)
                    .forEach(one -> rig.dies(one.id().ordinal()));
        }
        assertThat(rig.picked()).containsExactly(1, 2, 3, 4, 5);
        assertThat(rig.holds()).contains("restart");
        rig.bootsReady = true;
        rig.passes(90);
        assertThat(rig.serving()).isEqualTo(5);
        assertThat(rig.find(2)).isEmpty();
    }

    @Test
    void anInstanceThatDiesDuringItsRestartIsReplacedOnce() {
        Rig rig = fiveBusy();
        rig.bootsReady = false;
        rig.order(new Order.Restart(id(2)));
        rig.passes(2);
        rig.dies(2);
        rig.passes(10);
        assertThat(rig.events("start")).as("five, and one stand-in").hasSize(6);
    }

    @Test
    void aRestartGoesOnAfterACrash() {
        Rig rig = fiveBusy();
        rig.bootsReady = false;
        rig.order(new Order.Restart(id(2)));
        rig.passes(2);
        rig.crash();
        rig.dies(6);
        rig.bootsReady = true;
        rig.passes(30);
        assertThat(rig.serving()).isEqualTo(5);
        assertThat(rig.find(2)).isEmpty();
        assertThat(rig.events("start")).hasSize(7);
    }

    @Test
    void aSilentInstanceCanBeRestarted() {
        Rig rig = fiveBusy();
        rig.silent.add(id(2));
        rig.passes(10);
        rig.order(new Order.Restart(id(2)));
        rig.passes(20);
        assertThat(rig.find(2)).isEmpty();
        assertThat(rig.serving()).isEqualTo(5);
    }

    @Test
    void aRestartGoesOnWhileScalingIsFrozenOrObserved() {
        Rig frozen = fiveBusy();
        frozen.order(new Order.Freeze(Optional.empty(), true));
        frozen.order(new Order.Restart(id(2)));
        frozen.passes(20);
        assertThat(frozen.find(2)).isEmpty();

        Rig observing = new Rig(quick(2, 6, 5).withMode(Policy.Mode.OBSERVE));
        observing.mode = Policy.Mode.OBSERVE;
        observing.crash().until(20);
        observing.order(new Order.Restart(id(2)));
        observing.passes(20);
        assertThat(observing.find(2)).isEmpty();
        assertThat(observing.serving()).isEqualTo(5);
    }

    @Test
    void whatWasRecommendedIsCarriedOutOnceAPersonApprovesExactlyThat() {
        Rig rig = recommending();
        assertThat(rig.events("stop")).isEmpty();
        assertThat(rig.serving()).isEqualTo(5);
        Recommendation first = recommendation(rig).orElseThrow();
        assertThat(first.afterwards()).isLessThan(first.standing());
        assertThat(rig.order(new Order.Approve(Rig.SHOP, "other"))).contains("changed or expired");
        assertThat(rig.order(new Order.Approve(Rig.SHOP, first.id()))).startsWith("done");
        assertThat(rig.order(new Order.Approve(Rig.SHOP, first.id()))).contains("nothing is");
        rig.untilSo(r -> r.serving() == first.afterwards() && r.all().size() == r.serving());
        assertThat(rig.events("stop")).hasSize(1);
    }

    @Test
    void aRecommendationThatWasReadTooLongAgoIsRefused() {
        Rig rig = recommending();
        String early = recommendation(rig).orElseThrow().id();
        rig.passes(30);
        assertThat(recommendation(rig).orElseThrow().id()).as("it stands").isEqualTo(early);
        rig.passes(300);
        assertThat(rig.order(new Order.Approve(Rig.SHOP, early))).contains("changed or expired");
        assertThat(rig.serving()).isEqualTo(5);
    }

    @Test
    void aRecommendationThatFactsHaveOvertakenIsRefused() {
        Rig rig = recommending();
        String id = recommendation(rig).orElseThrow().id();
        rig.ejected.add(id(1));
        assertThat(rig.order(new Order.Approve(Rig.SHOP, id))).contains("does not hold any more");
        rig.passes(1);
        assertThat(recommendation(rig)).isEmpty();
    }

    @Test
    void whatWasApprovedGoesOnAfterACrashAndNothingElseDoes() {
        Rig rig = recommending();
        rig.order(new Order.Approve(Rig.SHOP, recommendation(rig).orElseThrow().id()));
        rig.passes(3);
        assertThat(rig.count(Lifecycle.PARKED)).isEqualTo(1);
        rig.crash();
        rig.untilSo(r -> !r.events("stop").isEmpty());
        rig.passes(100);
        assertThat(rig.events("stop")).hasSize(1);
        assertThat(rig.serving()).isEqualTo(4);
    }

    private static Rig recommending() {
        Rig rig = new Rig(quick(2, 6, 5));
        rig.mode = Policy.Mode.RECOMMEND;
        rig.rate = 60;
        rig.crash().until(60);
        return rig;
    }

    private static Optional<Recommendation> recommendation(Rig rig) {
        return rig.ebb.status().services().getFirst().recommendation();
    }

    @Test
    void rescueEndsARestart() {
        Rig rig = fiveBusy();
        rig.inFlight.put(id(2), 1);
        rig.order(new Order.Restart(id(2)));
        rig.untilSo(r -> r.lifecycle(2).equals(Optional.of(Lifecycle.DRAINING)));
        rig.passes(40);
        assertThat(rig.lifecycle(2)).as("still draining").contains(Lifecycle.DRAINING);
        assertThat(rig.order(new Order.Rescue(id(2)))).startsWith("done");
        rig.passes(5);
        assertThat(rig.lifecycle(2)).contains(Lifecycle.SERVING);
        assertThat(rig.find(2).orElseThrow().marks()).isEmpty();
    }

    @Test
    void whatAnOperatorRescuedIsNotParkedAgainAtOnce() {
        Rig rig = oneParked();
        int victim = parked(rig);
        assertThat(rig.order(new Order.Rescue(id(victim)))).startsWith("done");
        rig.passes(15);
        assertThat(rig.picked()).hasSize(5);
    }

    private static int parked(Rig rig) {
        return rig.shop().instances().stream()
                .filter(i -> i.lifecycle() == Lifecycle.PARKED)
                .findFirst()
                .orElseThrow()
                .id()
                .ordinal();
    }

    @Test
    void heldOutStaysOutAcrossACrashAndEvenWhenItDoesNotAnswer() {
        Rig rig = five();
        rig.rate = 100;
        rig.until(20);
        assertThat(rig.order(new Order.Park(id(3), false))).startsWith("done");
        rig.passes(3);
        rig.crash().passes(5);
        rig.ejected.add(id(3));
        rig.passes(100);
        assertThat(rig.lifecycle(3)).contains(Lifecycle.PARKED);
        assertThat(rig.find(3).orElseThrow().marks()).containsExactly(Mark.HELD_OUT);
        assertThat(rig.events("stop")).noneMatch(e -> e.endsWith(" 3"));

        rig.ejected.clear();
        assertThat(rig.order(new Order.Rescue(id(3)))).startsWith("done");
        rig.passes(2);
        assertThat(rig.picked()).contains(3);
    }

    @Test
    void oneThatFailsWhileHeldOutIsNotReplaced() {
        Rig rig = five();
        rig.rate = 100;
        rig.until(20);
        rig.order(new Order.Park(id(3), false));
        rig.passes(3);
        rig.dies(3);
        rig.passes(20);
        assertThat(rig.events("start")).hasSize(5);
        assertThat(rig.find(3)).isEmpty();
    }

    @Test
    void anUnwellInstanceCanBeParkedByForce() {
        Rig rig = fiveBusy();
        rig.ejected.add(id(4));
        rig.passes(2);
        assertThat(rig.order(new Order.Park(id(4), false))).startsWith("refused");
        assertThat(rig.order(new Order.Park(id(4), true))).startsWith("done");
    }

    @Test
    void aParkByHandIsOnRecordAsSuch() {
        Rig rig = five();
        rig.rate = 100;
        rig.until(20);
        rig.order(new Order.Park(id(3), false));
        assertThat(rig.journal.entries)
                .filteredOn(e -> e instanceof JournalEntry.Moved m && m.to() == Lifecycle.PARKING)
                .extracting(e -> ((JournalEntry.Moved) e).byOperator())
                .containsExactly(true);
    }

    @Test
    void oneThatDiedWhileEbbWasAwayIsReplacedAndForgotten() {
        Rig rig = fiveBusy();
        rig.dies(2);
        rig.crash().passes(5);
        assertThat(rig.serving()).isEqualTo(5);
        assertThat(rig.shop().instances()).hasSize(5);
        assertThat(rig.events("start")).hasSize(6);
    }

    @Test
    void whatWasParkedStartsItsTrialAgainAfterACrash() {
        Rig rig = oneParked();
        int victim = parked(rig);
        rig.crash();
        double since = rig.seconds;
        rig.passes(5);
        assertThat(rig.lifecycle(victim)).contains(Lifecycle.PARKED);
        rig.untilSo(r -> !r.events("stop").isEmpty());
        assertThat(rig.seconds - since).isGreaterThan(19);
        assertThat(rig.events("start")).hasSize(5);
    }

    @Test
    void whatWasParkedComesBackWhenTheModeIsObserveNow() {
        Rig rig = oneParked();
        rig.mode = Policy.Mode.OBSERVE;
        rig.crash().passes(3);
        assertThat(rig.picked()).hasSize(5);
    }

    @Test
    void aThawForAllIsForAllAfterACrashToo() {
        Rig rig = five();
        rig.order(new Order.Freeze(Optional.of(SHOP), true));
        rig.order(new Order.Freeze(Optional.empty(), false));
        rig.crash();
        assertThat(rig.shop().frozen()).isFalse();

        rig.order(new Order.Freeze(Optional.empty(), true));
        rig.crash();
        rig.order(new Order.Freeze(Optional.empty(), false));
        rig.crash();
        assertThat(rig.shop().frozen()).isFalse();
    }

    @Test
    void aParkThatCouldNotBeRecordedIsNotDoneNorRememberedAsDone() {
        Rig rig = five();
        rig.rate = 60;
        rig.journal.failing = e -> e instanceof JournalEntry.Moved m && m.to() == Lifecycle.PARKING;
        rig.untilSo(r -> r.ebb.status().alarm().isPresent());
        assertThat(rig.picked()).hasSize(5);
        rig.journal.failing = _ -> false;
        rig.order(new Order.Freeze(Optional.empty(), true));
        rig.passes(3);
        assertThat(rig.picked()).hasSize(5);
        rig.crash().passes(2);
        assertThat(rig.picked()).hasSize(5);
    }

    @Test
    void whatIsRecordedLateDoesNotOverrideWhatIsTrueByThen() {
        Rig rig = fiveBusy();
        rig.journal.failing = e -> e instanceof JournalEntry.Marked m && m.set();
        rig.order(new Order.Protect(id(3), true));
        rig.journal.failing = _ -> false;
        rig.order(new Order.Protect(id(3), false));
        rig.passes(2);
        rig.crash().passes(2);
        assertThat(rig.find(3).orElseThrow().marks()).isEmpty();
    }

    @Test
    void withAFullDiskNothingIsRemovedButWhatFailsIsReplacedAndRecordedLater() {
        Rig rig = oneParked();
        int victim = parked(rig);
        rig.rate = 250;
        rig.journal.full = true;
        int dead = victim == 1 ? 2 : 1;
        rig.dies(dead);
        rig.passes(60);
        assertThat(rig.events("stop")).isEmpty();
        assertThat(rig.events("start")).hasSize(6);
        assertThat(rig.ebb.status().alarm()).isPresent();
        rig.journal.full = false;
        rig.passes(2);
        assertThat(rig.ebb.status().alarm()).isEmpty();
        rig.crash().passes(3);
        assertThat(rig.lifecycle(6)).contains(Lifecycle.SERVING);
        assertThat(rig.events("start")).hasSize(6);
    }

    @Test
    void aServiceTakenOutIsStoppedAndStaysStoppedWhenItComesBackAtOnce() {
        Rig rig = five();
        rig.endsWhenAsked = false;
        rig.services = List.of(new ServiceName("other"));
        rig.crash().passes(3);
        assertThat(rig.processes.values()).filteredOn(p -> p.stopAsked).hasSize(5);
        rig.journal.full = true;
        rig.passes(2);
        rig.journal.full = false;
        rig.passes(2);
        rig.services = List.of(SHOP);
        rig.crash();
        assertThat(rig.count(Lifecycle.STOPPING)).isEqualTo(5);
        assertThat(rig.picked()).isEmpty();
    }

    @Test
    void anOrderedSizeIsWhatANewStartBeginsWith() {
        Rig rig = five();
        rig.rate = 60;
        rig.until(20);
        assertThat(rig.order(new Order.Scale(SHOP, OptionalInt.of(3), false))).startsWith("done");
        while (!rig.ebb.shutdown(rig.now(), false)) {
            rig.seconds++;
        }
        rig.events.clear();
        rig.crash().passes(10);
        assertThat(rig.events("start")).hasSize(3);
    }

    @Test
    void aForcedSizeIsReachedHoweverBusyTheInstancesAre() {
        Rig rig = fiveBusy();
        assertThat(rig.order(new Order.Scale(SHOP, OptionalInt.of(4), false)))
                .startsWith("refused");
        assertThat(rig.order(new Order.Scale(SHOP, OptionalInt.of(4), true))).startsWith("done");
        rig.untilSo(r -> r.count(Lifecycle.PARKED) == 1);
    }

    @Test
    void shutdownWaitsForWhatIsInFlightAndStopsEachDurably() {
        Rig rig = fiveBusy();
        rig.inFlight.put(id(3), 2);
        assertThat(rig.ebb.shutdown(rig.now(), false)).isFalse();
        assertThat(rig.events("stop")).hasSize(4);
        rig.inFlight.clear();
        rig.seconds++;
        assertThat(rig.ebb.shutdown(rig.now(), false)).isFalse();
        assertThat(rig.events("stop")).hasSize(5);
        assertThat(rig.ebb.shutdown(rig.now(), false)).isTrue();
        assertThat(rig.journal.entries.getLast()).isInstanceOf(JournalEntry.Closed.class);
        rig.events.clear();
        rig.crash().passes(5);
        assertThat(rig.serving()).as("a new life begins as the first did").isEqualTo(5);
    }

    @Test
    void keptInstancesServeOnInTheNextLife() {
        Rig rig = fiveBusy();
        assertThat(rig.ebb.shutdown(rig.now(), true)).isTrue();
        rig.crash().passes(20);
        assertThat(rig.picked()).containsExactly(1, 2, 3, 4, 5);
        assertThat(rig.events).hasSize(5);
    }

    @Test
    void aStartThatCannotBePlannedSaysWhy() {
        Rig rig = fiveBusy();
        rig.cannotPlan = Optional.of("no port from 20000 to 29999 is free");
        rig.dies(2);
        rig.passes(10);
        assertThat(rig.shop().explanation().holds())
                .anyMatch(h -> h.why().text().contains("no port from 20000"));
        rig.cannotPlan = Optional.empty();
        rig.passes(70);
        assertThat(rig.serving()).isEqualTo(5);
    }
}
