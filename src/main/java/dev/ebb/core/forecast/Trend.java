package dev.ebb.core.forecast;

/**
 * Where the load has been lately, on {@link Scale}: means and fading peaks of several memories.
 * Immutable.
 *
 * @param now the newest sample
 * @param before the one before it
 * @param minute mean with a half-life of a minute
 * @param minutes mean with one of five minutes
 * @param hour mean with one of half an hour
 * @param peak peak that fades to the newest sample with a half-life of five minutes
 * @param highest peak that fades with one of half an hour
 */
record Trend(
        double now,
        double before,
        double minute,
        double minutes,
        double hour,
        double peak,
        double highest) {
    private static final double MINUTE = 60;
    private static final double MINUTES = 300;
    private static final double HOUR = 1800;

    static Trend startingWith(double z) {
        return new Trend(z, z, z, z, z, z, z);
    }

    /** With one more sample, this many seconds after the one before. */
    Trend after(double seconds, double z) {
        double short1 = Scale.left(seconds, MINUTE);
        double short5 = Scale.left(seconds, MINUTES);
        double short30 = Scale.left(seconds, HOUR);
        return new Trend(
                z,
                now,
                z + (minute - z) * short1,
                z + (minutes - z) * short5,
                z + (hour - z) * short30,
                Math.max(z, z + (peak - z) * short5),
                Math.max(z, z + (highest - z) * short30));
    }

    /** What a forecast can go by; the two seasons' growths come from elsewhere. */
    double[] features(double dayGrowth, double weekGrowth) {
        return new double[] {
            0.1,
            now,
            minute - now,
            minutes - now,
            hour - now,
            now - before,
            dayGrowth,
            weekGrowth,
            peak - now,
            highest - now
        };
    }

    /** How many features there are. */
    static final int FEATURES = 10;

    void write(Numbers to) {
        to.put(now).put(before).put(minute).put(minutes).put(hour).put(peak).put(highest);
    }

    static Trend read(Numbers from) {
        return new Trend(
                from.next(),
                from.next(),
                from.next(),
                from.next(),
                from.next(),
                from.next(),
                from.next());
    }
}
