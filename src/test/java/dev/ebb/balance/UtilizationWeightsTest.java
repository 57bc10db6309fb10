package dev.ebb.balance;

import static dev.ebb.balance.Pool.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ebb.balance.UtilizationWeights.Sample;
import dev.ebb.balance.UtilizationWeights.Settings;
import dev.ebb.core.InstanceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class UtilizationWeightsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long NOW = 100 * SECOND;
    private static final Settings AT_ONCE =
            new Settings(1, Duration.ofSeconds(10), Duration.ofMinutes(3), Duration.ZERO);

    private static Sample sample(int ordinal, double rate, double errors, double utilization) {
        return new Sample(id(ordinal), rate, errors, utilization, NOW, 0);
    }

    private static Map<InstanceId, Double> weigh(int instances, Sample... samples) {
        List<InstanceId> all = new ArrayList<>();
        for (int i = 1; i <= instances; i++) {
            all.add(id(i));
        }
        return UtilizationWeights.of(AT_ONCE, all, List.of(samples), Map.of(), Duration.ZERO, NOW);
    }

    @Test
    void theSameWorkAtAHigherUtilizationGetsLess() {
        // 100 / 0.25 = 400 and 100 / 0.5 = 200; the mean is 300.
        var weights = weigh(2, sample(1, 100, 0, 0.25), sample(2, 100, 0, 0.5));
        assertThat(weights.get(id(1))).isCloseTo(400.0 / 300, within(1e-9));
        assertThat(weights.get(id(2))).isCloseTo(200.0 / 300, within(1e-9));
    }

    @Test
    void errorsCountLikeUtilization() {
        // 200 and, with 50 % errors: 50 good / (0.5 + 0.5) = 50.
        var weights = weigh(2, sample(1, 100, 0, 0.5), sample(2, 100, 50, 0.5));
        assertThat(weights.get(id(1))).isCloseTo(1.6, within(1e-9));
        assertThat(weights.get(id(2))).isCloseTo(0.4, within(1e-9));
    }

    @Test
    void oneThatFailsEverythingAtNoUtilizationGetsTheLeast() {
        var weights =
                weigh(3, sample(1, 100, 0, 0.5), sample(2, 100, 0, 0.5), sample(3, 5000, 5000, 0));
        assertThat(weights.get(id(3))).isEqualTo(UtilizationWeights.LEAST);
    }

    @Test
    void anUnmeasuredOneGetsTheSmallerOfMeanAndMedian() {
        // Three strong, one weak: 1000, 1000, 1000, 200. The median (1000) would flood it.
        var strong =
                weigh(
                        5,
                        sample(1, 500, 0, 0.5),
                        sample(2, 500, 0, 0.5),
                        sample(3, 500, 0, 0.5),
                        sample(4, 100, 0, 0.5));
        assertThat(strong.get(id(5))).isEqualTo(1);
        // Three weak, one strong: 200, 200, 200, 1400. The mean (500) would flood it.
        var weak =
                weigh(
                        5,
                        sample(1, 100, 0, 0.5),
                        sample(2, 100, 0, 0.5),
                        sample(3, 100, 0, 0.5),
                        sample(4, 700, 0, 0.5));
        assertThat(weak.get(id(5))).isCloseTo(0.4, within(1e-9));
    }

    @Test
    void tooYoungTooOldIdleOrNonsenseIsNotMeasured() {
        var weights =
                weigh(
                        6,
                        sample(1, 100, 0, 0.5),
                        sample(2, 100, 0, 0.5),
                        new Sample(id(3), 9000, 0, 0.5, NOW, NOW - 9 * SECOND),
                        new Sample(id(4), 9000, 0, 0.5, NOW - 181 * SECOND, -1000 * SECOND),
                        sample(5, 0, 0, 0.5),
                        sample(6, 9000, 0, Double.NaN));
        assertThat(weights.values()).hasSize(6).allMatch(weight -> weight == 1);
    }

    @Test
    void withFewerThanTwoThereIsNothingToCompare() {
        assertThat(weigh(3, sample(1, 900, 0, 0.3)).values()).containsOnly(1.0);
        assertThat(weigh(0)).isEmpty();
    }

    @Test
    void inAnIdlePoolTheWeightsFade() {
        // 4 to 1 as measured (1.6 and 0.4), at a mean utilization of 1 %: a tenth of it counts.
        var weights = weigh(2, sample(1, 4, 0, 0.01), sample(2, 1, 0, 0.01));
        assertThat(weights.get(id(1))).isCloseTo(1.06, within(1e-9));
        assertThat(weights.get(id(2))).isCloseTo(0.94, within(1e-9));
    }

    @Test
    void changesAreFollowedSmoothly() {
        Settings smooth = Settings.DEFAULT;
        List<InstanceId> all = List.of(id(1), id(2));
        List<Sample> samples = List.of(sample(1, 100, 0, 0.25), sample(2, 100, 0, 0.5));
        Map<InstanceId, Double> weights = Map.of(id(1), 1.0, id(2), 1.0);
        weights = UtilizationWeights.of(smooth, all, samples, weights, Duration.ofSeconds(10), NOW);
        // A time constant: 63 % of the way to 4/3.
        assertThat(weights.get(id(1))).isCloseTo(1 + 0.6321 / 3, within(1e-4));
    }

    @Test
    void whateverIsMeasuredTheWeightsAreUsable() {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 2000; round++) {
            Sample[] samples = new Sample[1 + random.nextInt(8)];
            for (int i = 0; i < samples.length; i++) {
                double rate = random.nextDouble() * Math.pow(10, random.nextInt(6));
                samples[i] =
                        sample(
                                i + 1,
                                rate,
                                rate * random.nextDouble() * random.nextInt(2),
                                Math.pow(random.nextDouble(), 8) * 2);
            }
            var weights = weigh(10, samples);
            assertThat(weights).hasSize(10);
            assertThat(weights.values()).allMatch(w -> w >= 0.1 && w <= 10);
        }
    }
}
