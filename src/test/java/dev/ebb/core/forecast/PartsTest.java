package dev.ebb.core.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The forecast's parts, each against a plain calculation. */
class PartsTest {

    @Test
    void windowsHighestIsThatOfAllNumbersInIt() {
        Random random = new Random(1);
        WindowMax window = WindowMax.over(60, 5);
        List<double[]> all = new ArrayList<>();
        for (int second = 0; second < 2000; second += 5 * (1 + random.nextInt(4))) {
            double value = random.nextInt(100);
            window = window.after(second, value);
            all.add(new double[] {second, value});
            int reach = 5 * (1 + random.nextInt(12));
            double from = second - reach;
            double expected =
                    all.stream()
                            .filter(one -> one[0] > from)
                            .mapToDouble(one -> one[1])
                            .max()
                            .orElseThrow();
            assertThat(window.highest(second, reach)).isEqualTo(expected);
        }
    }

    @Test
    void metricOfOnceAMinuteIsNewsOnceAMinute() {
        Cadence cadence = Cadence.fresh();
        int news = 0;
        for (int second = 0; second < 3600; second += 5) {
            cadence = cadence.after(second, Math.floorDiv(second, 60), 35);
            news += second >= 600 && cadence.news() ? 1 : 0;
        }

        assertThat(cadence.interval(35)).isEqualTo(60);
        assertThat(news).isEqualTo(50);
    }

    @Test
    void metricThatStaysIsNewsAtItsUsualPace() {
        Cadence cadence = Cadence.fresh();
        int news = 0;
        for (int second = 0; second < 7200; second += 5) {
            cadence = cadence.after(second, Math.min(60, Math.floorDiv(second, 60)), 35);
            news += second >= 3660 && cadence.news() ? 1 : 0;
        }

        assertThat(news).isBetween(58, 60);
    }

    @Test
    void seasonTellsYesterdaysGrowth() {
        Season season = Season.fresh();
        double now = 0;
        for (; now < 2 * 86_400; now += 60) {
            season = season.after(now, Math.sin(2 * Math.PI * now / 86_400), 60);
        }
        double hour = Math.sin(2 * Math.PI * (now + 3600) / 86_400);

        assertThat(season.growth(now, 3600, Season.DAY))
                .isCloseTo(
                        hour - Math.sin(2 * Math.PI * now / 86_400),
                        org.assertj.core.api.Assertions.within(0.02));
        assertThat(season.growth(now, 3600, Season.WEEK)).isZero();
    }

    @Test
    void seasonHasNoMemoryOfAGap() {
        Season season = Season.fresh();
        for (double now = 0; now < 86_400; now += 60) {
            season = season.after(now, now, 60);
        }
        season = season.after(10 * 86_400, 5, 60);

        assertThat(season.growth(10 * 86_400, 3600, Season.DAY)).isZero();
    }

    @Test
    void exceedingFallsFromOneToAlmostNothing() {
        Random random = new Random(2);
        Residuals residuals = Residuals.fresh();
        for (int i = 0; i < 20_000; i++) {
            residuals = residuals.after(random.nextGaussian(), 60);
        }
        double last = 1;
        for (double x = -9; x < 60; x += 0.05) {
            double now = residuals.exceeding(x);
            assertThat(now).isBetween(0.0, last);
            last = now;
        }

        assertThat(residuals.exceeding(-9)).isEqualTo(1);
        // A normal outcome exceeds two spreads in 2.3 % of cases; the prior adds its share.
        assertThat(residuals.exceeding(2)).isBetween(0.02, 0.04);
        assertThat(residuals.exceeding(50)).isBetween(1e-7, 1e-2);
    }

    @Test
    void cheapestSizeIsTheCheapestOfAll() {
        Random random = new Random(3);
        Terms terms = new Terms(30, 10, 5, 0.9, 1, 60, 1);
        Ladder ladder = Ladder.of(terms);
        Residuals residuals = Residuals.fresh();
        for (int i = 0; i < 200; i++) {
            double center = Scale.of(random.nextDouble() * 40);
            Risk risk = new Risk(ladder, residuals, center, 0.01 + random.nextDouble() * 0.3);
            double price = Math.exp(random.nextDouble() * 8);
            int from = 1 + random.nextInt(50);
            double least = Double.MAX_VALUE;
            for (int size = from; size <= 60; size++) {
                least = Math.min(least, size + price * risk.missed(size));
            }
            int chosen = risk.cheapest(from, price);
            assertThat(chosen).isGreaterThanOrEqualTo(from);
            assertThat(chosen + price * risk.missed(chosen)).isEqualTo(least);
        }
    }

    @Test
    void ladderHasEverySmallSizeAndNoGapAboveAHundredth() {
        Ladder ladder = Ladder.of(new Terms(30, 10, 5, 0.9, 1, 100_000, 1));
        for (int i = 1; i < ladder.rungs(); i++) {
            int before = ladder.size(i - 1);
            assertThat(ladder.size(i)).isBetween(before + 1, before + 2 + before / 100);
        }
        assertThat(ladder.size(ladder.rungs() - 1)).isEqualTo(100_000);
        for (int size = 1; size <= 100_000; size += 37) {
            int rung = ladder.rungOf(size);
            assertThat(ladder.size(rung)).isGreaterThanOrEqualTo(size);
            assertThat(rung == 0 || ladder.size(rung - 1) < size).isTrue();
        }
    }

    @Test
    void regressionLearnsALinearRule() {
        Random random = new Random(4);
        Regression regression = Regression.fresh();
        double[] features = new double[Trend.FEATURES];
        for (int i = 0; i < 200_000; i++) {
            for (int j = 0; j < features.length; j++) {
                features[j] = random.nextGaussian();
            }
            double outcome = 0.5 * features[1] + 0.3 * features[4] + 0.01 * random.nextGaussian();
            regression = regression.after(features, outcome, 0.3);
        }
        double[] probe = new double[Trend.FEATURES];
        probe[1] = 1;
        probe[4] = 2;

        assertThat(regression.predict(probe))
                .isCloseTo(1.1, org.assertj.core.api.Assertions.within(0.05));
    }

    @Test
    void forecastThatIsWrongCountsForLess() {
        Skill wrong = Skill.fresh();
        Skill right = Skill.fresh();
        for (int i = 0; i < 100; i++) {
            wrong = wrong.after(0.3, 0.1, 60);
            right = right.after(0.1, 0.1, 60);
        }

        assertThat(wrong.trust()).isZero();
        assertThat(right.trust()).isEqualTo(1);
    }
}
