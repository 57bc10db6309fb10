package dev.ebb.xds;

import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** All resources as they are to be now, for each kind of data plane. Not for several threads. */
final class Store {
    /** Those that have a listener of their own. */
    private static final List<Flavor> PROXIES = List.of(Flavor.ENVOY, Flavor.EBB);

    private final Map<Flavor, Map<ResourceType, Map<String, Resource>>> resources =
            new EnumMap<>(Flavor.class);
    private final Map<ServiceName, EndpointSnapshot> snapshots = new HashMap<>();
    private final Map<ServiceName, Set<InstanceId>> ejected = new HashMap<>();

    /** Services that nothing is said of yet: their data planes go on with what they have. */
    private final Set<String> held = new HashSet<>();

    private List<XdsService> services = List.of();

    Store(XdsSettings settings) {
        for (Flavor flavor : Flavor.values()) {
            Map<ResourceType, Map<String, Resource>> types = new EnumMap<>(ResourceType.class);
            for (ResourceType type : ResourceType.values()) {
                types.put(type, new LinkedHashMap<>());
            }
            resources.put(flavor, types);
        }
        for (Flavor proxy : PROXIES) {
            put(proxy, ResourceType.LISTENER, ListenerResources.envoy(settings.proxy()));
        }
        serve(settings.services());
    }

    /** Takes in which services there are; those that stay are told of as before. */
    void serve(List<XdsService> next) {
        Set<ServiceName> there = next.stream().map(XdsService::name).collect(Collectors.toSet());
        services.stream().filter(s -> !there.contains(s.name())).forEach(this::drop);
        for (XdsService service : next) {
            if (services.stream().noneMatch(s -> s.name().equals(service.name()))) {
                held.add(service.name().value());
            }
            for (Flavor flavor : Flavor.values()) {
                put(flavor, ResourceType.CLUSTER, ClusterResources.of(flavor, service));
            }
            put(Flavor.GRPC, ResourceType.LISTENER, ListenerResources.grpc(service));
            put(Flavor.GRPC, ResourceType.ROUTE, RouteResources.grpc(service));
        }
        services = List.copyOf(next);
        PROXIES.forEach(p -> put(p, ResourceType.ROUTE, RouteResources.envoy(services)));
    }

    private void drop(XdsService service) {
        String name = service.name().value();
        for (Flavor flavor : Flavor.values()) {
            of(flavor, ResourceType.CLUSTER).remove(name);
            of(flavor, ResourceType.ENDPOINT).remove(name);
        }
        of(Flavor.GRPC, ResourceType.LISTENER).remove(name);
        of(Flavor.GRPC, ResourceType.ROUTE).remove(name);
        held.remove(name);
        snapshots.remove(service.name());
        ejected.remove(service.name());
    }

    List<XdsService> services() {
        return services;
    }

    private boolean knows(ServiceName name) {
        return services.stream().anyMatch(s -> s.name().equals(name));
    }

    private void put(Flavor flavor, ResourceType type, Resource resource) {
        of(flavor, type).put(resource.name(), resource);
    }

    private Map<String, Resource> of(Flavor flavor, ResourceType type) {
        return Objects.requireNonNull(Objects.requireNonNull(resources.get(flavor)).get(type));
    }

    /**
     * Takes in a snapshot; nothing is told before a service has once had an instance that may be
     * picked, so that a start of Ebb empties nothing.
     */
    void publish(EndpointSnapshot snapshot) {
        ServiceName service = snapshot.service();
        if (!knows(service)) {
            return;
        }
        snapshots.put(service, snapshot);
        boolean some = snapshot.endpoints().stream().anyMatch(e -> e.role() == EndpointRole.ACTIVE);
        if (some) {
            held.remove(service.value());
        }
        render(service);
    }

    /** Takes in which instances Ebb's own checks have ejected; returns whether that is news. */
    boolean eject(ServiceName service, Set<InstanceId> instances) {
        if (!knows(service) || ejected.getOrDefault(service, Set.of()).equals(instances)) {
            return false;
        }
        ejected.put(service, Set.copyOf(instances));
        render(service);
        return true;
    }

    private void render(ServiceName service) {
        EndpointSnapshot snapshot = snapshots.get(service);
        if (snapshot == null || held.contains(service.value())) {
            return;
        }
        Set<InstanceId> unwell = ejected.getOrDefault(service, Set.of());
        for (Flavor flavor : Flavor.values()) {
            put(flavor, ResourceType.ENDPOINT, EndpointResources.of(flavor, snapshot, unwell));
        }
    }

    Optional<Resource> find(Flavor flavor, ResourceType type, String name) {
        return Optional.ofNullable(of(flavor, type).get(name));
    }

    Collection<Resource> all(Flavor flavor, ResourceType type) {
        return of(flavor, type).values();
    }

    /** It is not there now, and will be: nobody may conclude that it is gone. */
    boolean isHeld(ResourceType type, String name) {
        return type == ResourceType.ENDPOINT && held.contains(name);
    }

    Optional<EndpointSnapshot> snapshot(ServiceName service) {
        return Optional.ofNullable(snapshots.get(service));
    }
}
