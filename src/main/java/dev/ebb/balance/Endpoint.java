package dev.ebb.balance;

import dev.ebb.core.InstanceId;

/**
 * One instance as the balancer sees it.
 *
 * @param weight relative share for weighted strategies, above 0; 1 when nothing better is known
 * @param rampFromNanos monotonic time at which its slow start began; {@link #NO_RAMP} for none
 */
public record Endpoint(
        InstanceId id,
        String host,
        int port,
        EndpointRole role,
        double weight,
        long rampFromNanos) {

    /** It takes its full share at once. */
    public static final long NO_RAMP = Long.MIN_VALUE;

    public Endpoint {
        if (!(weight > 0)) {
            throw new IllegalArgumentException("a weight is above 0: " + weight);
        }
    }
}
