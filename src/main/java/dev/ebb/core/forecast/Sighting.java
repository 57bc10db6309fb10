package dev.ebb.core.forecast;

/**
 * A forecast whose outcome is not known yet. Immutable; nobody changes the features.
 *
 * @param index number of the sample that it was made at
 * @param now that sample, on {@link Scale}
 * @param center the forecast
 * @param base its spread without the rhythm
 * @param spread its spread
 * @param minute minutes since the epoch
 */
@SuppressWarnings("ArrayRecordComponent") // shared, never changed
record Sighting(
        long index,
        double now,
        double[] features,
        double center,
        double base,
        double spread,
        long minute) {

    void write(Numbers to) {
        to.put((double) index).put(now).put(features).put(center).put(base).put(spread);
        to.put((double) minute);
    }

    static Sighting read(Numbers from) {
        return new Sighting(
                from.nextWhole(),
                from.next(),
                from.nextExactly(Trend.FEATURES),
                from.next(),
                from.next(),
                from.next(),
                from.nextWhole());
    }
}
