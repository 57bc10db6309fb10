package dev.ebb.xds;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.core.InstanceId;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * EDS as endpoints: {@link EndpointResources} the other way round. What Ebb's own checks have
 * ejected is not picked here either. Pure.
 */
final class EndpointReader {
    private EndpointReader() {}

    /**
     * @param ramps when the slow starts that are known of began, on this machine's clock
     */
    static List<Endpoint> read(
            ClusterLoadAssignment from, Map<InstanceId, Long> ramps, long nowNanos)
            throws BadResource {
        List<Endpoint> endpoints = new ArrayList<>();
        for (LocalityLbEndpoints locality : from.getEndpointsList()) {
            for (LbEndpoint one : locality.getLbEndpointsList()) {
                Endpoint read = endpoint(one, ramps, nowNanos);
                String zone = locality.getLocality().getZone();
                endpoints.add(zone.equals(EndpointResources.ZONE) ? read : read.in(zone));
            }
        }
        return endpoints;
    }

    private static Endpoint endpoint(LbEndpoint from, Map<InstanceId, Long> ramps, long nowNanos)
            throws BadResource {
        SocketAddress at = from.getEndpoint().getAddress().getSocketAddress();
        EndpointLabels labels =
                EndpointLabels.read(from.getMetadata())
                        .orElseThrow(() ->
                                new BadResource(
                                        "the endpoint %s:%d does not say which instance it is"
                                                .formatted(at.getAddress(), at.getPortValue())));
        boolean unwell = from.getHealthStatus() == HealthStatus.UNHEALTHY;
        double weight = from.getLoadBalancingWeight().getValue();
        return new Endpoint(
                labels.id(),
                at.getAddress(),
                at.getPortValue(),
                unwell ? EndpointRole.PARKED : labels.role(),
                weight > 0 ? weight / EndpointResources.WEIGHT_UNIT : 1,
                labels.ramps() ? ramps.getOrDefault(labels.id(), nowNanos) : Endpoint.NO_RAMP);
    }
}
