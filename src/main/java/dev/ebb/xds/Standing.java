package dev.ebb.xds;

import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;
import java.util.List;
import java.util.Map;

/**
 * Where the data planes stand with one service.
 *
 * @param acknowledged the newest generation that all have; {@code Long.MAX_VALUE} for no data plane
 * @param inFlight over all of them; at least 1 where it is not known to be 0
 * @param standIns what took the place of knowledge in the two
 */
record Standing(long acknowledged, Map<InstanceId, Long> inFlight, List<Reason> standIns) {
    Standing {
        inFlight = Map.copyOf(inFlight);
        standIns = List.copyOf(standIns);
    }
}
