package dev.ebb.core.forecast;

/**
 * How far forecasts miss, as the root of the mean squared error on {@link Scale}: half of what it
 * was in the last minutes, half of what it was in the last hours. Immutable.
 */
record Spread(double recent, double usual, int samples) {
    private static final double RECENT = 300;
    private static final double USUAL = 6 * 3600;

    /** An outcome counts for so many spreads at most: one spike is no change of weather. */
    private static final double CLIP = 5;

    static Spread fresh() {
        return new Spread(0.04, 0.04, 0);
    }

    double get() {
        return Math.sqrt((recent + usual) / 2) + 1e-4;
    }

    /**
     * @param error what the outcome was above the forecast
     * @param expected the spread that was expected of it, without the rhythm's part
     * @param seconds that it stands for
     */
    Spread after(double error, double expected, double seconds) {
        double squared = Math.min(error * error, CLIP * CLIP * expected * expected);
        double young = 1.0 / (samples + 2);
        double fast = Math.max(1 - Scale.left(seconds, RECENT), young);
        double slow = Math.max(1 - Scale.left(seconds, USUAL), young);
        return new Spread(
                recent + (squared - recent) * fast,
                usual + (squared - usual) * slow,
                Math.min(samples + 1, 1_000_000));
    }

    void write(Numbers to) {
        to.put(recent).put(usual).put(samples);
    }

    static Spread read(Numbers from) {
        return new Spread(from.next(), from.next(), from.nextInt());
    }
}
