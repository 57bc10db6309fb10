package dev.ebb.core.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ebb.core.Now;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

class OutlookTest {
    private static final Terms TERMS = new Terms(30, 10, 5, 0.9, 1, 100, Terms.DEFAULT_CAUTION);
    private static final long MINUTE = 60;
    private static final long HOUR = 3600;

    /** Readings every five seconds; the load is a function of the second. */
    private static Outlook run(Outlook from, long start, long end, LongToDoubleFunction load) {
        Outlook outlook = from;
        for (long second = start; second < end; second += 5) {
            outlook = outlook.after(at(second), load.applyAsDouble(second));
        }
        return outlook;
    }

    private static Now at(long second) {
        return new Now(second * 1_000_000_000L, second * 1000);
    }

    private static Plan plan(Outlook outlook) {
        return outlook.plan().orElseThrow();
    }

    private static LongToDoubleFunction noisy(double mean, double share, int seed) {
        return second -> {
            Random random = new Random(seed * 1_000_003L + second / 60);
            random.nextInt();
            return mean * Math.exp(share * random.nextGaussian());
        };
    }

    @Test
    void steadyLoadIsWorthHardlyMoreThanItsNeed() {
        Outlook outlook = run(Outlook.fresh(TERMS), 0, 12 * HOUR, second -> 10);

        assertThat(plan(outlook).need()).isEqualTo(12);
        assertThat(plan(outlook).wanted()).isBetween(12, 13);
        assertThat(plan(outlook).expected()).isBetween(9.8, 10.2);
    }

    @Test
    void whileNothingIsKnownOfTheLoadItIsWorthNoMoreThanTwiceItsNeed() {
        Outlook first = Outlook.fresh(TERMS).after(at(0), 2.5);
        assertThat(plan(first).need()).isEqualTo(3);
        assertThat(plan(first).startsUpTo()).isBetween(3, 6);
        assertThat(plan(run(first, 5, 55, _ -> 2.5)).startsUpTo()).isLessThanOrEqualTo(6);
    }

    @Test
    void whileNothingIsKnownOfTheLoadThoseThatItMayBeWorthAreKept() {
        Outlook first = Outlook.fresh(TERMS).after(at(0), 2.5);
        Outlook second = first.after(at(1), 2.5);

        assertThat(plan(first).wanted()).isGreaterThan(plan(first).startsUpTo());
        assertThat(plan(second).wanted()).isEqualTo(plan(first).wanted());
        assertThat(plan(first).text()).contains("how far the load strays is not known yet");
        assertThat(plan(run(second, 5, 300, _ -> 2.5)).held()).isNotEqualTo(Plan.Held.NEW);
    }

    @Test
    void headroomFollowsHowMuchTheLoadVaries() {
        Plan calm = plan(run(Outlook.fresh(TERMS), 0, 12 * HOUR, noisy(10, 0.01, 1)));
        Plan wild = plan(run(Outlook.fresh(TERMS), 0, 12 * HOUR, noisy(10, 0.2, 1)));

        assertThat(wild.spread()).isGreaterThan(3 * calm.spread());
        assertThat(wild.wanted()).isGreaterThanOrEqualTo(calm.wanted() + 2);
    }

    @Test
    void noiseIsForecastByItsMeanAndNotByItsNewestValue() {
        LongToDoubleFunction load = noisy(10, 0.3, 2);
        Outlook outlook = Outlook.fresh(TERMS);
        double byMean = 0;
        double byForecast = 0;
        for (long second = 0; second < 24 * HOUR; second += 5) {
            outlook = outlook.after(at(second), load.applyAsDouble(second));
            if (second > 12 * HOUR && second % 60 == 0) {
                double next = load.applyAsDouble(second + 60);
                byForecast += Math.abs(next - plan(outlook).expected());
                byMean += Math.abs(next - 10);
            }
        }

        assertThat(byForecast).isLessThan(1.1 * byMean);
    }

    @Test
    void jumpsOnTheHalfHourAreExpectedThereAndNowhereElse() {
        LongToDoubleFunction load =
                second -> {
                    double base = 10 + 0.2 * Math.sin(second / 700.0);
                    return second % HOUR >= 30 * MINUTE && second % HOUR < 40 * MINUTE
                            ? 1.6 * base
                            : base;
                };
        long day = 30 * HOUR;
        Outlook before = run(Outlook.fresh(TERMS), 0, day + 29 * MINUTE + 50, load);
        Outlook quiet = run(Outlook.fresh(TERMS), 0, day + 15 * MINUTE, load);

        assertThat(plan(before).spread()).isGreaterThan(1.5 * plan(quiet).spread());
        assertThat(plan(before).wanted()).isGreaterThan(plan(quiet).wanted());
    }

    @Test
    void suddenFallIsNotBelievedAtOnce() {
        LongToDoubleFunction load = noisy(20, 0.02, 3);
        Outlook high = run(Outlook.fresh(TERMS), 0, 12 * HOUR, load);
        LongToDoubleFunction fallen = second -> 2;
        long fall = 12 * HOUR;

        Plan soon = plan(run(high, fall, fall + 4 * MINUTE, fallen));
        Plan later = plan(run(high, fall, fall + 20 * MINUTE, fallen));

        assertThat(soon.wanted()).isGreaterThanOrEqualTo(plan(high).chosen());
        assertThat(soon.held()).isEqualTo(Plan.Held.SUDDEN_FALL);
        assertThat(soon.text()).contains("fell too suddenly");
        assertThat(later.wanted()).isLessThan(plan(high).chosen() / 2);
    }

    @Test
    void instanceIsKeptForAsLongAsItsRestartCosts() {
        Outlook high = run(Outlook.fresh(TERMS), 0, 6 * HOUR, noisy(10, 0.05, 4));
        int wanted = plan(high).wanted();
        Outlook outlook = high;
        long second = 6 * HOUR;
        while (plan(outlook).wanted() >= wanted && second < 7 * HOUR) {
            outlook = outlook.after(at(second), 6.0);
            second += 5;
        }

        assertThat(second - 6 * HOUR).isBetween(40L, 500L);
    }

    @Test
    void moreCautionNeverMeansFewer() {
        LongToDoubleFunction load = noisy(10, 0.15, 5);
        int fewer = 0;
        for (double caution : new double[] {0.01, 0.1, 1, 10, 100}) {
            Terms terms = new Terms(30, 10, 5, 0.9, 1, 100, caution);
            int wanted = plan(run(Outlook.fresh(terms), 0, 6 * HOUR, load)).wanted();
            assertThat(wanted).isGreaterThanOrEqualTo(fewer);
            fewer = wanted;
        }
        assertThat(fewer).isGreaterThan(14);
    }

    @Test
    void sameReadingsGiveTheSamePlanAndChangeNothingBefore() {
        LongToDoubleFunction load = noisy(10, 0.1, 6);
        Outlook first = run(Outlook.fresh(TERMS), 0, 2 * HOUR, load);
        Plan before = plan(first);
        Plan one = plan(run(first, 2 * HOUR, 3 * HOUR, load));
        run(first, 2 * HOUR, 3 * HOUR, noisy(70, 0.5, 7));
        Plan two = plan(run(first, 2 * HOUR, 3 * HOUR, load));

        assertThat(two).isEqualTo(one);
        assertThat(plan(first)).isEqualTo(before);
    }

    @Test
    void rangeHolds() {
        Terms narrow = new Terms(30, 10, 5, 0.9, 3, 5, Terms.DEFAULT_CAUTION);

        assertThat(plan(run(Outlook.fresh(narrow), 0, HOUR, second -> 0)).wanted()).isEqualTo(3);
        assertThat(plan(run(Outlook.fresh(narrow), 0, HOUR, second -> 90)).wanted()).isEqualTo(5);
    }

    @Test
    void otherTermsKeepWhatWasLearned() {
        Outlook outlook = run(Outlook.fresh(TERMS), 0, 6 * HOUR, noisy(10, 0.1, 8));
        Terms other = new Terms(30, 10, 5, 0.9, 1, 8, Terms.DEFAULT_CAUTION);
        Outlook under = outlook.under(other).after(at(6 * HOUR), 10);

        assertThat(under.terms()).isEqualTo(other);
        assertThat(plan(under).wanted()).isEqualTo(8);
        assertThat(outlook.under(TERMS)).isSameAs(outlook);
    }

    @Test
    void itCanBeWrittenDownAndGoesOnAsBefore() {
        LongToDoubleFunction load = noisy(10, 0.2, 9);
        Outlook outlook = run(Outlook.fresh(TERMS), 0, 30 * HOUR, load);
        Outlook read = Outlook.of(TERMS, outlook.toArray());

        assertThat(read).isEqualTo(outlook);
        assertThat(run(read, 30 * HOUR, 31 * HOUR, load))
                .isEqualTo(run(outlook, 30 * HOUR, 31 * HOUR, load));
    }

    @Test
    void numbersThatAreNoOutlookAreRefused() {
        double[] numbers = run(Outlook.fresh(TERMS), 0, HOUR, second -> 5).toArray();
        double[] cut = java.util.Arrays.copyOf(numbers, numbers.length - 1);
        double[] longer = java.util.Arrays.copyOf(numbers, numbers.length + 1);

        for (double[] wrong : new double[][] {cut, longer, {}, {2, 1, 1}}) {
            assertThatThrownBy(() -> Outlook.of(TERMS, wrong))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** After a restart of the machine the monotonic clock begins anew. */
    @Test
    void clockThatBeganAnewDoesNotStopIt() {
        Outlook outlook = run(Outlook.fresh(TERMS), 10 * HOUR, 12 * HOUR, second -> 5);
        for (long second = 0; second < 600; second += 5) {
            Now now = new Now(second * 1_000_000_000L, (20 * HOUR + second) * 1000);
            outlook = outlook.after(now, 20);
        }

        assertThat(plan(outlook).wanted()).isGreaterThanOrEqualTo(23);
    }

    @Test
    void whatIsNoDemandIsRefused() {
        Outlook outlook = Outlook.fresh(TERMS);

        assertThatThrownBy(() -> outlook.after(at(0), Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> outlook.after(at(0), -1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
