package dev.ebb.balance;

import java.time.Duration;

/**
 * When live traffic takes an endpoint out of rotation, and for how long.
 *
 * @param consecutiveFailures failed responses in a row (502, 503, 504, cut, timeout); 0 for never
 * @param consecutiveConnectErrors refused or timed-out connects in a row; 0 for never
 * @param failureRate share of failures in the window, 0 to 1, that ejects; above 1 for never
 * @param failureRateVolume requests that the window must hold before the rate counts
 * @param window over which the rate is taken
 * @param baseTime first ejection's length; each further one in a row doubles it
 * @param maxTime longest ejection
 * @param maxEjectedShare share of the endpoints that may be ejected at once; one always may
 * @param panicThreshold share of healthy endpoints below which health is ignored, 0 for never;
 *     parked endpoints do not count on either side
 * @param deadlines whether a request that a time of its client's or its route's has ended counts as
 *     a failure of the endpoint, as other timeouts do
 */
public record EjectionPolicy(
        int consecutiveFailures,
        int consecutiveConnectErrors,
        double failureRate,
        int failureRateVolume,
        Duration window,
        Duration baseTime,
        Duration maxTime,
        double maxEjectedShare,
        double panicThreshold,
        boolean deadlines) {
    public static final EjectionPolicy DEFAULT =
            new EjectionPolicy(
                    5,
                    2,
                    0.5,
                    20,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(5),
                    0.5,
                    0.5);

    /** Deadlines do not count. */
    public EjectionPolicy(
            int consecutiveFailures,
            int consecutiveConnectErrors,
            double failureRate,
            int failureRateVolume,
            Duration window,
            Duration baseTime,
            Duration maxTime,
            double maxEjectedShare,
            double panicThreshold) {
        this(
                consecutiveFailures,
                consecutiveConnectErrors,
                failureRate,
                failureRateVolume,
                window,
                baseTime,
                maxTime,
                maxEjectedShare,
                panicThreshold,
                false);
    }

    public EjectionPolicy withDeadlines(boolean count) {
        return new EjectionPolicy(
                consecutiveFailures,
                consecutiveConnectErrors,
                failureRate,
                failureRateVolume,
                window,
                baseTime,
                maxTime,
                maxEjectedShare,
                panicThreshold,
                count);
    }
}
