package dev.ebb.core.forecast;

import java.util.Arrays;
import java.util.Optional;

/**
 * What the load is going to do until a removal would have repaid its restart, by what it did on the
 * days before and a week ago at this time; with the band within which that has held of late. The
 * forecast for the lead says when to start; this one says whether to let go: not shortly before a
 * peak, and without waiting where the trough is long enough. Demand is on {@link Scale}. Immutable.
 *
 * @param expected the highest demand until then
 * @param high what it hardly exceeds, one time in twenty, and for five minutes longer
 * @param announced whether the load has just fallen, by more than the season is wont to be wrong,
 *     and that was to be expected
 */
record Ahead(double expected, double high, boolean announced) {
    /** A season is known in steps of five minutes: what is nearer cannot be told apart. */
    private static final double SHORTEST = Season.SLOT;

    private static final double LONGEST = 3600;

    /** Slots of which was said what they would bring, and which have come since: a day. */
    private static final int JUDGED = Season.DAY;

    /** Fewer than this, after gaps, judge nothing. */
    private static final int FEWEST = JUDGED / 2;

    /** The season is judged by the tenth of the slots in which it said the most. */
    private static final int TELLING = JUDGED / 10;

    /** Of what has moved, it may have been wrong by so much. */
    private static final double WRONG_AT_MOST = 0.5;

    private static final double SELDOM = 0.95;

    /** A fall by less, a tenth, is noise. */
    private static final double SMALL = 0.1;

    /** Seconds over which a fall is held against that of a day or a week ago. */
    private static final double FALL = 900;

    /** Such a fall is the same when it was half as deep. */
    private static final double SIMILAR = 0.5;

    /**
     * Empty where the season is not known, or has not been right lately.
     *
     * @param wall seconds since the epoch
     * @param now the present demand
     * @param horizon seconds until a removal has repaid its restart
     */
    static Optional<Ahead> of(Season season, double wall, double now, double horizon) {
        double reach = Math.clamp(horizon, SHORTEST, LONGEST);
        var rise = Rise.of(season, wall, reach);
        if (Double.isNaN(rise.within())) {
            return Optional.empty();
        }
        double band = season.band((int) Math.ceil(reach / Season.SLOT), Ahead::band);
        if (Double.isNaN(band)) {
            return Optional.empty();
        }
        boolean told = announced(season, wall, season.level(wall - FALL) - now, band);
        return Optional.of(new Ahead(now + rise.within(), now + rise.beyond() + band, told));
    }

    /**
     * How much higher the load is expected to be at most: the higher one of what is usual and of a
     * week ago; NaN where the former is not known.
     *
     * @param within the reach
     * @param beyond it by five minutes: means of so much blur where a trough ends, so it has to be
     *     longer by that
     */
    private record Rise(double within, double beyond) {
        static Rise of(Season season, double wall, double reach) {
            double longest = reach + Season.SLOT;
            Season.Course first = season.course(wall, longest, Season.DAY);
            Season.Course second = season.course(wall, longest, 2 * Season.DAY);
            Season.Course third = season.course(wall, longest, 3 * Season.DAY);
            Season.Course before = season.course(wall, longest, Season.WEEK);
            double within = 0;
            double rise = 0;
            for (double part = Season.SLOT / 5; part <= longest + 1e-6; part += Season.SLOT / 5) {
                double days =
                        Season.usual(first.growth(part), second.growth(part), third.growth(part));
                double week = before.growth(part);
                rise = Math.max(rise, Double.isNaN(week) ? days : Math.max(days, week));
                if (part <= reach + 1e-6) {
                    within = rise;
                }
                if (Double.isNaN(rise)) {
                    break;
                }
            }
            return new Rise(within, rise);
        }
    }

    /** How far the load rose above what the days before said, nineteen times of twenty. */
    private static double band(Season season, int slots) {
        var said = new double[JUDGED];
        var excess = new double[JUDGED];
        double[] means = season.newest(JUDGED + 3 * Season.DAY + slots);
        int known = 0;
        for (int ago = 0; ago < JUDGED; ago++) {
            double came = step(means, ago, slots);
            double before =
                    Season.usual(
                            step(means, ago + Season.DAY, slots),
                            step(means, ago + 2 * Season.DAY, slots),
                            step(means, ago + 3 * Season.DAY, slots));
            if (!Double.isNaN(came - before)) {
                said[known] = before;
                excess[known++] = came - before;
            }
        }
        return known < FEWEST || isWrong(said, excess, known)
                ? Double.NaN
                : quantile(Arrays.copyOf(excess, known));
    }

    /** How much higher the mean was, so many slots ago, than slots before that. */
    private static double step(double[] means, int ago, int slots) {
        return means[ago] - means[ago + slots];
    }

    /** Whether, where it said the most, it was not much nearer than to say nothing. */
    private static boolean isWrong(double[] said, double[] excess, int known) {
        double[] sizes = new double[known];
        Arrays.setAll(sizes, i -> Math.abs(said[i]));
        Arrays.sort(sizes);
        double telling = sizes[Math.max(0, known - TELLING)];
        double wrong = 0;
        double moved = 0;
        for (int i = 0; i < known; i++) {
            if (Math.abs(said[i]) >= telling) {
                wrong += Math.abs(excess[i]);
                moved += Math.abs(said[i] + excess[i]);
            }
        }
        return wrong >= WRONG_AT_MOST * moved;
    }

    private static double quantile(double[] values) {
        Arrays.sort(values);
        return Math.max(0, values[(int) Math.floor(SELDOM * (values.length - 1))]);
    }

    private static boolean announced(Season season, double wall, double fall, double band) {
        double usual = Season.usual(ago -> fall(season, wall - ago * Season.SLOT));
        double week = fall(season, wall - Season.WEEK * Season.SLOT);
        double known = Double.isNaN(week) ? usual : Math.max(usual, week);
        return fall > Math.max(band, SMALL) && known >= SIMILAR * fall;
    }

    /** By how much the load fell then; its end may lie in the next five minutes. */
    private static double fall(Season season, double then) {
        double after = Math.min(season.level(then), season.level(then + Season.SLOT));
        return season.level(then - FALL) - after;
    }
}
