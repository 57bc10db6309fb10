package dev.ebb.core.objective;

import java.util.Optional;

/**
 * What is wanted of a service's requests, and within which bounds its utilization may be chosen for
 * that. Immutable.
 *
 * @param start utilization that is allowed as long as nothing is known
 */
public record Goals(Optional<LatencyGoal> latency, Optional<AnsweredGoal> answered, double start) {
    public static final Goals NONE = new Goals(Optional.empty(), Optional.empty(), 1);

    /** Beyond it, how long requests take says nothing any more about the next step. */
    private static final double MOST = 0.95;

    /** Times as many as may miss it: clear harm. */
    private static final double HARM = 2;

    /** More would not be told from chance by any test. */
    private static final double TOLD = 0.9;

    /**
     * Share of requests that miss a goal by which it is clearly broken, in a trial and after it.
     */
    public static double clearlyMissed(double mayMiss) {
        double most = Math.min(TOLD, (1 + mayMiss) / 2);
        return Math.max(mayMiss, Math.min(most, HARM * mayMiss));
    }

    public boolean any() {
        return latency.isPresent() || answered.isPresent();
    }

    /** Without a latency nobody would notice that a step up was one too far. */
    double most() {
        return latency.isPresent() ? Math.max(start, MOST) : start;
    }

    long belowNanos() {
        return latency.map(LatencyGoal::belowNanos).orElse(0L);
    }
}
