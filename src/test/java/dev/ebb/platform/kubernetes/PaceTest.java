package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong time = new AtomicLong(5 * SECOND);
    private final Pace pace = new Pace(Fence.OPEN, 10, 3, time::get);

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
    void oneAfterTheOtherIsWaitedForLongerAndNeverForMoreThanAMinute() {
        for (int i = 0; i < 3; i++) {
            pace.written(new Written.Failed("too many"), 429, 0);
        }
        time.addAndGet(3 * SECOND);
        assertThat(pace.closed()).isPresent();
        time.addAndGet(SECOND);
        assertThat(pace.closed()).isEmpty();
        for (int i = 0; i < 50; i++) {
            pace.written(new Written.Failed("too many"), 429, 3_600);
        }
        time.addAndGet(60 * SECOND);
        assertThat(pace.closed()).isEmpty();
    }

    @Test
    void theInnerFenceCounts() {
        var shut = new Pace(() -> Optional.of("does not lead"), 10, 3, time::get);
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
