package dev.ebb.core;

import static dev.ebb.core.Fleet.id;
import static dev.ebb.core.Fleet.quick;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Sessions stay with an instance on trial, so that only its drain shows what they are to others.
 */
class MovedSessionsTest {
    private static final double SHORTEST = 10;

    @Test
    void theOthersCarryThemForTheShortestTrialBeforeTheStop() {
        Fleet fleet = parkedWith(3);

        assertThat(betweenDrainAndStop(fleet)).isGreaterThanOrEqualTo(SHORTEST);
        assertThat(fleet.events("Rescue")).isEmpty();
    }

    @Test
    void withoutSessionsTheStopFollowsTheProof() {
        assertThat(betweenDrainAndStop(parkedWith(0))).isLessThan(SHORTEST);
    }

    private static Fleet parkedWith(int sessions) {
        Fleet fleet = new Fleet(quick(2, 10), 3);
        for (int i = 1; i <= 3; i++) {
            fleet.sessions.put(id(i), sessions);
        }
        fleet.rate = 60;
        fleet.until(160);
        return fleet;
    }

    private static double betweenDrainAndStop(Fleet fleet) {
        return at(fleet.events("Stop").getFirst()) - at(fleet.events("Drain").getFirst());
    }

    private static double at(String event) {
        return Double.parseDouble(event.substring(0, event.indexOf(' ')));
    }
}
