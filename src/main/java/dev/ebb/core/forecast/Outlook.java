package dev.ebb.core.forecast;

import dev.ebb.core.Now;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that is remembered of one demand, and the plan that follows from it: how many instances it is
 * worth to have for what may come until a start could help. Immutable; the same readings always
 * give the same plan.
 *
 * <p>The forecast is the highest demand within the lead: a regression on where the load is, where
 * it has been and what it did a day and a week ago at this time. How far outcomes stray from it is
 * measured, not assumed, and it differs by the minute of the hour and of the day ({@link Rhythm}).
 * Of all sizes the one is wanted at which instances and expected misses together cost least (the
 * newsvendor's choice); what a miss costs follows from {@link Reference}. An instance is kept as
 * long as its restart costs (ski rental), and a fall that nothing had announced is not believed for
 * some minutes. Where the season has been right lately, {@link Ahead} counts, too: nobody is let go
 * before a peak, and nothing is waited for at the begin of a long trough.
 */
public final class Outlook {
    /** A fall by so many spreads is not believed at once. */
    private static final double SUDDEN = -3;

    /** Seconds for which it is not. */
    private static final double DOUBT = 300;

    /** Seconds beyond one refresh of the signal for which a size is held at least. */
    private static final double SECOND_LOOK = 10;

    /** With no more caution than this a second look costs more than what it saves. */
    private static final double CARELESS = 0.02;

    private static final double LONGEST_HOLD = 180;

    /** Seconds of readings before which how far the load strays is not known, but assumed. */
    private static final double NOVICE = 60;

    /** Times what carries the present load that is wanted at most meanwhile. */
    private static final int NOVICE_MOST = 2;

    /** Of what {@link #toArray} writes; another one for each change of it. */
    private static final double FORM = 2;

    /** What an earlier Ebb wrote, which is read, too. */
    private static final double WITHOUT_TROUGHS = 1;

    private final Terms terms;
    private final Ladder ladder;
    private final Cadence cadence;
    private final @Nullable Trend trend;
    private final Season season;
    private final Memory memory;
    private final Lessons lessons;
    private final Reference reference;
    private final WindowMax chosen;
    private final double doubtUntil;
    private final int doubted;
    private final @Nullable Plan plan;

    private Outlook(Draft draft) {
        this.terms = draft.terms;
        this.ladder = draft.ladder;
        this.cadence = draft.cadence;
        this.trend = draft.trend;
        this.season = draft.season;
        this.memory = draft.memory;
        this.lessons = draft.lessons;
        this.reference = draft.reference;
        this.chosen = draft.chosen;
        this.doubtUntil = draft.doubtUntil;
        this.doubted = draft.doubted;
        this.plan = draft.plan;
    }

    /** Before anything was seen. */
    public static Outlook fresh(Terms terms) {
        return new Outlook(new Draft(terms));
    }

    /** The same knowledge under other terms. */
    public Outlook under(Terms other) {
        if (other.equals(terms)) {
            return this;
        }
        Draft draft = new Draft(this);
        draft.terms = other;
        draft.ladder = Ladder.of(other);
        return new Outlook(draft);
    }

    public Terms terms() {
        return terms;
    }

    /** What the newest reading led to; empty before the first. */
    public Optional<Plan> plan() {
        return Optional.ofNullable(plan);
    }

    /**
     * With one more reading.
     *
     * @param demand what would be in use if there were instances enough, in instances fully used;
     *     finite, 0 or more
     * @throws IllegalArgumentException when it is not
     */
    public Outlook after(Now now, double demand) {
        if (!(demand >= 0) || demand > 1e9) {
            throw new IllegalArgumentException("no demand: " + demand);
        }
        Draft draft = new Draft(this);
        draft.read(now.monotonicNanos() / 1e9, now.wallMillis() / 1e3, demand);
        return new Outlook(draft);
    }

    /** All of it but its terms, as numbers, for {@link #of}. */
    public double[] toArray() {
        Numbers to = Numbers.empty();
        to.put(FORM);
        cadence.write(to);
        to.put(trend == null ? 0 : 1);
        if (trend != null) {
            trend.write(to);
        }
        season.write(to);
        memory.write(to);
        lessons.write(to);
        reference.write(to);
        chosen.write(to);
        to.put(doubtUntil).put(doubted);
        to.put(plan == null ? 0 : 1);
        if (plan != null) {
            plan.write(to);
        }
        return to.written();
    }

    /**
     * What {@link #toArray} wrote.
     *
     * @throws IllegalArgumentException when it is nothing that it could have written
     */
    public static Outlook of(Terms terms, double[] numbers) {
        Numbers from = Numbers.of(numbers);
        double form = from.next();
        if (form != FORM && form != WITHOUT_TROUGHS) {
            throw new IllegalArgumentException("not an outlook, or one of another version");
        }
        Draft draft = new Draft(terms);
        draft.cadence = Cadence.read(from);
        draft.trend = from.next() > 0 ? Trend.read(from) : null;
        draft.season = Season.read(from);
        draft.memory = Memory.read(from);
        draft.lessons = Lessons.read(from);
        draft.reference = Reference.read(from);
        draft.chosen = draft.chosen.read(from);
        draft.doubtUntil = from.next();
        draft.doubted = from.nextInt();
        draft.plan = from.next() > 0 ? Plan.read(from, form == FORM) : null;
        if (!from.isAtEnd()) {
            throw new IllegalArgumentException("not an outlook: too long");
        }
        return new Outlook(draft);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Outlook that
                && terms.equals(that.terms)
                && java.util.Arrays.equals(toArray(), that.toArray());
    }

    @Override
    public int hashCode() {
        return Double.hashCode(doubtUntil) * 31 + Long.hashCode(memory.newest());
    }

    /** The next outlook while it is being made. */
    private static final class Draft {
        Terms terms;
        Ladder ladder;
        Cadence cadence;
        @Nullable Trend trend;
        Season season;
        Memory memory;
        Lessons lessons;
        Reference reference;
        WindowMax chosen;
        double doubtUntil;
        int doubted;
        @Nullable Plan plan;

        Draft(Terms terms) {
            this.terms = terms;
            this.ladder = Ladder.of(terms);
            this.cadence = Cadence.fresh();
            this.season = Season.fresh();
            this.memory = Memory.fresh();
            this.lessons = Lessons.fresh();
            this.reference = Reference.fresh();
            this.chosen = WindowMax.over(LONGEST_HOLD, 5);
            this.doubtUntil = Double.NEGATIVE_INFINITY;
        }

        Draft(Outlook from) {
            terms = from.terms;
            ladder = from.ladder;
            cadence = from.cadence;
            trend = from.trend;
            season = from.season;
            memory = from.memory;
            lessons = from.lessons;
            reference = from.reference;
            chosen = from.chosen;
            doubtUntil = from.doubtUntil;
            doubted = from.doubted;
            plan = from.plan;
        }

        void read(double at, double wall, double demand) {
            if (at < cadence.sampledAt()) {
                startClockAnew();
            }
            int kept = plan == null ? 0 : plan.wanted();
            double before = cadence.sampledAt();
            cadence = cadence.after(at, demand, terms.lead());
            reference = reference.seeing(at, demand);
            if (cadence.news() || plan == null) {
                double since = memory.newest() < 0 ? cadence.interval(terms.lead()) : at - before;
                decide(at, demand, sample(wall, demand, since));
            }
            hold(at, wall, kept);
        }

        /** The monotonic clock has another origin: what was kept by it says nothing any more. */
        private void startClockAnew() {
            cadence = Cadence.fresh();
            memory = Memory.fresh();
            reference = reference.forgettingTheClock();
            chosen = WindowMax.over(LONGEST_HOLD, 5);
            doubtUntil = Double.NEGATIVE_INFINITY;
        }

        /** Takes the sample in, learns from what has turned out, and forecasts. */
        private Sighting sample(double wall, double demand, double since) {
            double z = Scale.of(demand);
            double interval = cadence.interval(terms.lead());
            memory = memory.plus(z);
            int ahead = Math.clamp(Math.round(terms.lead() / interval), 1, Cadence.PER_LEAD);
            Sighting due = memory.due(ahead);
            if (due != null) {
                lessons = lessons.after(due, memory.highest(ahead), interval);
            }
            Trend next = trend == null ? Trend.startingWith(z) : trend.after(since, z);
            trend = next;
            season = season.after(wall, next.minute(), Math.min(since, 300));
            double later = terms.lead() + interval;
            double[] features =
                    next.features(
                            season.growth(wall, later, Season.DAY),
                            season.growth(wall, later, Season.WEEK));
            long minute = (long) Math.floor(wall / 60);
            Sighting made = lessons.forecast(memory.newest(), next, features, minute);
            memory = memory.with(made);
            return made;
        }

        private void decide(double at, double demand, Sighting seen) {
            Risk risk = new Risk(ladder, lessons.residuals(), seen.center(), seen.spread());
            double interval = cadence.interval(terms.lead());
            // A signal that is refreshed rarely is known for a part of each lead.
            double exposed = Math.min(1, terms.lead() / interval);
            double price = reference.price(terms.caution());
            int need = terms.need(demand);
            int worth = risk.cheapest(need, price * exposed);
            boolean novice = reference.samples() * interval < NOVICE;
            int best = novice ? Math.min(worth, Math.min(NOVICE_MOST * need, terms.max())) : worth;
            int kept = Math.min(worth, terms.max());
            double wouldMiss = exposed * risk.missed(reference.size(at, terms));
            reference = reference.after(demand, wouldMiss, interval);
            if (lessons.lastError() < SUDDEN && at > doubtUntil) {
                doubtUntil = at + DOUBT;
                doubted = plan == null ? best : Math.max(plan.chosen(), best);
            }
            plan =
                    new Plan(
                            Math.max(best, kept),
                            best,
                            need,
                            demand,
                            Scale.demand(seen.center()),
                            seen.spread(),
                            risk.tooSmall(best),
                            price,
                            lessons.skill().trust(),
                            terms.lead(),
                            kept > best ? Plan.Held.NEW : Plan.Held.NO,
                            false);
        }

        /** Waits as long as a restart costs, and does not believe a sudden fall. */
        private void hold(double at, double wall, int before) {
            Plan now = java.util.Objects.requireNonNull(plan);
            Optional<Ahead> ahead = ahead(wall, now);
            boolean trough = ahead.filter(a -> isTrough(a, now)).isPresent();
            boolean doubts = at < doubtUntil && !trough;
            int least = Math.max(now.chosen(), doubts ? doubted : 0);
            chosen = chosen.after(at, least);
            // Nobody is started for having been let go too soon.
            int kept = Math.min(before, (int) chosen.highest(at, patience(trough)));
            int headroom = now.chosen() - now.need();
            int peak = ahead.map(a -> Math.min(before, size(a.expected()) + headroom)).orElse(0);
            int wanted = Math.clamp(Math.max(least, kept), Math.max(1, terms.min()), terms.max());
            if (now.held() == Plan.Held.NEW && now.wanted() > wanted) {
                return;
            }
            Plan.Held why = doubts && wanted == doubted ? Plan.Held.SUDDEN_FALL : Plan.Held.RESTART;
            if (peak > wanted) {
                plan = now.keeping(Math.min(peak, terms.max()), Plan.Held.PEAK, false);
                return;
            }
            plan = now.keeping(wanted, wanted <= now.chosen() ? Plan.Held.NO : why, trough);
        }

        private Optional<Ahead> ahead(double wall, Plan now) {
            double horizon = terms.lead() + terms.restart();
            return Ahead.of(season, wall, Scale.of(now.demand()), horizon);
        }

        private boolean isTrough(Ahead ahead, Plan now) {
            return ahead.announced() && size(ahead.high()) <= now.chosen();
        }

        private int size(double scaled) {
            return terms.need(Scale.demand(scaled));
        }

        /** Seconds that a smaller size must have been enough for. */
        private double patience(boolean trough) {
            double refresh = cadence.interval(terms.lead()) + SECOND_LOOK;
            if (terms.caution() <= CARELESS) {
                return trough ? 0 : Math.min(LONGEST_HOLD, terms.restart());
            }
            double most = Math.max(terms.restart(), refresh);
            return Math.min(LONGEST_HOLD, trough ? refresh : most);
        }
    }
}
