package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whose the EndpointSlices of a Service are. Of two ServiceScales that park by those of the same
 * one, the older has them: each would take away the other's endpoints. Pure; the same in each
 * replica.
 *
 * @param refused why a ServiceScale does not have those that it names, by its uid
 */
record SliceOwners(Map<String, Hold> refused) {
    SliceOwners {
        refused = Map.copyOf(refused);
    }

    /**
     * @param specs the oldest first
     */
    static SliceOwners of(List<ScaleSpec> specs) {
        Map<String, Hold> refused = new HashMap<>();
        Map<String, ScaleSpec> owners = new HashMap<>();
        Set<Target> targets = new HashSet<>();
        for (ScaleSpec spec : specs) {
            // One whose workload is another's does nothing at all.
            boolean own = spec.target().filter(targets::add).isPresent();
            if (!own || !(spec.park() instanceof Park.Slices(String service))) {
                continue;
            }
            ScaleSpec owner = owners.computeIfAbsent(spec.namespace() + "/" + service, _ -> spec);
            if (!owner.uid().equals(spec.uid())) {
                refused.put(spec.uid(), taken(owner.name(), service));
            }
        }
        return new SliceOwners(refused);
    }

    Optional<Hold> hold(ScaleSpec spec) {
        return Optional.ofNullable(refused.get(spec.uid()));
    }

    private static Hold taken(String owner, String service) {
        return new Hold(
                Reason.of(
                        "service_taken",
                        "the ServiceScale %s writes the EndpointSlices of the Service %s"
                                .formatted(owner, service)),
                "another Service in spec.service");
    }
}
