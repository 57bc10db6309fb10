package dev.ebb.core.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Now;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Days of load that are alike, and what is made of the next one. */
class AheadTest {
    private static final long MINUTE = 60;
    private static final long HOUR = 3600;
    private static final long DAY = 24 * HOUR;
    private static final Terms TERMS = new Terms(60, 60, 5, 0.9, 1, 100, Terms.DEFAULT_CAUTION);

    /** The second at which the day begins that is looked at. */
    private static final long TODAY = 5 * DAY;

    private static Outlook run(Outlook from, long start, long end, LongToDoubleFunction load) {
        Outlook outlook = from;
        for (long second = start; second < end; second += 30) {
            outlook =
                    outlook.after(
                            new Now(second * 1_000_000_000L, second * 1000),
                            load.applyAsDouble(second));
        }
        return outlook;
    }

    private static Plan plan(Outlook outlook) {
        return outlook.plan().orElseThrow();
    }

    /** About so much, a little more or less each time. */
    private static double about(double mean, long second) {
        Random random = new Random(second);
        random.nextInt();
        return mean * (1 + 0.01 * random.nextGaussian());
    }

    private static double office(long second) {
        long day = second % DAY;
        return about(day >= 8 * HOUR && day < 20 * HOUR ? 30 : 10, second);
    }

    /** Every day half as much again at noon; today a lull comes before it. */
    private static double noon(long second) {
        double minute = second % DAY / 60.0 - 12 * 60;
        double lull = second >= TODAY ? 0.4 * Math.clamp(minute + 15, 0, 15) : 0;
        return about(minute >= 0 && minute < 240 ? 45 : 30 - lull, second);
    }

    @Test
    void fallOfEveryEveningIsFollowedAtOnceAndOneOutOfTheBlueIsNot() {
        long evening = TODAY + 20 * HOUR;
        Outlook known = run(Outlook.fresh(TERMS), 0, evening, AheadTest::office);
        Plan soon = plan(run(known, evening, evening + 2 * MINUTE, AheadTest::office));

        long noon = TODAY + 12 * HOUR;
        Outlook before = run(Outlook.fresh(TERMS), 0, noon, AheadTest::office);
        Plan surprised = plan(run(before, noon, noon + 2 * MINUTE, second -> about(10, second)));

        assertThat(soon.trough()).isTrue();
        assertThat(soon.held()).isNotEqualTo(Plan.Held.SUDDEN_FALL);
        assertThat(soon.wanted()).isLessThan(surprised.wanted());
        assertThat(soon.text()).contains("the trough is long enough");
        assertThat(surprised.trough()).isFalse();
        assertThat(surprised.held()).isEqualTo(Plan.Held.SUDDEN_FALL);
    }

    @Test
    void nobodyIsLetGoShortlyBeforeTheRiseOfEveryDay() {
        long noon = TODAY + 12 * HOUR;
        Outlook outlook = run(Outlook.fresh(TERMS), 0, noon - 15 * MINUTE, AheadTest::noon);
        List<Plan> near = new ArrayList<>();
        for (long second = noon - 15 * MINUTE; second < noon; second += 30) {
            int before = plan(outlook).wanted();
            outlook = run(outlook, second, second + 30, AheadTest::noon);
            if (plan(outlook).held() == Plan.Held.PEAK) {
                near.add(plan(outlook));
                assertThat(plan(outlook).wanted()).isLessThanOrEqualTo(before);
            }
        }

        assertThat(near)
                .isNotEmpty()
                .allSatisfy(p -> {
                    assertThat(p.wanted()).isGreaterThan(p.chosen());
                    assertThat(p.text()).contains("a peak is near");
                });
    }

    @Test
    void seasonThatHasBeenWrongLatelySaysNothing() {
        LongToDoubleFunction moods =
                second -> {
                    Random random = new Random(second / (30 * MINUTE));
                    random.nextInt();
                    return about(10 + 20 * random.nextDouble(), second);
                };
        Outlook outlook = Outlook.fresh(TERMS);
        for (long second = 0; second < TODAY; second += 30) {
            outlook =
                    outlook.after(
                            new Now(second * 1_000_000_000L, second * 1000),
                            moods.applyAsDouble(second));
            if (second > 3 * DAY) {
                assertThat(plan(outlook).trough()).isFalse();
                assertThat(plan(outlook).held()).isNotEqualTo(Plan.Held.PEAK);
            }
        }
    }

    @Test
    void gapAndASpikeYesterdayDoNotSpoilIt() {
        long spike = TODAY - DAY + 15 * HOUR;
        LongToDoubleFunction load =
                second -> second >= spike && second < spike + 10 * MINUTE ? 90 : office(second);
        long evening = TODAY + 20 * HOUR;
        Outlook first = run(Outlook.fresh(TERMS), 0, TODAY - 2 * HOUR, load);
        Outlook known = run(first, TODAY, evening, load);

        assertThat(plan(run(known, evening, evening + 2 * MINUTE, load)).trough()).isTrue();
    }

    @Test
    void whatAnEarlierEbbWroteIsRead() {
        Outlook outlook = run(Outlook.fresh(TERMS), 0, HOUR, AheadTest::office);
        double[] numbers = outlook.toArray();
        double[] earlier = java.util.Arrays.copyOf(numbers, numbers.length - 1);
        earlier[0] = 1;

        assertThat(Outlook.of(TERMS, earlier)).isEqualTo(outlook);
    }
}
