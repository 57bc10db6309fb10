package dev.ebb.cli;

import dev.ebb.console.MetricsServer;
import dev.ebb.console.ProxyFigures;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.gateway.Gateway;
import dev.ebb.gateway.GatewayStats;
import dev.ebb.gateway.StaticGateway;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What {@code ebb proxy} shows of itself on a loopback address, if it was asked to. */
record ProxyPage(Optional<MetricsServer> server) implements AutoCloseable {
    static final ProxyPage NONE = new ProxyPage(Optional.empty());

    /**
     * @param endpoints in the order in which the gateway was given them
     * @throws Failure when it cannot listen there
     */
    static ProxyPage open(
            InetSocketAddress address, Gateway gateway, List<InetSocketAddress> endpoints) {
        long started = System.currentTimeMillis();
        try {
            var server = MetricsServer.start(address, () -> figures(gateway, endpoints, started));
            return new ProxyPage(Optional.of(server));
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "--admin: " + e.getMessage());
        }
    }

    Optional<InetSocketAddress> address() {
        return server.map(MetricsServer::address);
    }

    private static ProxyFigures figures(
            Gateway gateway, List<InetSocketAddress> addresses, long startedWallMillis) {
        var now = new Now(System.nanoTime(), System.currentTimeMillis());
        GatewayStats stats = gateway.stats();
        EndpointSink.Report report = gateway.report(StaticGateway.SERVICE, now);
        List<ProxyFigures.Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            var of = report.endpoints().get(new InstanceId(StaticGateway.SERVICE, i + 1));
            if (of != null) {
                endpoints.add(
                        new ProxyFigures.Endpoint(
                                Wiring.text(addresses.get(i)),
                                of.health() != Health.EJECTED,
                                of.traffic()));
            }
        }
        GatewayStats.Connections c = stats.connections();
        return new ProxyFigures(
                BuildInfo.load().version(),
                startedWallMillis,
                Wiring.traffic(stats.total()),
                endpoints,
                c.clientsOpened() - c.clientsClosed(),
                c.upstreamOpened() - c.upstreamClosed());
    }

    @Override
    public void close() {
        server.ifPresent(MetricsServer::close);
    }
}
