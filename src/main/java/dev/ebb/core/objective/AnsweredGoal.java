package dev.ebb.core.objective;

import java.time.Duration;

/**
 * That a share of the requests is answered: neither failed nor refused for want of room. Immutable.
 *
 * @param share of all that come, above 0 and below 1
 * @param over the time over which it is counted
 */
public record AnsweredGoal(double share, Duration over) {
    public static final Duration OVER = Duration.ofDays(1);

    public AnsweredGoal {
        if (!(share > 0 && share < 1) || !over.isPositive()) {
            throw new IllegalArgumentException("no share of answers: " + share + " over " + over);
        }
    }

    /** Share of the requests that may stay without an answer: the error budget. */
    public double mayMiss() {
        return 1 - share;
    }
}
