package dev.ebb.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    private static final long MILLI = 1_000_000;

    @Test
    void whatProvesThatNothingWasDoneIsRepeatedWhateverTheMethod() {
        RetryPolicy normal = RetryPolicy.DEFAULT;
        assertThat(normal.allows(RetryOn.CONNECT_FAILURE, false)).isTrue();
        assertThat(normal.allows(RetryOn.NOT_PROCESSED, false)).isTrue();
        assertThat(normal.allows(RetryOn.RESET, false)).isFalse();
        assertThat(normal.allows(RetryOn.RESET, true)).isTrue();
        assertThat(normal.allows(RetryOn.TIMEOUT, false)).isFalse();
        assertThat(normal.allows(RetryOn.TIMEOUT, true)).isTrue();
    }

    @Test
    void statusesAreRetriedOnlyWhereTheUserSaysSo() {
        assertThat(RetryPolicy.DEFAULT.allowsStatus(503, true)).isFalse();
        RetryPolicy some = RetryPolicy.DEFAULT.withStatuses(502, 503);
        assertThat(some.allowsStatus(503, true)).isTrue();
        assertThat(some.allowsStatus(503, false)).as("a POST may have been done").isFalse();
        assertThat(some.allowsStatus(500, true)).isFalse();
        assertThat(some.withMethods(Set.of("POST")).methods()).containsExactly("POST");
    }

    @Test
    void offIsOffForEverything() {
        for (RetryOn failure : RetryOn.values()) {
            assertThat(RetryPolicy.OFF.withStatuses(503).allows(failure, true)).isFalse();
        }
        assertThat(RetryPolicy.OFF.withStatuses(503).allowsStatus(503, true)).isFalse();
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> RetryPolicy.DEFAULT.withStatuses(200)).hasMessageContaining("200");
        assertThatThrownBy(() -> RetryPolicy.DEFAULT.withPerTry(Duration.ofSeconds(-1)))
                .hasMessageContaining("perTry");
        assertThatThrownBy(() -> new RetryPolicy(true, 0, 0, 0)).hasMessageContaining("0");
        assertThatThrownBy(() ->
                        new RetryPause(Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPauseIsOnlyMadeWhenAllWereTriedAndDoubles() {
        RetryPause pause = RetryPause.DEFAULT;
        SplittableRandom random = new SplittableRandom(5);
        assertThat(pause.before(true, 2, 60_000 * MILLI, random)).hasValue(0);
        long[] most = new long[6];
        for (int i = 0; i < 6000; i++) {
            long wait = pause.before(false, i % 6, 0, random).orElseThrow();
            assertThat(wait).isNotNegative();
            most[i % 6] = Math.max(most[i % 6], wait);
        }
        long[] bounds = {0, 25, 50, 100, 200, 250};
        for (int retry = 0; retry < 6; retry++) {
            assertThat(most[retry])
                    .as("retry %d", retry)
                    .isBetween((long) (0.98 * bounds[retry] * MILLI), bounds[retry] * MILLI);
        }
    }

    @Test
    void anInstanceThatAsksForTimeGetsItOrIsNotTriedAgain() {
        RetryPause pause = RetryPause.DEFAULT;
        SplittableRandom random = new SplittableRandom(5);
        assertThat(pause.before(false, 0, 1000 * MILLI, random)).hasValue(1000 * MILLI);
        long wait = pause.before(false, 1, 1000 * MILLI, random).orElseThrow();
        assertThat(wait).isBetween(1000 * MILLI, 1025 * MILLI);
        assertThat(pause.before(false, 0, 1001 * MILLI, random)).isEqualTo(OptionalLong.empty());
    }

    @Test
    void hedgesAreATwentiethOfTheRequestsAndHaveNoFloor() {
        RetryBudget budget = new RetryBudget(HedgePolicy.ON, 0);
        assertThat(budget.tryRetry(0)).isFalse();
        assertThat(budget.tryRetry(10_000 * MILLI)).as("a pause fills nothing").isFalse();
        int hedges = 0;
        for (int i = 0; i < 10_000; i++) {
            budget.request(10_000 * MILLI);
            hedges += budget.tryRetry(10_000 * MILLI) ? 1 : 0;
        }
        assertThat(hedges).isBetween(499, 500);
        RetryBudget off = new RetryBudget(HedgePolicy.OFF, 0);
        for (int i = 0; i < 1000; i++) {
            off.request(0);
        }
        assertThat(off.tryRetry(0)).isFalse();
    }
}
