package dev.ebb.cli;

import dev.ebb.console.MetricsServer;
import dev.ebb.console.PlaneFigures;
import dev.ebb.console.ProbeServer;
import dev.ebb.console.View;
import dev.ebb.gateway.Gateway;
import dev.ebb.gateway.GatewayStats;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a gateway without control shows itself, as far as it was asked to. */
record AdminPage(Optional<MetricsServer> server, Optional<ProbeServer> probes)
        implements AutoCloseable {
    static final AdminPage NONE = new AdminPage(Optional.empty(), Optional.empty());

    /**
     * @throws Failure when it cannot listen there
     */
    static AdminPage open(GatewayOptions.Shown where, MetricsServer.Plane plane) {
        if (where.admin().isEmpty() && where.probePort().isEmpty()) {
            return NONE;
        }
        Optional<MetricsServer> server = where.admin().map(at -> server(at, plane));
        try {
            return new AdminPage(server, where.probePort().map(port -> probes(port, plane)));
        } catch (Failure e) {
            server.ifPresent(MetricsServer::close);
            throw e;
        }
    }

    private static MetricsServer server(InetSocketAddress address, MetricsServer.Plane plane) {
        try {
            return MetricsServer.start(address, plane);
        } catch (IOException e) {
            throw new Failure(
                    Exit.FAILED,
                    "--admin: %s cannot be had: %s"
                            .formatted(Wiring.text(address), e.getMessage()));
        }
    }

    private static ProbeServer probes(int port, MetricsServer.Plane plane) {
        try {
            return ProbeServer.start(new InetSocketAddress(port), plane::trouble, plane::notReady);
        } catch (IOException e) {
            throw new Failure(
                    Exit.FAILED,
                    "--probe-port: %d cannot be had: %s".formatted(port, e.getMessage()));
        }
    }

    Optional<InetSocketAddress> address() {
        return server.map(MetricsServer::address);
    }

    /**
     * @param stats the gateway's, once there is one
     */
    static PlaneFigures figures(
            long startedWallMillis,
            Optional<GatewayStats> stats,
            Map<String, View.Traffic> traffic,
            List<PlaneFigures.Endpoint> endpoints,
            Optional<PlaneFigures.Control> control) {
        var none = new GatewayStats.Connections(0, 0, 0, 0);
        GatewayStats.Connections c = stats.map(GatewayStats::connections).orElse(none);
        return new PlaneFigures(
                BuildInfo.load().version(),
                startedWallMillis,
                traffic,
                endpoints,
                c.clientsOpened() - c.clientsClosed(),
                c.upstreamOpened() - c.upstreamClosed(),
                stats.flatMap(GatewayStats::tls).map(Wiring::tls),
                control);
    }

    /** A gateway that is about to end answers what it has, and should get nothing new. */
    static Optional<String> ending(Gateway gateway) {
        return gateway.isClosing() ? Optional.of("it is ending") : Optional.empty();
    }

    @Override
    public void close() {
        server.ifPresent(MetricsServer::close);
        probes.ifPresent(ProbeServer::close);
    }
}
