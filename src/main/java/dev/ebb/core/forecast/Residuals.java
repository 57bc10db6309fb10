package dev.ebb.core.forecast;

/**
 * How far outcomes stray from the forecast, in spreads: a histogram that forgets by half in a day,
 * on top of a prior with heavy tails. The prior keeps a fleet safe before it knows its load, and
 * says that worse than the worst so far can happen: its upper tail falls as 1/x^2. Immutable.
 */
final class Residuals {
    /** Bins for one spread. */
    private static final int PER_SPREAD = 10;

    /** The bin that begins at 0: from -8 to 32 spreads. */
    private static final int ZERO = 80;

    private static final int BINS = 400;
    private static final double HALF_LIFE = 24 * 3600;
    private static final double TAIL = 2;
    private static final double PRIOR_SAMPLES = 100;
    private static final double[] PRIOR = prior();

    private final double[] seen;
    private final double unit;
    private final double[] above;

    private Residuals(double[] seen, double unit) {
        this.seen = seen;
        this.unit = unit;
        this.above = sums(seen, unit);
    }

    static Residuals fresh() {
        return new Residuals(new double[BINS], 1);
    }

    /** Half of it a double exponential, half of it with a power for its upper tail. */
    private static double[] prior() {
        double[] prior = new double[BINS];
        double sum = 0;
        for (int i = 0; i < BINS; i++) {
            double x = (i - ZERO + 0.5) / PER_SPREAD;
            double narrow = 0.6 * Math.exp(-1.2 * Math.abs(x));
            double wide = x > 0 ? TAIL / 2 * Math.pow(1 + x, -TAIL) : 0.5 * Math.exp(x);
            prior[i] = narrow + wide;
            sum += prior[i];
        }
        for (int i = 0; i < BINS; i++) {
            prior[i] *= PRIOR_SAMPLES / sum;
        }
        return prior;
    }

    private static double[] sums(double[] seen, double unit) {
        double[] above = new double[BINS + 1];
        double scale = 1 / unit;
        above[BINS] = PRIOR[BINS - 1];
        for (int i = BINS - 1; i >= 0; i--) {
            above[i] = above[i + 1] + seen[i] * scale + PRIOR[i];
        }
        return above;
    }

    /** With one more outcome, so many spreads above the forecast, after so many seconds. */
    Residuals after(double spreads, double seconds) {
        double[] next = seen.clone();
        double grown = unit / Scale.left(seconds, HALF_LIFE);
        int bin = (int) Math.floor(Math.clamp(spreads, -8, 32) * PER_SPREAD) + ZERO;
        next[Math.clamp(bin, 0, BINS - 1)] += grown;
        if (grown < 1e6) {
            return new Residuals(next, grown);
        }
        for (int i = 0; i < BINS; i++) {
            next[i] /= grown;
        }
        return new Residuals(next, 1);
    }

    /** Probability that an outcome is more than so many spreads above the forecast. */
    double exceeding(double spreads) {
        double place = spreads * PER_SPREAD + ZERO;
        if (place <= 0) {
            return 1;
        }
        if (place >= BINS) {
            return above[BINS] / above[0] * Math.pow(BINS / place, TAIL);
        }
        int bin = (int) place;
        double within = 1 - (place - bin);
        return (above[bin + 1] + (above[bin] - above[bin + 1]) * within) / above[0];
    }

    void write(Numbers to) {
        to.put(seen).put(unit);
    }

    static Residuals read(Numbers from) {
        return new Residuals(from.nextExactly(BINS), from.next());
    }
}
