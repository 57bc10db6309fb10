package dev.ebb.balance;

import dev.ebb.core.ServiceName;
import java.util.List;

/**
 * What control tells the data planes about one service. Immutable, replaced as a whole. Each event
 * loop acknowledges the generation once it picks from nothing older: "all have acknowledged g, and
 * then the sum of in-flight is 0" proves that nothing is on its way to an endpoint parked in g.
 *
 * @param generation grows with every snapshot of this service, from 1
 */
public record EndpointSnapshot(ServiceName service, long generation, List<Endpoint> endpoints) {

    public EndpointSnapshot {
        endpoints = List.copyOf(endpoints);
    }

    public static EndpointSnapshot empty(ServiceName service) {
        return new EndpointSnapshot(service, 0, List.of());
    }
}
