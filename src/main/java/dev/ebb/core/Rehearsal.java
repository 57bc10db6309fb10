package dev.ebb.core;

import java.util.Map;

/**
 * A removal on trial: what the service was like before, and the totals from which the trial counts.
 * Immutable.
 *
 * @param startedNanos monotonic time at which the whole batch was proven out of rotation
 * @param before latencies in the window before the batch was parked
 * @param failureShareBefore of requests in that window, 0 to 1
 * @param utilizationBefore mean of the binding resource before, 0 to 1
 * @param latencyAtStart the service's cumulative latencies when the trial started
 * @param totalsAtStart each survivor's totals when the trial started
 */
public record Rehearsal(
        long startedNanos,
        LatencyCounts before,
        double failureShareBefore,
        double utilizationBefore,
        LatencyCounts latencyAtStart,
        Map<InstanceId, TrafficReading> totalsAtStart) {

    public Rehearsal {
        totalsAtStart = Map.copyOf(totalsAtStart);
    }
}
