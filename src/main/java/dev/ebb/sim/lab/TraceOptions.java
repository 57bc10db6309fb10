package dev.ebb.sim.lab;

import java.util.Map;

/**
 * What a file alone does not say. Immutable.
 *
 * @param series labels and the values that they must have, for files with several series; empty for
 *     all of them
 * @param logStep seconds over which the lines of an access log are counted
 */
public record TraceOptions(Map<String, String> series, double logStep) {

    /** All series, and log lines counted over ten seconds. */
    public static final TraceOptions DEFAULT = new TraceOptions(Map.of(), 10);

    public TraceOptions {
        series = Map.copyOf(series);
        if (!(logStep >= 1) || logStep > 86_400 || logStep != Math.rint(logStep)) {
            throw new IllegalArgumentException(
                    "a log is counted over whole seconds, between 1 s and a day");
        }
    }
}
