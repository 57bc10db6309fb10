package dev.ebb.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HedgeDelayTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000;

    @Test
    void nothingIsHedgedBeforeEnoughIsKnownOrWhenItIsOff() {
        HedgeDelay delay = new HedgeDelay(HedgePolicy.ON);
        assertThat(delay.nanos(0)).isEqualTo(HedgeDelay.NEVER);
        for (int i = 0; i < HedgeDelay.LEAST_SAMPLES - 1; i++) {
            delay.record(20 * MILLI, 0);
        }
        assertThat(delay.nanos(SECOND)).isEqualTo(HedgeDelay.NEVER);
        delay.record(20 * MILLI, SECOND);
        assertThat(delay.nanos(2 * SECOND)).isBetween(17 * MILLI, 23 * MILLI);

        HedgeDelay off = new HedgeDelay(HedgePolicy.OFF);
        for (int i = 0; i < 1000; i++) {
            off.record(20 * MILLI, 0);
        }
        assertThat(off.nanos(SECOND)).isEqualTo(HedgeDelay.NEVER);
    }

    @Test
    void itIsThePercentileOfWhatWasMeasured() {
        for (long seed = 1; seed <= 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            HedgeDelay delay = new HedgeDelay(HedgePolicy.ON);
            double median = 5 + random.nextDouble() * 50;
            double[] all = new double[20_000];
            for (int i = 0; i < all.length; i++) {
                all[i] = median * Math.exp(0.5 * random.nextGaussian());
                delay.record(Math.round(all[i] * MILLI), i * SECOND / 1000);
            }
            Arrays.sort(all);
            double p95 = all[(int) (0.95 * all.length)];
            assertThat((double) delay.nanos(20 * SECOND) / MILLI)
                    .as("seed %d", seed)
                    .isCloseTo(p95, within(0.05 * p95));
        }
    }

    @Test
    void whatIsOlderThanAMinuteIsForgotten() {
        HedgeDelay delay = new HedgeDelay(HedgePolicy.ON);
        for (int i = 0; i < 1000; i++) {
            delay.record(400 * MILLI, i * SECOND / 1000);
        }
        assertThat(delay.nanos(SECOND)).isGreaterThan(300 * MILLI);
        for (int i = 0; i < 1000; i++) {
            delay.record(20 * MILLI, 62 * SECOND);
        }
        assertThat(delay.nanos(62 * SECOND)).isLessThan(24 * MILLI);
        assertThat(delay.nanos(200 * SECOND)).isEqualTo(HedgeDelay.NEVER);
    }

    @Test
    void aFastServiceIsNotHedgedAtOnce() {
        HedgeDelay delay = new HedgeDelay(new HedgePolicy(true, 0.9, Duration.ofMillis(8), 0.05));
        for (int i = 0; i < 1000; i++) {
            delay.record(MILLI, 0);
        }
        assertThat(delay.nanos(SECOND)).isEqualTo(8 * MILLI);
    }

    /** The losers' ages lie beyond the delay, so that hedging does not feed on itself. */
    @Test
    void hedgingDoesNotDragItsOwnDelayDown() {
        SplittableRandom random = new SplittableRandom(11);
        HedgeDelay delay = new HedgeDelay(HedgePolicy.ON);
        long first = 0;
        int hedged = 0;
        for (int i = 0; i < 120_000; i++) {
            long now = i * SECOND / 1000;
            long latency = Math.round(10 * MILLI * random.nextExponential());
            long after = delay.nanos(now);
            if (latency > after) {
                long other = after + Math.round(10 * MILLI * random.nextExponential());
                hedged++;
                delay.record(Math.min(latency, other), now);
            } else {
                delay.record(latency, now);
            }
            first = i == 2000 ? after : first;
        }
        assertThat((double) delay.nanos(120 * SECOND))
                .isCloseTo((double) first, within(0.1 * first));
        assertThat(hedged / 120_000.0).isCloseTo(0.05, within(0.005));
    }
}
