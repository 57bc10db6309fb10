package dev.ebb.core.forecast;

/**
 * What a request that misses may cost, from a yardstick: the risk that the same load would run with
 * what most fleets have, a target of 70 % that waits for five minutes. Where that is safe, so must
 * Ebb be, and a miss is dear; where the load is so wild that a target of 70 % misses all the time,
 * insisting would cost many times the fleet, and a miss is cheaper. Immutable.
 *
 * <p>price = {@link #PRICE} x caution x (missed / load by the yardstick)^-{@link #POWER}
 *
 * @param highest of what the yardstick would have asked for
 * @param load mean demand in instances
 * @param missed mean of the demand that the yardstick would have missed
 * @param samples how many went into the means
 */
record Reference(WindowMax highest, double load, double missed, int samples) {
    private static final double TARGET = 0.7;
    private static final double WAIT = 300;

    /** Where an instance can be used less than this, who uses the yardstick's target does so. */
    private static final double TARGET_FITS = 0.8;

    private static final double HALF_LIFE = 24 * 3600;

    /** Found on recorded load, as the one setting that misses no more than the yardstick. */
    private static final double PRICE = 1.15;

    private static final double POWER = 0.7;
    private static final double LEAST = 1e-5;

    /** More than this is missed by no load, but by a fleet that was never right for it. */
    private static final double MOST = 0.2;

    static Reference fresh() {
        return new Reference(WindowMax.over(WAIT, 15), 1, 0, 0);
    }

    Reference forgettingTheClock() {
        return new Reference(fresh().highest, load, missed, samples);
    }

    Reference seeing(double at, double demand) {
        WindowMax next = highest.after(at, Math.max(1, demand / TARGET));
        return next == highest ? this : new Reference(next, load, missed, samples);
    }

    /** How many instances the yardstick asks for. */
    int size(double at, Terms terms) {
        double less = Math.max(1, TARGET_FITS / terms.usable());
        double size = Math.ceil(less * highest.highest(at, WAIT) - 1e-9);
        int least = Math.max(1, terms.min());
        return Math.clamp((long) Math.min(size, terms.max()), least, terms.max());
    }

    /** With one more sample: the demand, and what of it the yardstick is expected to miss. */
    Reference after(double demand, double expectedMiss, double seconds) {
        double by = Math.max(1 - Scale.left(seconds, HALF_LIFE), 1.0 / (samples + 200));
        return new Reference(
                highest,
                load + (demand - load) * by,
                missed + (expectedMiss - missed) * by,
                Math.min(samples + 1, 1_000_000));
    }

    /** What a missed request costs, in served ones. */
    double price(double caution) {
        double share = missed / Math.max(1e-9, load);
        return PRICE * caution * Math.pow(Math.clamp(share, LEAST, MOST), -POWER);
    }

    void write(Numbers to) {
        highest.write(to);
        to.put(load).put(missed).put(samples);
    }

    static Reference read(Numbers from) {
        return new Reference(fresh().highest.read(from), from.next(), from.next(), from.nextInt());
    }
}
