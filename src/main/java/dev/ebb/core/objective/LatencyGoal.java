package dev.ebb.core.objective;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * That a share of the requests is answered within a time. Immutable.
 *
 * @param quantile that share, above 0 and below 1
 * @param belowNanos that time, from the pick of an instance to the last byte
 */
public record LatencyGoal(double quantile, long belowNanos) {

    public LatencyGoal {
        if (!(quantile > 0 && quantile < 1) || belowNanos <= 0) {
            throw new IllegalArgumentException("no latency: p" + quantile + " < " + belowNanos);
        }
    }

    /** Share of the requests that may take longer. */
    public double mayMiss() {
        return 1 - quantile;
    }

    /** {@code p99}, {@code p99.9}. */
    public String name() {
        BigDecimal percent = BigDecimal.valueOf(quantile).movePointRight(2);
        return "p" + percent.round(new MathContext(9)).stripTrailingZeros().toPlainString();
    }
}
