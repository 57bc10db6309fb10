package dev.ebb.balance;

import dev.ebb.core.InstanceId;
import java.util.Optional;

/**
 * One instance as the balancer sees it.
 *
 * @param weight relative share for weighted strategies, above 0; 1 when nothing better is known
 * @param rampFromNanos monotonic time at which its slow start began; {@link #NO_RAMP} for none
 * @param zone of the hosts that fail together; empty when all are in one, or that is not known
 */
public record Endpoint(
        InstanceId id,
        String host,
        int port,
        EndpointRole role,
        double weight,
        long rampFromNanos,
        Optional<String> zone) {

    /** It takes its full share at once. */
    public static final long NO_RAMP = Long.MIN_VALUE;

    /** One of whose zone nothing is known. */
    public Endpoint(
            InstanceId id,
            String host,
            int port,
            EndpointRole role,
            double weight,
            long rampFromNanos) {
        this(id, host, port, role, weight, rampFromNanos, Optional.empty());
    }

    public Endpoint in(String where) {
        return new Endpoint(id, host, port, role, weight, rampFromNanos, Optional.of(where));
    }

    public Endpoint {
        if (!(weight > 0)) {
            throw new IllegalArgumentException("a weight is above 0: " + weight);
        }
    }
}
