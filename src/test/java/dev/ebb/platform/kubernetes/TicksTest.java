package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How ticks go that are due each second. */
class TicksTest {
    private long nanos = 5_000_000_000L;
    private final List<String> log = new ArrayList<>();
    private final Ticks ticks = new Ticks(Duration.ofSeconds(1), log::add, () -> nanos);

    private void at(double seconds) {
        nanos = 5_000_000_000L + Math.round(seconds * 1e9);
    }

    @Test
    void fallOutWhereOneTookTooLong() {
        assertThat(ticks.begin()).isTrue();
        at(3.2);
        ticks.ended(1, Turns.Figures.NONE);

        // Those of 1, 2 and 3 s come at once: one of them is enough.
        assertThat(ticks.begin()).isTrue();
        ticks.ended(1, Turns.Figures.NONE);
        assertThat(ticks.begin()).isFalse();
        assertThat(ticks.begin()).isFalse();
        at(4);
        assertThat(ticks.begin()).isTrue();
        at(4.1);
        ticks.ended(1, Turns.Figures.NONE);

        OperatorFigures figures = ticks.figures();
        assertThat(figures.ticks()).isEqualTo(3);
        assertThat(figures.skipped()).isEqualTo(2);
        assertThat(figures.lastTickNanos()).isEqualTo(100_000_000);
        assertThat(figures.longestTickNanos()).isEqualTo(3_200_000_000L);
        at(4.6);
        assertThat(ticks.figures().sinceLastNanos()).isEqualTo(500_000_000);
    }

    @Test
    void areLateFromTheirMiddleOn() {
        assertThat(ticks.begin()).isTrue();
        at(0.499);
        assertThat(ticks.isLate()).isFalse();
        at(0.5);
        assertThat(ticks.isLate()).isTrue();
    }

    @Test
    void sayOnceAMinuteThatTheyAreTooShort() {
        var turns = new Turns.Figures(30, 2_500_000_000L, 1);
        for (int second = 0; second < 130; second++) {
            at(second);
            assertThat(ticks.begin()).isTrue();
            at(second + 0.8);
            ticks.ended(100, turns);
        }

        assertThat(log).hasSize(3);
        assertThat(log.getFirst())
                .isEqualTo(
                        "a tick of 1000 ms has no time for 30 of 100 ServiceScales, of which the"
                                + " last decision is up to 2.5 s old; more CPU helps, or a longer"
                                + " --tick");
        assertThat(ticks.figures().waiting()).isEqualTo(30);
        assertThat(ticks.figures().longestWaitNanos()).isEqualTo(2_500_000_000L);
        assertThat(ticks.figures().shortTicks()).isEqualTo(1);
    }

    @Test
    void sayNothingWhileAllHaveTurns() {
        assertThat(ticks.begin()).isTrue();
        ticks.ended(100, Turns.Figures.NONE);
        assertThat(log).isEmpty();
    }
}
