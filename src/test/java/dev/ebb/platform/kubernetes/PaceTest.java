package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong time = new AtomicLong(5 * SECOND);
    private final Pace pace = new Pace(Fence.OPEN, 10, 3, new Quiet(time::get), time::get);

    @Test
    void soManyAtOnceAndThenSoManyASecond() {
        assertThat(allowed(5)).isEqualTo(3);
        time.addAndGet(SECOND / 10);
        assertThat(allowed(5)).isEqualTo(1);
        time.addAndGet(60 * SECOND);
        assertThat(allowed(9)).as("a pause does not add up").isEqualTo(3);
    }

    @Test
    void after429NothingIsWrittenForAsLongAsWasAskedFor() {
        pace.written(new Written.Failed("too many"), 429, 7);
        time.addAndGet(6 * SECOND);
        assertThat(pace.closed()).isPresent();
        time.addAndGet(SECOND);
        assertThat(pace.closed()).isEmpty();
    }

    @Test
    void eachFurtherRefusalIsWaitedForLongerAndNoneForMoreThanAMinute() {
        for (int seconds : new int[] {1, 2, 4}) {
            pace.written(new Written.Failed("too many"), 429, 0);
            time.addAndGet(seconds * SECOND - 1);
            assertThat(pace.closed()).isPresent();
            time.addAndGet(1);
        }
        assertThat(pace.closed()).isEmpty();
        for (int i = 0; i < 50; i++) {
            pace.written(new Written.Failed("too many"), 429, 3_600);
        }
        time.addAndGet(60 * SECOND);
        time.addAndGet(SECOND / 10);
        assertThat(pace.closed()).isEmpty();
    }

    /** Several were on their way when the first was refused: they are one refusal. */
    @Test
    void refusalsAtOnceCountOnce() {
        for (int i = 0; i < 4; i++) {
            pace.written(new Written.Failed("too many"), 429, 0);
        }
        time.addAndGet(SECOND);
        assertThat(pace.closed()).isEmpty();
    }

    @Test
    void whatWasSavedUpIsNotLetLooseAfterARefusal() {
        pace.written(new Written.Failed("too many"), 429, 0);
        time.addAndGet(SECOND / 2);
        assertThat(pace.closed()).isPresent();
        time.addAndGet(SECOND / 2);
        assertThat(allowed(5)).isEqualTo(1);
    }

    /** Reads, writes and what is told have paces of their own, and one API server. */
    @Test
    void whatOneHearsHoldsForAllWhoShareIt() {
        var quiet = new Quiet(time::get);
        var one = new Pace(Fence.OPEN, 10, 3, quiet, time::get);
        var other = new Pace(Fence.OPEN, 10, 3, quiet, time::get);
        one.written(new Written.Failed("too many"), 429, 2);
        assertThat(other.closed()).isPresent();
        assertThat(other.waitNanos()).isEqualTo(2 * SECOND);
        time.addAndGet(2 * SECOND);
        assertThat(other.waitNanos()).isZero();
        assertThat(other.closed()).isEmpty();
    }

    @Test
    void theInnerFenceCounts() {
        var shut =
                new Pace(
                        () -> Optional.of("does not lead"), 10, 3, new Quiet(time::get), time::get);
        assertThat(shut.closed()).contains("does not lead");
    }

    private int allowed(int tries) {
        int count = 0;
        for (int i = 0; i < tries; i++) {
            count += pace.closed().isEmpty() ? 1 : 0;
        }
        return count;
    }
}
