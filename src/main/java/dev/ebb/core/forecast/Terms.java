package dev.ebb.core.forecast;

/**
 * What a fleet costs and may be. Immutable.
 *
 * @param start seconds from the order of an instance to the moment from which it serves
 * @param drain seconds from the removal of an instance to the moment from which it costs nothing
 * @param delay seconds by which what is seen is old, the time between two decisions included
 * @param usable utilization of an instance up to which the objective holds, 0 to 1
 * @param min fewest instances
 * @param max most instances
 * @param caution how seriously a missed request is taken; 1 is the default, 10 is ten times as
 *     seriously
 */
public record Terms(
        double start, double drain, double delay, double usable, int min, int max, double caution) {

    /** The default of {@link #caution}. */
    public static final double DEFAULT_CAUTION = 1;

    public Terms {
        require(start >= 0 && drain >= 0 && delay > 0, "times must not be negative");
        require(start <= 86_400 && drain <= 86_400 && delay <= 86_400, "times are a day at most");
        require(usable > 0 && usable <= 1, "usable utilization must be in (0, 1]");
        require(min >= 0 && max >= 1 && min <= max, "0 <= min <= max, 1 <= max");
        require(caution > 0 && caution <= 1e6, "caution must be in (0, 1000000]");
    }

    private static void require(boolean good, String what) {
        if (!good) {
            throw new IllegalArgumentException(what);
        }
    }

    /** The same with another usable utilization. */
    public Terms withUsable(double other) {
        return new Terms(start, drain, delay, other, min, max, caution);
    }

    /** Seconds after which what is decided on what is seen now can have an effect. */
    public double lead() {
        return start + delay;
    }

    /** Seconds of an instance's running that its removal and new start cost. */
    public double restart() {
        return start + drain;
    }

    /** How many instances carry this demand within the usable utilization. */
    public int need(double demand) {
        double need = Math.ceil(demand / usable - 1e-9);
        return Math.clamp((long) Math.min(need, max), Math.max(1, min), max);
    }
}
