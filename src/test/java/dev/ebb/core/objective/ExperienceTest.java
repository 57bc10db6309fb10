package dev.ebb.core.objective;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Now;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What is called for by requests that are too slow, stretch by stretch of 5 s, at p99 of 100 ms.
 */
class ExperienceTest {
    private static final Goals GOALS =
            new Goals(Optional.of(new LatencyGoal(0.99, 100_000_000)), Optional.empty(), 0.7);
    private static final double USED = 0.4;
    private static final int REQUESTS = 1700;

    private Experience experience = Experience.fresh(GOALS);
    private long seconds = 1000;

    /** One more stretch, with this share of slow requests. */
    private void stretch(double slowShare, int requests) {
        long[] counts = new long[LatencyCounts.BUCKETS];
        int slow = (int) Math.round(slowShare * requests);
        counts[LatencyCounts.bucketOf(400_000_000)] = slow;
        counts[LatencyCounts.bucketOf(20_000_000)] = (long) requests - slow;
        seconds += 5;
        experience =
                experience.after(
                        new Now(seconds * 1_000_000_000, 0),
                        new Sight(5, USED, LatencyCounts.of(counts), requests, 0, true),
                        GOALS);
    }

    private void kept(int stretches) {
        for (int i = 0; i < stretches; i++) {
            stretch(0.005, REQUESTS);
        }
    }

    /** Stretches of this share until less use is called for. */
    private int untilMissed(double slowShare) {
        for (int i = 1; i <= 20; i++) {
            stretch(slowShare, REQUESTS);
            if (experience.usable() < USED) {
                return i;
            }
        }
        throw new AssertionError("never");
    }

    @Test
    void oneStretchWithSomeMoreSlowRequestsProvesNothing() {
        kept(10);
        double allowed = experience.usable();
        assertThat(allowed).isGreaterThanOrEqualTo(USED);
        stretch(0.024, REQUESTS);

        assertThat(experience.usable()).isGreaterThanOrEqualTo(USED);
        assertThat(experience.present(GOALS).isSlow()).isTrue();
        kept(1);
        assertThat(experience.usable()).isGreaterThanOrEqualTo(USED);
    }

    /** Slow requests in bunches: in the mean fewer than may be, and many in every fifth stretch. */
    @Test
    void bunchesOfAServiceThatKeepsItsGoalCallForNothing() {
        kept(10);
        for (int i = 0; i < 100; i++) {
            stretch(i % 5 == 0 ? 0.025 : 0.004, REQUESTS);
            assertThat(experience.usable()).isGreaterThanOrEqualTo(USED);
        }
    }

    @Test
    void aClearMissCallsForLessUseInItsFirstStretch() {
        kept(10);

        assertThat(untilMissed(0.04)).isOne();
    }

    @Test
    void aSlightMissIsFoundAStretchOrTwoLater() {
        kept(10);
        assertThat(untilMissed(0.025)).isBetween(2, 3);
        experience = Experience.fresh(GOALS);
        kept(10);
        assertThat(untilMissed(0.017)).isBetween(3, 5);
    }

    /** With few requests it is the slow ones that tell. */
    @Test
    void fewRequestsThatAreAllSlowAreEnough() {
        for (int i = 0; i < 10; i++) {
            stretch(0, 20);
        }
        stretch(1, 20);

        assertThat(experience.usable()).isLessThan(USED);
    }
}
