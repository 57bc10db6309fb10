package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong time = new AtomicLong(5 * SECOND);
    private final Backpressure backpressure = new Backpressure(time::get);
    private final Pace pace = new Pace(Fence.OPEN, 10, 3, backpressure, time::get);

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
        backpressure.refused(Optional.of("7"));
        time.addAndGet(6 * SECOND);
        assertThat(pace.closed()).isPresent();
        time.addAndGet(SECOND);
        assertThat(pace.closed()).isEmpty();
    }

    @Test
    void eachFurtherRefusalIsWaitedForLongerAndNoneForMoreThanAMinute() {
        for (int seconds : new int[] {1, 2, 4}) {
            backpressure.refused(Optional.empty());
            time.addAndGet(seconds * SECOND - 1);
            assertThat(pace.closed()).isPresent();
            time.addAndGet(1);
        }
        assertThat(pace.closed()).isEmpty();
        for (int i = 0; i < 50; i++) {
            backpressure.refused(Optional.of("3600"));
        }
        time.addAndGet(60 * SECOND);
        time.addAndGet(SECOND / 10);
        assertThat(pace.closed()).isEmpty();
    }

    /** Several were on their way when the first was refused: they are one refusal. */
    @Test
    void refusalsAtOnceCountOnce() {
        for (int i = 0; i < 4; i++) {
            backpressure.refused(Optional.empty());
        }
        time.addAndGet(SECOND);
        assertThat(pace.closed()).isEmpty();
    }

    @Test
    void whatWasSavedUpIsNotLetLooseAfterARefusal() {
        backpressure.refused(Optional.empty());
        time.addAndGet(SECOND / 2);
        assertThat(pace.closed()).isPresent();
        time.addAndGet(SECOND / 2);
        assertThat(allowed(5)).isEqualTo(1);
    }

    /** Reads, writes and what is told have paces of their own, and one API server. */
    @Test
    void whatOneHearsHoldsForAllWhoShareIt() {
        var other = new Pace(Fence.OPEN, 10, 3, backpressure, time::get);
        backpressure.refused(Optional.of("2"));
        assertThat(pace.closed()).isPresent();
        assertThat(other.closed()).isPresent();
        assertThat(other.waitNanos()).isEqualTo(2 * SECOND);
        time.addAndGet(2 * SECOND);
        assertThat(other.waitNanos()).isZero();
        assertThat(other.closed()).isEmpty();
    }

    @Test
    void theInnerFenceCounts() {
        var shut = new Pace(() -> Optional.of("does not lead"), 10, 3, backpressure, time::get);
        assertThat(shut.closed()).contains("does not lead");
    }

    @Test
    void whatTheInnerFenceRefusesUsesNothingUp() {
        var open = new AtomicBoolean();
        var paced =
                new Pace(
                        () -> open.get() ? Optional.empty() : Optional.of("quiet"),
                        10,
                        1,
                        backpressure,
                        time::get);
        assertThat(paced.closed()).contains("quiet");
        open.set(true);
        assertThat(paced.closed()).isEmpty();
        assertThat(paced.closed()).isPresent();
    }

    private int allowed(int tries) {
        int count = 0;
        for (int i = 0; i < tries; i++) {
            count += pace.closed().isEmpty() ? 1 : 0;
        }
        return count;
    }
}
