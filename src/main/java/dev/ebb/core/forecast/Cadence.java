package dev.ebb.core.forecast;

/**
 * How often the signal says something new. A metric that is refreshed once a minute and read every
 * five seconds is no evidence twelve times over. Immutable.
 *
 * @param last the newest reading
 * @param changedAt when it changed, in seconds
 * @param sampledAt when it was last taken for news
 * @param gaps the latest gaps between changes in seconds, in a ring
 * @param count how many gaps there have been
 * @param news whether the newest reading is news
 */
@SuppressWarnings("ArrayRecordComponent") // shared, never changed
record Cadence(
        double last, double changedAt, double sampledAt, float[] gaps, long count, boolean news) {
    private static final int KEPT = 16;
    private static final double LONGEST = 300;

    /** Samples within the lead at most: the finer ones say nothing that matters then. */
    static final int PER_LEAD = 16;

    static Cadence fresh() {
        return new Cadence(Double.NaN, 0, 0, new float[0], 0, false);
    }

    /** With one more reading. One that stays the same is news again after the usual gap. */
    Cadence after(double seconds, double reading, double lead) {
        if (Double.isNaN(last)) {
            return new Cadence(reading, seconds, seconds, gaps, 0, true);
        }
        boolean changed = reading != last;
        float[] kept = changed ? withGap((float) Math.min(LONGEST, seconds - changedAt)) : gaps;
        double usual = Math.max(shortest(kept), lead / PER_LEAD);
        boolean due = seconds - sampledAt >= usual - 1e-6;
        boolean isNews = due || (changed && shortest(kept) >= lead / PER_LEAD);
        return new Cadence(
                reading,
                changed ? seconds : changedAt,
                isNews ? seconds : sampledAt,
                kept,
                changed ? count + 1 : count,
                isNews);
    }

    /** Seconds between two samples. */
    double interval(double lead) {
        return Math.max(shortest(gaps), lead / PER_LEAD);
    }

    private float[] withGap(float gap) {
        float[] next;
        if (gaps.length < KEPT) {
            next = java.util.Arrays.copyOf(gaps, gaps.length + 1);
        } else {
            next = gaps.clone();
        }
        next[(int) (count % KEPT)] = gap;
        return next;
    }

    private static double shortest(float[] gaps) {
        double shortest = gaps.length == 0 ? 0 : LONGEST;
        for (float gap : gaps) {
            shortest = Math.min(shortest, gap);
        }
        return shortest;
    }

    void write(Numbers to) {
        to.put(last).put(changedAt).put(sampledAt).put(gaps).put((double) count).put(news ? 1 : 0);
    }

    static Cadence read(Numbers from) {
        return new Cadence(
                from.next(),
                from.next(),
                from.next(),
                from.nextFloats(KEPT),
                from.nextWhole(),
                from.next() > 0);
    }
}
