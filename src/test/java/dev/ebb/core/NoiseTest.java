package dev.ebb.core;

import static dev.ebb.core.Fleet.quick;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class NoiseTest {
    private static double margin(IntToDoubleFunction load) {
        List<LoadPoint> windows =
                IntStream.range(0, 24)
                        .mapToObj(i -> new LoadPoint(i, 0, 0, 0, load.applyAsDouble(i)))
                        .toList();
        return Noise.margin(windows, LoadPoint::inFlight);
    }

    @Test
    void aTrendAndASingleStepAreNoNoise() {
        assertThat(margin(_ -> 50)).isZero();
        assertThat(margin(i -> 100 - 4 * i)).isEqualTo(0, Offset.offset(1e-9));
        assertThat(margin(i -> i < 12 ? 250 : 60)).isZero();
    }

    @Test
    void noiseIsThreeOfItsStandardDeviations() {
        var random = new Random(7);
        double mean = 0;
        for (int i = 0; i < 400; i++) {
            mean += margin(_ -> 50 + 2 * random.nextGaussian()) / 400;
        }
        assertThat(mean).isBetween(5.5, 8.0);
    }

    @Test
    void aFewWindowsSayNothing() {
        var two = List.of(new LoadPoint(0, 0, 0, 0, 9), new LoadPoint(1, 0, 0, 0, 1));
        assertThat(Noise.margin(two, LoadPoint::inFlight)).isZero();
    }

    /** The mean needs 5 of 6; noise that needs 6 now and then would start the sixth again. */
    @Test
    void whatNoiseWouldStartAgainIsNotStopped() {
        var random = new Random(3);
        Fleet fleet = new Fleet(quick(1, 10), 6);
        while (fleet.seconds < 600) {
            fleet.rate = 285 + 40 * random.nextGaussian();
            fleet.until(fleet.seconds + 1);
        }
        assertThat(fleet.events("Stop")).isEmpty();

        Fleet calm = new Fleet(quick(1, 10), 6);
        calm.rate = 285;
        calm.until(300);
        assertThat(calm.events("Stop")).hasSize(1);
    }
}
