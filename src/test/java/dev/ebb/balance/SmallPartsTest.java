package dev.ebb.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SmallPartsTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void slowStartGrowsFromATenthToAllOfIt() {
        SlowStart ramp = SlowStart.of(Duration.ofSeconds(10));
        assertThat(ramp.factor(0, 0)).isEqualTo(0.1);
        assertThat(ramp.factor(0, SECOND / 2)).isEqualTo(0.1);
        assertThat(ramp.factor(0, 2 * SECOND)).isEqualTo(0.2);
        assertThat(ramp.factor(0, 9 * SECOND)).isEqualTo(0.9);
        assertThat(ramp.factor(0, 10 * SECOND)).isEqualTo(1);
        assertThat(ramp.factor(5, 0)).as("begins in the future").isEqualTo(0.1);
        assertThat(ramp.factor(Endpoint.NO_RAMP, 0)).isEqualTo(1);
        assertThat(SlowStart.of(Duration.ZERO).factor(0, 0)).isEqualTo(1);
    }

    @Test
    void retriesAreAFifthOfTheRequestsPlusTenASecond() {
        RetryBudget budget = new RetryBudget(RetryPolicy.DEFAULT, 0);
        assertThat(retries(budget, 0, 100)).as("the floor, at once").isEqualTo(10);
        assertThat(retries(budget, SECOND, 100)).isEqualTo(10);
        for (int i = 0; i < 1000; i++) {
            budget.request(SECOND);
        }
        assertThat(retries(budget, SECOND, 1000)).isEqualTo(200);
    }

    @Test
    void unusedRetriesAreForgotten() {
        RetryBudget budget = new RetryBudget(RetryPolicy.DEFAULT, 0);
        for (int i = 0; i < 100_000; i++) {
            budget.request(0);
        }
        assertThat(retries(budget, 0, 100_000)).as("of 1000 requests at most").isEqualTo(210);
        for (int i = 0; i < 1000; i++) {
            budget.request(0);
        }
        assertThat(retries(budget, 10 * SECOND, 1000)).as("only the floor").isEqualTo(10);
    }

    @Test
    void loopsShareTheFloor() {
        RetryBudget budget = new RetryBudget(RetryPolicy.DEFAULT, 20, 0);
        assertThat(retries(budget, 0, 10)).isEqualTo(1);
        assertThat(retries(budget, SECOND, 10)).isZero();
        assertThat(retries(budget, 2 * SECOND, 10)).as("half a token a second").isEqualTo(1);
    }

    @Test
    void offIsOff() {
        RetryBudget budget = new RetryBudget(RetryPolicy.OFF, 0);
        budget.request(0);
        assertThat(budget.tryRetry(SECOND)).isFalse();
    }

    private static int retries(RetryBudget budget, long now, int wanted) {
        int granted = 0;
        for (int i = 0; i < wanted; i++) {
            granted += budget.tryRetry(now) ? 1 : 0;
        }
        return granted;
    }

    @Test
    void backoffDoublesAndNeverOverflows() {
        assertThat(Backoff.doubled(5, 300, 1)).isEqualTo(5);
        assertThat(Backoff.doubled(5, 300, 4)).isEqualTo(40);
        assertThat(Backoff.doubled(5, 300, 7)).isEqualTo(300);
        for (int times = 0; times < 2000; times++) {
            assertThat(Backoff.doubled(3 * SECOND, 300 * SECOND, times))
                    .isBetween(3 * SECOND, 300 * SECOND);
        }
        assertThat(Backoff.doubled(0, 300, 9)).isZero();
    }

    @Test
    void jitterStaysWithinItsShare() {
        SplittableRandom random = new SplittableRandom(3);
        double sum = 0;
        for (int i = 0; i < 10_000; i++) {
            long jittered = Backoff.jittered(1000, 0.1, random);
            assertThat(jittered).isBetween(900L, 1100L);
            sum += jittered;
        }
        assertThat(sum / 10_000).isCloseTo(1000, within(3.0));
        assertThat(Backoff.spread(0, random)).isZero();
    }

    @Test
    void statusesAndWhatTheyMean() {
        assertThat(Outcome.ofStatus(200)).isEqualTo(Outcome.OK);
        assertThat(Outcome.ofStatus(404)).isEqualTo(Outcome.OK);
        assertThat(Outcome.ofStatus(429)).isEqualTo(Outcome.THROTTLED);
        assertThat(Outcome.ofStatus(500)).isEqualTo(Outcome.SERVER_ERROR);
        assertThat(Outcome.ofStatus(503)).isEqualTo(Outcome.GATEWAY_ERROR);
        assertThat(Outcome.THROTTLED.failure()).isFalse();
        assertThat(Outcome.THROTTLED.repels()).isTrue();
    }

    @Test
    void aFastFailureCostsPenaltiesAndAPeakComesDownInTenSeconds() {
        LatencyEstimate estimate = new LatencyEstimate();
        double median = 10e6;
        assertThat(estimate.costNanos(median, 0)).as("unknown: the median").isEqualTo(10e6);
        estimate.answered(100_000_000, median, 0);
        estimate.answered(20_000_000, median, 0);
        assertThat(estimate.costNanos(median, 0)).as("the peak").isEqualTo(100e6);
        assertThat(estimate.costNanos(median, 10 * SECOND))
                .as("10 + 90 / e, towards the median")
                .isCloseTo(43.1e6, within(0.1e6));
        estimate.outcome(true, 10 * SECOND);
        // After a long pause one failure counts for a quarter: a third of a penalty of 1 s.
        assertThat(estimate.costNanos(median, 10 * SECOND))
                .isCloseTo(43.1e6 + 1e9 / 3, within(1e6));
        for (int i = 0; i < 32; i++) {
            estimate.outcome(false, 10 * SECOND);
        }
        assertThat(estimate.failureShare(10 * SECOND)).isLessThan(0.1);
    }

    @Test
    void requestsThatWaitForAnAnswerCountWithTheirAge() {
        LatencyEstimate estimate = new LatencyEstimate();
        estimate.answered(5_000_000, 5e6, 0);
        estimate.waits(0);
        estimate.waits(2 * SECOND);
        assertThat(estimate.costNanos(5e6, 4 * SECOND)).isEqualTo(3e9);
        estimate.waitsNoMore(0);
        estimate.waitsNoMore(2 * SECOND);
        assertThat(estimate.costNanos(5e6, 4 * SECOND)).isCloseTo(5e6, within(1.0));
    }
}
