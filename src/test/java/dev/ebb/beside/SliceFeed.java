package dev.ebb.beside;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import dev.ebb.xds.XdsRoute;
import dev.ebb.xds.XdsServer;
import dev.ebb.xds.XdsService;
import dev.ebb.xds.XdsSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an ingress controller does: tells an Envoy of the endpoints that a Service's EndpointSlices
 * offer as ready, at each change, and takes out those that they do not offer any more. It is Ebb's
 * xDS server, so that Envoy has the same listener, route, retries and cluster as beside Ebb; but
 * nobody parks, and nobody asks what was acknowledged.
 */
final class SliceFeed implements AutoCloseable {
    private static final ServiceName SHOP = new ServiceName("shop");
    private static final int PORT = 8080;

    private final XdsServer server;
    private final Map<String, InstanceId> ids = new HashMap<>();
    private long generation;

    /**
     * @param proxy where Envoy is to listen
     */
    SliceFeed(Sight sight, InetSocketAddress listen, InetSocketAddress proxy) throws IOException {
        var route =
                new XdsRoute(
                        Optional.empty(),
                        Optional.empty(),
                        "/",
                        List.of(),
                        Map.of(),
                        Optional.empty(),
                        Optional.empty());
        server =
                XdsServer.start(
                        new XdsSettings(
                                listen,
                                proxy,
                                List.of(
                                        new XdsService(
                                                SHOP,
                                                List.of(route),
                                                false,
                                                Duration.ofSeconds(2))),
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(20),
                                Duration.ofSeconds(1)));
        sight.onSlices(this::publish);
    }

    private synchronized void publish(Set<String> addresses) {
        List<Endpoint> endpoints =
                addresses.stream()
                        .map(address ->
                                new Endpoint(
                                        id(address),
                                        address,
                                        PORT,
                                        EndpointRole.ACTIVE,
                                        1,
                                        Endpoint.NO_RAMP))
                        .toList();
        server.publish(new EndpointSnapshot(SHOP, ++generation, endpoints));
    }

    /** Addresses are not used twice. */
    private InstanceId id(String address) {
        return ids.computeIfAbsent(address, _ -> new InstanceId(SHOP, ids.size() + 1));
    }

    @Override
    public void close() {
        server.close();
    }
}
