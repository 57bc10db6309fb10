package dev.ebb.core.forecast;

/**
 * All that is learned from how forecasts turned out. Immutable.
 *
 * @param count how many outcomes
 * @param lastError how many spreads the newest outcome lay above its forecast
 */
record Lessons(
        Regression regression,
        Spread spread,
        Skill skill,
        Rhythm hour,
        Rhythm day,
        Residuals residuals,
        int count,
        double lastError) {
    /** Outcomes before errors are taken for the load's own and not for a beginner's. */
    private static final int FIRST = 10;

    private static final int RHYTHM_FIRST = 30;

    static Lessons fresh() {
        return new Lessons(
                Regression.fresh(),
                Spread.fresh(),
                Skill.fresh(),
                Rhythm.ofTheHour(),
                Rhythm.ofTheDay(),
                Residuals.fresh(),
                0,
                0);
    }

    /** What is expected now, and how far it may stray. */
    Sighting forecast(long index, Trend trend, double[] features, long minute) {
        double predicted = regression.predict(features);
        double center = trend.now() + skill.trust() * (predicted - trend.now());
        double base = spread.get();
        double factor = 1;
        if (count >= RHYTHM_FIRST) {
            factor = Math.max(hour.factor(minute), day.factor(minute));
        }
        return new Sighting(
                index, trend.now(), features, center, base, base * Math.sqrt(factor), minute);
    }

    /**
     * Having seen how a forecast turned out.
     *
     * @param seconds between two samples
     */
    Lessons after(Sighting made, double outcome, double seconds) {
        double error = outcome - made.center();
        double spreads = error / made.spread();
        double surprise = error / made.base();
        double share = Math.min(1, seconds / 60);
        boolean rhythm = count >= RHYTHM_FIRST;
        double predicted = regression.predict(made.features());
        return new Lessons(
                regression.after(made.features(), outcome, made.spread()),
                spread.after(error, made.base(), seconds),
                skill.after(outcome - predicted, outcome - made.now(), seconds),
                rhythm ? hour.after(made.minute(), surprise, share) : hour,
                rhythm ? day.after(made.minute(), surprise, share) : day,
                count < FIRST ? residuals : residuals.after(spreads, seconds),
                Math.min(count + 1, 1_000_000),
                spreads);
    }

    void write(Numbers to) {
        regression.write(to);
        spread.write(to);
        skill.write(to);
        hour.write(to);
        day.write(to);
        residuals.write(to);
        to.put(count).put(lastError);
    }

    static Lessons read(Numbers from) {
        return new Lessons(
                Regression.read(from),
                Spread.read(from),
                Skill.read(from),
                Rhythm.ofTheHour().read(from),
                Rhythm.ofTheDay().read(from),
                Residuals.read(from),
                from.nextInt(),
                from.next());
    }
}
