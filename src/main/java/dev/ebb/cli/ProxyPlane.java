package dev.ebb.cli;

import dev.ebb.console.MetricsServer;
import dev.ebb.console.PlaneFigures;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.gateway.Gateway;
import dev.ebb.gateway.StaticGateway;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@code ebb proxy} shows of itself. Safe for use by several threads. */
final class ProxyPlane implements MetricsServer.Plane {
    private final long startedWallMillis = System.currentTimeMillis();
    private final Gateway gateway;
    private final List<InetSocketAddress> addresses;

    /**
     * @param addresses in the order in which the gateway was given them
     */
    ProxyPlane(Gateway gateway, List<InetSocketAddress> addresses) {
        this.gateway = gateway;
        this.addresses = List.copyOf(addresses);
    }

    @Override
    public PlaneFigures figures() {
        var now = new Now(System.nanoTime(), System.currentTimeMillis());
        String service = StaticGateway.SERVICE.value();
        EndpointSink.Report report = gateway.report(StaticGateway.SERVICE, now);
        List<PlaneFigures.Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            var id = new InstanceId(StaticGateway.SERVICE, i + 1);
            var of = report.endpoints().get(id);
            if (of != null) {
                endpoints.add(
                        new PlaneFigures.Endpoint(
                                service,
                                id.toString(),
                                Wiring.text(addresses.get(i)),
                                PlaneFigures.ACTIVE,
                                of.health(),
                                of.traffic()));
            }
        }
        var stats = gateway.stats();
        return AdminPage.figures(
                startedWallMillis,
                Optional.of(stats),
                Map.of(service, Wiring.traffic(stats.total())),
                endpoints,
                Optional.empty());
    }

    @Override
    public Optional<String> trouble() {
        return figures().anyUsable() ? Optional.empty() : Optional.of("no endpoint is healthy");
    }

    @Override
    public Optional<String> notReady() {
        return AdminPage.ending(gateway).or(this::trouble);
    }

    @Override
    public String about() {
        return "Ebb's gateway in front of fixed addresses.";
    }
}
