package dev.ebb.cli;

import dev.ebb.console.MetricsServer;
import dev.ebb.console.PlaneFigures;
import dev.ebb.console.ProbeServer;
import dev.ebb.console.ScrapeServer;
import dev.ebb.console.View;
import dev.ebb.gateway.Gateway;
import dev.ebb.gateway.GatewayStats;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a gateway without control shows itself, as far as it was asked to. */
record AdminPage(Optional<MetricsServer> server, Ports ports) implements AutoCloseable {
    static final AdminPage NONE = new AdminPage(Optional.empty(), new Ports());

    /**
     * @throws Failure when it cannot listen there
     */
    static AdminPage open(GatewayOptions.Shown where, MetricsServer.Plane plane) {
        Ports ports = ports(where, plane);
        try {
            return new AdminPage(where.admin().map(at -> server(at, plane)), ports);
        } catch (Failure e) {
            ports.close();
            throw e;
        }
    }

    private static Ports ports(GatewayOptions.Shown where, MetricsServer.Plane plane) {
        var ports = new Ports();
        where.probePort()
                .ifPresent(port ->
                        ports.open(
                                "--probe-port",
                                port,
                                at ->
                                        ProbeServer.start(at, plane::trouble, plane::notReady)
                                                ::close));
        where.metricsPort()
                .ifPresent(port ->
                        ports.open(
                                "--metrics-port",
                                port,
                                at -> ScrapeServer.start(at, plane)::close));
        return ports;
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
        ports.close();
    }
}
