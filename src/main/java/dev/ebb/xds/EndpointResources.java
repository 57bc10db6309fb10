package dev.ebb.xds;

import com.google.protobuf.UInt32Value;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.InstanceId;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A snapshot as EDS. Pure. */
final class EndpointResources {
    /** Of instances whose zone is not known: those of this machine. */
    static final String ZONE = "local";

    /**
     * Else what is parked in a zone would weigh the zone down twice: it is not in the sum of the
     * weights that is the zone's, and the data plane scales that by the part that is healthy.
     */
    private static final UInt32Value ANY_HEALTHY_IS_ALL = UInt32Value.of(100_000);

    /** Weights are whole numbers there; 1 becomes this. */
    static final int WEIGHT_UNIT = 100;

    private static final int WEIGHT_MAX = 100_000;

    private EndpointResources() {}

    /**
     * @param ejected the instances that Ebb's own checks have taken out of rotation
     */
    static Resource of(Flavor flavor, EndpointSnapshot snapshot, Set<InstanceId> ejected) {
        List<Endpoint> endpoints =
                snapshot.endpoints().stream().sorted(Comparator.comparing(Endpoint::id)).toList();
        boolean panic =
                endpoints.stream()
                        .filter(e -> e.role() == EndpointRole.ACTIVE)
                        .allMatch(e -> ejected.contains(e.id()));
        Set<InstanceId> unwell = panic ? Set.of() : ejected;
        String name = snapshot.service().value();
        var assignment = ClusterLoadAssignment.newBuilder().setClusterName(name);
        if (flavor == Flavor.GRPC) {
            for (Endpoint endpoint : endpoints) {
                assignment.addEndpoints(
                        locality(
                                        endpoint.zone().orElse(ZONE),
                                        endpoint.id().toString(),
                                        weight(endpoint))
                                .addLbEndpoints(endpoint(endpoint, WEIGHT_UNIT, unwell)));
            }
        } else {
            assignment.setPolicy(
                    ClusterLoadAssignment.Policy.newBuilder()
                            .setOverprovisioningFactor(ANY_HEALTHY_IS_ALL));
            Map<String, List<Endpoint>> zones = new TreeMap<>();
            endpoints.forEach(e ->
                    zones.computeIfAbsent(e.zone().orElse(ZONE), z -> new ArrayList<>()).add(e));
            zones.forEach((zone, all) -> assignment.addEndpoints(zone(flavor, zone, all, unwell)));
        }
        Set<InstanceId> closed = new HashSet<>();
        endpoints.stream()
                .filter(e -> e.role() != EndpointRole.ACTIVE)
                .forEach(e -> closed.add(e.id()));
        return Resource.of(name, assignment.build(), snapshot.generation(), closed);
    }

    /** Its share is that of its instances that may be picked. */
    private static LocalityLbEndpoints.Builder zone(
            Flavor flavor, String zone, List<Endpoint> endpoints, Set<InstanceId> unwell) {
        int share = 0;
        for (Endpoint e : endpoints) {
            boolean open = e.role() == EndpointRole.ACTIVE && !unwell.contains(e.id());
            share += open ? weight(e) : 0;
        }
        LocalityLbEndpoints.Builder locality = locality(zone, "", Math.max(1, share));
        for (Endpoint e : endpoints) {
            LbEndpoint.Builder one = endpoint(e, weight(e), unwell);
            if (flavor == Flavor.EBB) {
                one.setMetadata(EndpointLabels.of(e));
            }
            locality.addLbEndpoints(one);
        }
        return locality;
    }

    private static int weight(Endpoint endpoint) {
        long scaled = Math.round(endpoint.weight() * WEIGHT_UNIT);
        return Math.clamp(scaled, 1, WEIGHT_MAX);
    }

    private static LocalityLbEndpoints.Builder locality(String zone, String part, int weight) {
        return LocalityLbEndpoints.newBuilder()
                .setLocality(Locality.newBuilder().setZone(zone).setSubZone(part))
                .setLoadBalancingWeight(UInt32Value.of(weight));
    }

    private static LbEndpoint.Builder endpoint(
            Endpoint endpoint, int weight, Set<InstanceId> unwell) {
        return LbEndpoint.newBuilder()
                .setEndpoint(
                        io.envoyproxy.envoy.config.endpoint.v3.Endpoint.newBuilder()
                                .setAddress(address(endpoint.host(), endpoint.port())))
                .setHealthStatus(health(endpoint, unwell))
                .setLoadBalancingWeight(UInt32Value.of(weight));
    }

    private static HealthStatus health(Endpoint endpoint, Set<InstanceId> unwell) {
        if (endpoint.role() != EndpointRole.ACTIVE) {
            return HealthStatus.DRAINING;
        }
        return unwell.contains(endpoint.id()) ? HealthStatus.UNHEALTHY : HealthStatus.HEALTHY;
    }

    static Address address(InetSocketAddress at) {
        return address(at.getAddress().getHostAddress(), at.getPort());
    }

    static Address address(String host, int port) {
        return Address.newBuilder()
                .setSocketAddress(SocketAddress.newBuilder().setAddress(host).setPortValue(port))
                .build();
    }
}
