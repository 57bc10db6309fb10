package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SightingTest {
    private static final long MILLI = 1_000_000;
    private long nanos = -7;

    private void pass(long millis) {
        nanos += millis * MILLI;
    }

    @Test
    void whatWasNeverSeenHasNoPatience() {
        assertThat(Sighting.none(() -> nanos).lost()).contains(Duration.ZERO);
        assertThat(Sighting.none(() -> nanos).isSteady()).isFalse();
    }

    @Test
    void aWatchThatIsRenewedIsGoneByForFiveSeconds() {
        Sighting sighting = Sighting.none(() -> nanos).look(true);
        assertThat(sighting.lost()).isEmpty();

        pass(4_900);
        assertThat(sighting.look(false).lost()).isEmpty();
        pass(200);
        assertThat(sighting.look(false).lost()).contains(Duration.ofMillis(5_100));
        pass(60_000);
        assertThat(sighting.look(false).lost()).isPresent();
        assertThat(sighting.look(true).lost()).isEmpty();
    }

    @Test
    void whoDoesNotLookSeesNothing() {
        Sighting sighting = Sighting.begun(() -> nanos).look(true);

        pass(5_001);
        assertThat(sighting.lost()).isPresent();
    }

    @Test
    void whatComesBackIsSteadyAfterTheNewsOfMeanwhile() {
        Sighting sighting = Sighting.begun(() -> nanos);
        assertThat(sighting.look(true).isSteady()).isTrue();

        pass(1_000);
        assertThat(sighting.look(false).isSteady()).as("at once").isFalse();
        pass(1_000);
        assertThat(sighting.look(true).isSteady()).as("back just now").isFalse();
        pass(1_000);
        assertThat(sighting.look(true).isSteady()).isTrue();
    }
}
