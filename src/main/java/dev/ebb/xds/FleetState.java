package dev.ebb.xds;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.ebb.core.ServiceName;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.*;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Clusters, the listener and its routes, as far as they have come. Immutable.
 *
 * @param clusters without their routes, by name
 * @param routes by cluster
 */
record FleetState(
        Map<String, XdsService> clusters,
        Optional<InetSocketAddress> listener,
        Optional<Map<String, List<XdsRoute>>> routes) {
    static final FleetState NONE = new FleetState(Map.of(), Optional.empty(), Optional.empty());

    FleetState {
        clusters = Map.copyOf(clusters);
    }

    /** What there is once this is added or replaced, and that is gone. */
    FleetState with(ResourceType type, Map<String, Any> changed, Set<String> removed)
            throws BadResource {
        return switch (type) {
            case CLUSTER -> {
                Map<String, XdsService> next = new HashMap<>(clusters);
                next.keySet().removeAll(removed);
                for (Any body : changed.values()) {
                    XdsService read = cluster(unpack(body, Cluster.class));
                    next.put(read.name().value(), read);
                }
                yield new FleetState(next, listener, routes);
            }
            case LISTENER -> {
                Any body = changed.get(ListenerResources.ENVOY_NAME);
                yield body == null
                        ? this
                        : new FleetState(
                                clusters,
                                Optional.of(listener(unpack(body, Listener.class))),
                                routes);
            }
            case ROUTE -> {
                Any body = changed.get(ListenerResources.ENVOY_NAME);
                yield body == null
                        ? this
                        : new FleetState(
                                clusters,
                                listener,
                                Optional.of(
                                        RouteReader.read(unpack(body, RouteConfiguration.class))));
            }
            case ENDPOINT -> this;
        };
    }

    static <M extends Message> M unpack(Any body, Class<M> as) throws BadResource {
        try {
            return body.unpack(as);
        } catch (InvalidProtocolBufferException e) {
            throw new BadResource("no %s: %s".formatted(as.getSimpleName(), e.getMessage()));
        }
    }

    private static XdsService cluster(Cluster cluster) throws BadResource {
        String name = cluster.getName();
        if (!ServiceName.isValid(name)) {
            throw new BadResource("'%s' is no name of a service".formatted(name));
        }
        return new XdsService(
                        new ServiceName(name),
                        List.of(),
                        cluster.containsTypedExtensionProtocolOptions(
                                ClusterResources.HTTP_OPTIONS),
                        Duration.ofSeconds(
                                cluster.getConnectTimeout().getSeconds(),
                                cluster.getConnectTimeout().getNanos()))
                .withReported(cluster.getLrsReportEndpointMetricsCount() > 0);
    }

    private static InetSocketAddress listener(Listener listener) throws BadResource {
        if (listener.getFilterChainsCount() == 0
                || listener.getFilterChains(0).getFiltersCount() == 0) {
            throw new BadResource("the listener has no filter chain with a filter");
        }
        HttpConnectionManager manager =
                unpack(
                        listener.getFilterChains(0).getFilters(0).getTypedConfig(),
                        HttpConnectionManager.class);
        if (!manager.getRds().getRouteConfigName().equals(ListenerResources.ENVOY_NAME)) {
            throw new BadResource("the listener's routes are not Ebb's");
        }
        SocketAddress at = listener.getAddress().getSocketAddress();
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(at.getAddress()), at.getPortValue());
        } catch (IllegalArgumentException e) {
            throw new BadResource(
                    "the listener's address is none: '%s', port %d"
                            .formatted(at.getAddress(), at.getPortValue()));
        }
    }

    /** Empty as long as a part is missing. A cluster without routes gets no requests. */
    Optional<Fleet> fleet() {
        if (clusters.isEmpty() || listener.isEmpty() || routes.isEmpty()) {
            return Optional.empty();
        }
        Map<String, List<XdsRoute>> owned = routes.get();
        List<XdsService> services =
                new TreeMap<>(clusters)
                        .values().stream()
                                .map(c ->
                                        new XdsService(
                                                        c.name(),
                                                        owned.getOrDefault(
                                                                c.name().value(), List.of()),
                                                        c.http2(),
                                                        c.connect())
                                                .withReported(c.reported()))
                                .toList();
        return Optional.of(new Fleet(services, listener.get()));
    }
}
