package dev.ebb.core.forecast;

/**
 * When the load is wont to jump: for each minute of the hour, or of the day, how much further than
 * usual outcomes lay above the forecast there. Jobs start on the half hour, shops open at seven; a
 * fleet that knows it needs no headroom for it at other times. Immutable.
 */
final class Rhythm {
    /** One surprise counts for so much at most, in squared spreads. */
    private static final double MOST = 200;

    private final int minutes;
    private final double prior;
    private final double keep;
    private final int reach;
    private final Rows surprise;
    private final Rows weight;
    private final Rows visit;

    private Rhythm(
            int minutes,
            double prior,
            double keep,
            int reach,
            Rows surprise,
            Rows weight,
            Rows visit) {
        this.minutes = minutes;
        this.prior = prior;
        this.keep = keep;
        this.reach = reach;
        this.surprise = surprise;
        this.weight = weight;
        this.visit = visit;
    }

    /** By the minute of the hour; remembers some twenty hours. */
    static Rhythm ofTheHour() {
        return fresh(60, 8, 0.95, 0);
    }

    /** By the minute of the day, three minutes off at most; remembers some three days. */
    static Rhythm ofTheDay() {
        return fresh(1440, 2, 0.7, 3);
    }

    private static Rhythm fresh(int minutes, double prior, double keep, int reach) {
        Rows zeros = Rows.of(minutes, 0);
        return new Rhythm(minutes, prior, keep, reach, zeros, zeros, Rows.of(minutes, -1));
    }

    /**
     * How many times as large as usual squared errors are around this minute; 1 or more.
     *
     * @param minute minutes since the epoch
     */
    double factor(long minute) {
        double highest = 1;
        for (int off = -reach; off <= reach; off++) {
            int slot = slot(minute + off);
            if (visit.at(slot) >= 0) {
                double mean = (prior + surprise.at(slot)) / (prior + weight.at(slot));
                highest = Math.max(highest, mean);
            }
        }
        return highest;
    }

    /**
     * @param spreads how far above the forecast the outcome was
     * @param share of a minute that it stands for, 1 at most
     */
    Rhythm after(long minute, double spreads, double share) {
        int slot = slot(minute);
        // Few enough that a float counts them exactly: 2^24 hours are 1,900 years.
        float round = (float) (minute / minutes % (1 << 24));
        double kept = visit.at(slot) == round ? 1 : keep;
        double up = Math.max(0, spreads);
        double squared = Math.min(MOST, 2 * up * up);
        return new Rhythm(
                minutes,
                prior,
                keep,
                reach,
                surprise.with(slot, (float) (surprise.at(slot) * kept + share * squared)),
                weight.with(slot, (float) (weight.at(slot) * kept + share)),
                visit.with(slot, round));
    }

    private int slot(long minute) {
        return (int) Math.floorMod(minute, (long) minutes);
    }

    void write(Numbers to) {
        surprise.write(to);
        weight.write(to);
        visit.write(to);
    }

    /** What {@link #write} wrote of one like this. */
    Rhythm read(Numbers from) {
        return new Rhythm(
                minutes,
                prior,
                keep,
                reach,
                Rows.read(from, minutes),
                Rows.read(from, minutes),
                Rows.read(from, minutes));
    }
}
