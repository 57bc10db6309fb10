package dev.ebb.balance;

import static dev.ebb.balance.Ejector.Suspicion.CONNECT_ERRORS;
import static dev.ebb.balance.Ejector.Suspicion.CONSECUTIVE_FAILURES;
import static dev.ebb.balance.Ejector.Suspicion.FAILURE_RATE;
import static dev.ebb.balance.Ejector.Suspicion.NONE;
import static dev.ebb.balance.Ejector.Suspicion.PROBATION;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EjectorTest {
    private final Ejector ejector = new Ejector(EjectionPolicy.DEFAULT);

    private static long s(double seconds) {
        return Math.round(seconds * 1e9);
    }

    private Ejector.Suspicion at(double seconds, Outcome outcome) {
        return ejector.record(outcome, s(seconds), s(seconds));
    }

    private Ejector.Suspicion at(double seconds, Outcome outcome, int times) {
        Ejector.Suspicion last = NONE;
        for (int i = 0; i < times; i++) {
            last = at(seconds, outcome);
        }
        return last;
    }

    @Test
    void fiveBrokenAnswersInARow() {
        assertThat(at(0, Outcome.GATEWAY_ERROR, 4)).isEqualTo(NONE);
        assertThat(at(1, Outcome.OK)).isEqualTo(NONE);
        assertThat(at(1, Outcome.TIMEOUT, 4)).isEqualTo(NONE);
        assertThat(at(2, Outcome.CUT)).isEqualTo(CONSECUTIVE_FAILURES);

        Ejection ejection = ejector.eject(CONSECUTIVE_FAILURES, s(2));
        assertThat(ejection.untilNanos()).isEqualTo(s(7));
        assertThat(ejection.reason().text()).isEqualTo("5 answers in a row failed");
        assertThat(ejection.reason().numbers()).containsEntry("failures", 5.0);
        assertThat(ejection.unreachable()).isFalse();
    }

    @Test
    void twoConnectErrorsInARowWhateverComesBetweenOnOldConnections() {
        assertThat(at(0, Outcome.REFUSED)).isEqualTo(NONE);
        assertThat(at(0, Outcome.OK)).isEqualTo(NONE);
        assertThat(at(1, Outcome.CONNECT_FAILED)).isEqualTo(NONE);
        assertThat(at(1, Outcome.REFUSED)).isEqualTo(CONNECT_ERRORS);
        assertThat(ejector.refused()).as("one of the two only timed out").isFalse();
        assertThat(ejector.eject(CONNECT_ERRORS, s(1)).unreachable()).isTrue();
    }

    @Test
    void halfOfTwentyWithinTheWindow() {
        // 500 is no broken answer: it counts in the rate only.
        for (int i = 0; i < 9; i++) {
            assertThat(at(i * 0.1, Outcome.SERVER_ERROR)).isEqualTo(NONE);
            assertThat(at(i * 0.1, Outcome.OK)).isEqualTo(NONE);
        }
        assertThat(at(1, Outcome.OK)).isEqualTo(NONE);
        assertThat(at(1, Outcome.SERVER_ERROR)).isEqualTo(FAILURE_RATE);
        assertThat(ejector.eject(FAILURE_RATE, s(1)).reason().text())
                .isEqualTo("50 % of 20 requests failed");
    }

    @Test
    void theWindowForgets() {
        at(0, Outcome.SERVER_ERROR, 19);
        assertThat(at(11, Outcome.SERVER_ERROR)).as("the 19 are out of it").isEqualTo(NONE);
        assertThat(ejector.rate().volume(s(11))).isEqualTo(1);
        assertThat(ejector.rate().volume(s(1000))).isZero();
    }

    @Test
    void ejectionsInARowDoubleUpToTheLimitAndAreForgottenWhileWell() {
        double now = 0;
        double[] lengths = {5, 10, 20, 40, 80, 160, 300, 300};
        for (double length : lengths) {
            Ejection ejection = ejector.eject(PROBATION, s(now));
            assertThat(ejection.untilNanos() - ejection.sinceNanos()).isEqualTo(s(length));
            now += length;
            assertThat(ejector.isTimeOver(s(now - 0.1))).isFalse();
            assertThat(ejector.isTimeOver(s(now))).isTrue();
            ejector.readmit(s(now));
        }
        // Eight in a row: 300 s well take back one (8 to 7), another 300 s the next (6), then 160.
        now += 300 + 300 + 160;
        assertThat(ejector.eject(PROBATION, s(now)).times()).isEqualTo(6);
    }

    @Test
    void onProbationTheFirstFailureIsEnough() {
        ejector.eject(CONSECUTIVE_FAILURES, s(0));
        ejector.readmit(s(5));
        assertThat(at(5, Outcome.SERVER_ERROR)).as("may be the request's fault").isEqualTo(NONE);
        assertThat(at(6, Outcome.OK, 4)).isEqualTo(NONE);
        assertThat(at(7, Outcome.GATEWAY_ERROR)).isEqualTo(PROBATION);

        Ejection again = ejector.eject(PROBATION, s(7));
        assertThat(again.untilNanos()).isEqualTo(s(17));
        assertThat(again.reason().text())
                .isEqualTo("failed again after readmission, 1 good answers short");

        ejector.readmit(s(17));
        at(18, Outcome.OK, 5);
        assertThat(at(19, Outcome.GATEWAY_ERROR)).as("probation is over").isEqualTo(NONE);
    }

    @Test
    void whatBeganBeforeTheReadmissionDoesNotCount() {
        ejector.eject(CONSECUTIVE_FAILURES, s(1));
        ejector.readmit(s(6));
        assertThat(ejector.record(Outcome.TIMEOUT, s(0.9), s(6.5))).isEqualTo(NONE);
        assertThat(ejector.record(Outcome.TIMEOUT, s(6.1), s(6.6))).isEqualTo(PROBATION);
    }

    @Test
    void survivorsGetTwiceTheChanceWhileTheirLoadRises() {
        at(0, Outcome.TIMEOUT, 4);
        ejector.rebaseline(s(0));
        assertThat(at(1, Outcome.TIMEOUT, 9)).as("counts began again, and double").isEqualTo(NONE);
        assertThat(at(1, Outcome.TIMEOUT)).isEqualTo(CONSECUTIVE_FAILURES);
    }

    @Test
    void theLenienceEnds() {
        ejector.rebaseline(s(0));
        assertThat(at(5.1, Outcome.TIMEOUT, 4)).isEqualTo(NONE);
        assertThat(at(5.1, Outcome.TIMEOUT)).isEqualTo(CONSECUTIVE_FAILURES);
    }

    @Test
    void refusedAndCutConnectionsAreNoConsequenceOfLoad() {
        ejector.rebaseline(s(0));
        at(0.1, Outcome.CUT, 4);
        assertThat(at(0.1, Outcome.CUT)).isEqualTo(CONSECUTIVE_FAILURES);
        at(0.2, Outcome.REFUSED);
        assertThat(at(0.2, Outcome.REFUSED)).isEqualTo(CONNECT_ERRORS);
        assertThat(ejector.refused()).isTrue();
    }

    @Test
    void aClientThatGoesAwaySaysNothing() {
        at(0, Outcome.GATEWAY_ERROR, 4);
        assertThat(at(0, Outcome.CANCELLED, 100)).isEqualTo(NONE);
        assertThat(at(0, Outcome.GATEWAY_ERROR)).isEqualTo(CONSECUTIVE_FAILURES);
    }
}
