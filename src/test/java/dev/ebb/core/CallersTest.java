package dev.ebb.core;

import static dev.ebb.core.Fleet.quick;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Timelines of a service that keeps up with its callers. */
class CallersTest {
    private static final ServiceName FRONT = new ServiceName("front");

    private static Fleet fleet(int instances, int callers) {
        Bounds bounds = new Bounds(List.of(), List.of(new NotBelow(FRONT, 0.5)));
        Fleet fleet = new Fleet(quick(1, 10).withBounds(bounds), instances);
        fleet.rate = 30;
        fleet.peers = List.of(new Peer(FRONT, callers));
        return fleet;
    }

    @Test
    void growsWithItsCallersInTheSameTickAndSaysWhy() {
        Fleet fleet = fleet(2, 4);
        fleet.until(30);
        assertThat(fleet.events).isEmpty();
        fleet.peers = List.of(new Peer(FRONT, 7));
        fleet.until(31);
        assertThat(fleet.events("Start")).hasSize(2);
        assertThat(fleet.last.commands().getFirst().reasons())
                .extracting(Reason::text)
                .containsExactly("'front' has or is about to have 7 instances, 0.5 for each: 4");
        assertThat(fleet.last.explanation().wanted()).isEqualTo(4);
    }

    @Test
    void isNotLetGoBelowWhatItsCallersNeedAndFollowsThemDown() {
        Fleet fleet = fleet(6, 8);
        fleet.until(600);
        assertThat(fleet.serving()).isEqualTo(4);
        fleet.peers = List.of(new Peer(FRONT, 3));
        fleet.untilSo(f -> f.serving() == 2);
        fleet.until(fleet.seconds + 300);
        assertThat(fleet.serving()).isEqualTo(2);
        assertThat(fleet.events("Rescue")).isEmpty();
    }

    @Test
    void isTakenBackWhenItsCallersGrowMeanwhile() {
        Fleet fleet = fleet(4, 2);
        fleet.untilParked();
        fleet.peers = List.of(new Peer(FRONT, 8));
        fleet.until(fleet.seconds + 1);
        assertThat(fleet.events("Rescue")).hasSize(1);
        assertThat(fleet.events("Start")).isEmpty();
    }

    @Test
    void nothingIsLetGoWhileACallerIsNotKnown() {
        Fleet fleet = fleet(4, 2);
        fleet.peers = List.of();
        fleet.until(300);
        assertThat(fleet.events).isEmpty();
    }

    @Test
    void askForNoMoreThanItMayHave() {
        Fleet fleet = fleet(2, 100);
        fleet.until(60);
        assertThat(fleet.serving()).isEqualTo(10);
    }
}
