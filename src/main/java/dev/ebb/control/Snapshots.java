package dev.ebb.control;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.Instance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.ServiceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the data planes are told of a service's state. Pure. */
final class Snapshots {
    private Snapshots() {}

    /**
     * @param addresses of all instances; one without an address is left out
     * @param weights by instance; 1 where there is none
     */
    static EndpointSnapshot of(
            ServiceState state,
            Map<InstanceId, LaunchIntent> addresses,
            Map<InstanceId, Double> weights) {
        List<Endpoint> endpoints = new ArrayList<>(state.instances().size());
        for (Instance instance : state.instances()) {
            LaunchIntent address = addresses.get(instance.id());
            Optional<EndpointRole> role = role(instance);
            if (address != null && role.isPresent()) {
                boolean ramps = instance.lifecycle() == Lifecycle.WARMING;
                endpoints.add(
                        new Endpoint(
                                instance.id(),
                                address.host(),
                                address.port(),
                                role.get(),
                                weights.getOrDefault(instance.id(), 1.0),
                                ramps ? instance.sinceNanos() : Endpoint.NO_RAMP));
            }
        }
        return new EndpointSnapshot(state.name(), state.generation(), endpoints);
    }

    /** A starting instance is checked, and not picked before its first good check. */
    private static Optional<EndpointRole> role(Instance instance) {
        return switch (instance.lifecycle()) {
            case WARMING, SERVING -> Optional.of(EndpointRole.ACTIVE);
            case STARTING, PARKING, PARKED -> Optional.of(EndpointRole.PARKED);
            case DRAINING -> Optional.of(EndpointRole.DRAINING);
            case FAILED ->
                    instance.exited() ? Optional.empty() : Optional.of(EndpointRole.DRAINING);
            case STOPPING, GONE -> Optional.empty();
        };
    }
}
