package dev.ebb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.CheckState.Change;
import dev.ebb.balance.CheckState.Verdict;
import org.junit.jupiter.api.Test;

/** Every 2 s, rise 2, fall 3. */
class CheckStateTest {
    private final CheckState state = new CheckState(CheckPolicy.DEFAULT);

    private Change at(double seconds, CheckResult result) {
        return state.record(result, Math.round(seconds * 1e9));
    }

    private Verdict verdictAt(double seconds) {
        return state.verdict(Math.round(seconds * 1e9));
    }

    @Test
    void theFirstGoodOneIsEnough() {
        assertThat(verdictAt(0)).isEqualTo(Verdict.UNKNOWN);
        assertThat(at(0, CheckResult.NO_CONNECTION)).isEqualTo(Change.NONE);
        assertThat(verdictAt(0)).isEqualTo(Verdict.UNKNOWN);
        assertThat(at(2, CheckResult.GOOD)).isEqualTo(Change.BECAME_WELL);
        assertThat(verdictAt(2)).isEqualTo(Verdict.WELL);
    }

    @Test
    void threeBadInARowAndThenTwoGood() {
        at(0, CheckResult.GOOD);
        assertThat(at(2, CheckResult.TIMEOUT)).isEqualTo(Change.NONE);
        assertThat(at(4, CheckResult.BAD_ANSWER)).isEqualTo(Change.NONE);
        assertThat(at(6, CheckResult.GOOD)).as("the row is broken").isEqualTo(Change.NONE);
        at(8, CheckResult.TIMEOUT);
        at(10, CheckResult.TIMEOUT);
        assertThat(at(12, CheckResult.NO_CONNECTION)).isEqualTo(Change.BECAME_FAILING);
        assertThat(state.reason().text())
                .isEqualTo("3 bad checks in a row, the last with no connection");
        assertThat(state.reason().code()).isEqualTo("check_no_connection");
        assertThat(at(14, CheckResult.GOOD)).isEqualTo(Change.NONE);
        assertThat(at(16, CheckResult.TIMEOUT)).isEqualTo(Change.NONE);
        assertThat(at(18, CheckResult.GOOD)).isEqualTo(Change.NONE);
        assertThat(at(20, CheckResult.GOOD)).isEqualTo(Change.BECAME_WELL);
    }

    @Test
    void oldChecksSayNothing() {
        at(0, CheckResult.GOOD);
        assertThat(verdictAt(9)).isEqualTo(Verdict.WELL);
        assertThat(verdictAt(9.1)).as("three rounds of 2 s + 1 s").isEqualTo(Verdict.UNKNOWN);
        assertThat(at(10, CheckResult.GOOD)).isEqualTo(Change.NONE);
        assertThat(verdictAt(10)).isEqualTo(Verdict.WELL);
    }

    @Test
    void goodSinceMeansAfterThatMomentAndNotBadSince() {
        at(4, CheckResult.GOOD);
        assertThat(state.goodSince(4_000_000_000L)).isFalse();
        assertThat(state.goodSince(3_000_000_000L)).isTrue();
        at(6, CheckResult.TIMEOUT);
        assertThat(state.goodSince(3_000_000_000L)).isFalse();
    }
}
