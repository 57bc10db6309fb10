package dev.ebb.sim.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Instances take their time to come and to go, and cost meanwhile. */
class FleetTest {
    private static final FleetModel MODEL =
            new FleetModel(5, 15, 10, 1, 0, 100, 0.9, SignalDelays.REFERENCE);

    @Test
    void aStartIsBilledFromTheOrderAndServesAfterItsTime() {
        var fleet = new Fleet(MODEL, 1);
        fleet.want(3);
        assertThat(fleet.billed()).isEqualTo(3);
        for (int step = 1; step < 3; step++) {
            fleet.advance();
            assertThat(fleet.ready()).isEqualTo(1);
            assertThat(fleet.starting()).isEqualTo(2);
        }
        fleet.advance();
        assertThat(fleet.ready()).isEqualTo(3);
        assertThat(fleet.starting()).isZero();
        assertThat(fleet.starts()).isEqualTo(2);
    }

    @Test
    void aRemovedOneServesNoMoreAndIsBilledWhileItDrains() {
        var fleet = new Fleet(MODEL, 3);
        fleet.want(1);
        assertThat(fleet.ready()).isEqualTo(1);
        assertThat(fleet.billed()).isEqualTo(3);
        fleet.advance();
        assertThat(fleet.billed()).isEqualTo(3);
        fleet.advance();
        assertThat(fleet.billed()).isEqualTo(1);
    }

    @Test
    void whatStartsIsGivenUpFirstTheYoungestBeforeTheOthers() {
        var fleet = new Fleet(MODEL, 1);
        fleet.want(2);
        fleet.advance();
        fleet.want(4);
        fleet.advance();
        fleet.want(2);
        assertThat(fleet.billed()).as("nothing to drain").isEqualTo(2);
        fleet.advance();
        assertThat(fleet.ready()).as("the older one comes in its time").isEqualTo(2);
        fleet.want(0);
        assertThat(fleet.ready()).isZero();
        assertThat(fleet.billed()).isEqualTo(2);
    }

    @Test
    void withoutAStartTimeItServesAtOnce() {
        var fleet = new Fleet(new FleetModel(5, 0, 0, 1, 0, 9, 0.9, SignalDelays.REFERENCE), 1);
        fleet.want(5);
        assertThat(fleet.ready()).isEqualTo(5);
        fleet.want(2);
        assertThat(fleet.billed()).isEqualTo(2);
    }
}
