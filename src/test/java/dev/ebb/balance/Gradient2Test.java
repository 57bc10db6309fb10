package dev.ebb.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The published formula, worked out by hand. */
class Gradient2Test {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000;
    private static final LimitPolicy.Adaptive NETFLIX = new LimitPolicy.Adaptive(20, 20, 200);

    private final Gradient2 limit = new Gradient2(NETFLIX, LoopShare.ALL);
    private long now;

    /** One window of this mean latency, with so many in flight at most. */
    private void window(Gradient2 target, double millis, int inFlight) {
        for (int i = 0; i < 10; i++) {
            double some = i % 2 == 0 ? 0.5 * millis : 1.5 * millis;
            target.sample(Math.round(some * MILLI), i == 4 ? inFlight : 1, now + i * SECOND / 9);
        }
        now += 2 * SECOND;
    }

    private void windows(int count, double millis, int inFlight) {
        for (int i = 0; i < count; i++) {
            window(limit, millis, inFlight);
        }
    }

    @Test
    void whileLatencyStaysTheLimitGrowsByAFifthOfTheQueue() {
        windows(1, 10, 20);
        // 20 * 0.8 + (20 + 4) * 0.2
        assertThat(limit.limit()).isEqualTo(20);
        windows(4, 10, 20);
        assertThat(limit.limit()).as("20 + 5 * 0.8").isEqualTo(24);
        assertThat(limit.longNanos()).isEqualTo(10.0 * MILLI);
    }

    @Test
    void whatIsNotUsedProvesNothing() {
        windows(50, 10, 9);
        assertThat(limit.limit()).isEqualTo(20);
        windows(1, 10, 10);
        windows(2, 10, 12);
        assertThat(limit.limit()).as("20 + 3 * 0.8 = 22.4").isEqualTo(22);
    }

    @Test
    void aJumpInLatencyHalvesAFifthOfItAtMost() {
        windows(10, 10, 1);
        windows(1, 60, 200);
        // long = 10 + 50 * 2 / 601 = 10.166; gradient = max(0.5, 1.5 * 10.166 / 60) = 0.5
        assertThat(limit.longNanos()).isCloseTo(10.16639 * MILLI, within(100.0));
        assertThat(limit.limit()).as("never below the least").isEqualTo(20);

        Gradient2 high = grownTo100();
        window(high, 60, 200);
        // 0.8 * 100 + 0.2 * (50 + 4)
        assertThat(high.limit()).isEqualTo(90);
        window(high, 20, 200);
        // long = 10.33223..., gradient = 1.5 * 10.198.../20 = 0.765: 0.8 * 90.8 + 0.2 * (..+ 4)
        assertThat(high.limit()).isEqualTo(87);
    }

    private Gradient2 grownTo100() {
        Gradient2 high = new Gradient2(new LimitPolicy.Adaptive(100, 20, 200), LoopShare.ALL);
        for (int i = 0; i < 10; i++) {
            window(high, 10, 1);
        }
        return high;
    }

    @Test
    void latencyWithinHalfAsMuchAgainIsTolerated() {
        Gradient2 high = grownTo100();
        window(high, 15, 200);
        assertThat(high.limit()).as("100 + 0.8").isEqualTo(100);
        window(high, 15, 200);
        window(high, 15, 200);
        assertThat(high.limit()).as("100 + 2.4").isEqualTo(102);
    }

    @Test
    void afterAnOverloadTheLongAverageComesDownByATwentiethAWindow() {
        windows(10, 100, 1);
        windows(1, 10, 1);
        // 100 - 90 * 2 / 601 = 99.70, then 5 % less
        assertThat(limit.longNanos()).isCloseTo(94.7155 * MILLI, within(0.001 * MILLI));
    }

    @Test
    void aWindowIsASecondAndTenSamples() {
        for (int i = 0; i < 1000; i++) {
            limit.sample(10 * MILLI, 20, now + i);
        }
        assertThat(limit.longNanos()).as("not a second yet").isZero();
        limit.sample(10 * MILLI, 20, now + SECOND);
        assertThat(limit.longNanos()).isEqualTo(10.0 * MILLI);
        for (int i = 1; i <= 9; i++) {
            limit.sample(50 * MILLI, 20, now + 10L * i * SECOND);
        }
        assertThat(limit.longNanos()).as("nine only").isEqualTo(10.0 * MILLI);
        limit.sample(50 * MILLI, 20, now + 100 * SECOND);
        assertThat(limit.longNanos()).isEqualTo(30.0 * MILLI);
    }

    @Test
    void whenAnotherInstanceLeavesTheNewLatencyIsTheMeasure() {
        Gradient2 held = grownTo100();
        Gradient2 fresh = grownTo100();
        fresh.rebaseline();
        for (int i = 0; i < 20; i++) {
            window(held, 18, 200);
            window(fresh, 18, 200);
        }
        assertThat(held.limit()).as("held against what was before").isLessThan(80);
        assertThat(fresh.limit()).as("20 steps of 0.8").isEqualTo(116);
    }

    @Test
    void butNotWithoutEnd() {
        Gradient2 limited = grownTo100();
        limited.rebaseline();
        window(limited, 100, 200);
        assertThat(limited.longNanos()).as("twice what it was").isEqualTo(20.0 * MILLI);
        // 0.8 * 100 + 0.2 * (50 + 4)
        assertThat(limited.limit()).isEqualTo(90);
        limited.rebaseline();
        window(limited, 100, 200);
        assertThat(limited.longNanos())
                .as("twice in a row is not four times")
                .isEqualTo(20.0 * MILLI);
    }

    @Test
    void itStaysWithinItsBoundsWhateverComes() {
        for (long seed = 1; seed <= 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int min = 1 + random.nextInt(20);
            int max = min + random.nextInt(300);
            Gradient2 any = new Gradient2(new LimitPolicy.Adaptive(min, min, max), LoopShare.ALL);
            for (int i = 0; i < 3000; i++) {
                now += random.nextLong(SECOND);
                any.sample(random.nextLong(20 * SECOND), random.nextInt(2 * max), now);
                if (random.nextInt(100) == 0) {
                    any.rebaseline();
                }
                assertThat(any.limit()).as("seed %d", seed).isBetween(min, max);
            }
        }
    }

    @Test
    void loopsShareEveryFigure() {
        for (int loops = 1; loops <= 8; loops++) {
            for (int whole = 1; whole <= 50; whole++) {
                int sum = 0;
                for (int i = 0; i < loops; i++) {
                    sum += new LoopShare(i, loops).of(whole);
                }
                assertThat(sum).as("%d over %d", whole, loops).isEqualTo(Math.max(loops, whole));
            }
        }
        Gradient2 second = new Gradient2(NETFLIX, new LoopShare(1, 2));
        assertThat(second.limit()).isEqualTo(10);
        window(second, 10, 10);
        window(second, 10, 10);
        window(second, 10, 10);
        assertThat(second.limit()).as("10 + 3 * 0.4 with half of the queue").isEqualTo(11);
    }
}
