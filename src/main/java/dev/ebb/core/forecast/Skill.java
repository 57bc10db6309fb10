package dev.ebb.core.forecast;

/**
 * Whether the forecast has been better than the newest reading lately. What has been wrong counts
 * for less. Immutable.
 *
 * @param forecast mean absolute error of the forecast
 * @param reading mean absolute error of "what is now stays"
 */
record Skill(double forecast, double reading) {
    private static final double HALF_LIFE = 6 * 3600;

    /** By how much worse it may be before it counts for nothing. */
    private static final double SLACK = 0.25;

    static Skill fresh() {
        return new Skill(0, 0);
    }

    Skill after(double forecastError, double readingError, double seconds) {
        double by = 1 - Scale.left(seconds, HALF_LIFE);
        return new Skill(
                forecast + (Math.abs(forecastError) - forecast) * by,
                reading + (Math.abs(readingError) - reading) * by);
    }

    /** How much the forecast counts beside the newest reading, 0 to 1. */
    double trust() {
        if (!(forecast > reading) || reading <= 0) {
            return 1;
        }
        return Math.max(0, 1 - (forecast / reading - 1) / SLACK);
    }

    void write(Numbers to) {
        to.put(forecast).put(reading);
    }

    static Skill read(Numbers from) {
        return new Skill(from.next(), from.next());
    }
}
