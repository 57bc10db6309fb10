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
