package dev.ebb.cli;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.console.MetricsServer;
import dev.ebb.console.PlaneFigures;
import dev.ebb.console.View;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.Health;
import dev.ebb.core.Now;
import dev.ebb.core.TrafficReading;
import dev.ebb.gateway.Gateway;
import dev.ebb.gateway.GatewayStats;
import dev.ebb.xds.XdsClient;
import dev.ebb.xds.XdsClientSettings;
import dev.ebb.xds.XdsKnowledge;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code ebb gateway} shows of itself: its own figures, and what it was told over xDS. It
 * shows that before it listens, too. Safe for use by several threads.
 */
final class GatewayPlane implements MetricsServer.Plane {
    private final long startedWallMillis = System.currentTimeMillis();
    private final XdsClientSettings ebb;
    private final XdsClient client;
    private volatile Optional<Gateway> gateway = Optional.empty();
    private volatile boolean ending;

    GatewayPlane(XdsClientSettings ebb, XdsClient client) {
        this.ebb = ebb;
        this.client = client;
    }

    /** It listens. */
    void serves(Gateway opened) {
        gateway = Optional.of(opened);
    }

    void ends() {
        ending = true;
    }

    @Override
    public PlaneFigures figures() {
        XdsKnowledge known = client.knowledge();
        var now = new Now(System.nanoTime(), System.currentTimeMillis());
        List<PlaneFigures.Endpoint> endpoints = new ArrayList<>();
        List<PlaneFigures.Known> services = new ArrayList<>();
        for (XdsKnowledge.Service service : known.services()) {
            EndpointSnapshot snapshot = service.snapshot();
            var report = gateway.map(open -> open.report(snapshot.service(), now));
            snapshot.endpoints().forEach(e -> endpoints.add(endpoint(e, report, now)));
            services.add(
                    new PlaneFigures.Known(
                            snapshot.service().value(),
                            snapshot.generation(),
                            report.map(EndpointSink.Report::acknowledgedGeneration).orElse(0L),
                            service.version(),
                            seconds(service.changedNanos(), now)));
        }
        Optional<GatewayStats> stats = gateway.map(Gateway::stats);
        var control =
                new PlaneFigures.Control(
                        Wiring.text(ebb.ebb()),
                        ebb.node(),
                        known.connected(),
                        known.heardNanos().stream()
                                .mapToObj(nanos -> seconds(nanos, now))
                                .findFirst(),
                        known.lost(),
                        known.refused(),
                        services);
        return AdminPage.figures(
                startedWallMillis,
                stats,
                stats.map(GatewayPlane::traffic).orElse(Map.of()),
                endpoints,
                Optional.of(control));
    }

    /** To the millisecond, and not below 0 for what came meanwhile. */
    private static double seconds(long sinceNanos, Now now) {
        long millis = Math.max(0, now.monotonicNanos() - sinceNanos) / 1_000_000;
        return millis / 1e3;
    }

    private static PlaneFigures.Endpoint endpoint(
            Endpoint endpoint, Optional<EndpointSink.Report> report, Now now) {
        var of = report.map(r -> r.endpoints().get(endpoint.id()));
        return new PlaneFigures.Endpoint(
                endpoint.id().service().value(),
                endpoint.id().toString(),
                endpoint.host() + ":" + endpoint.port(),
                endpoint.role().name(),
                of.map(EndpointSink.EndpointReport::health).orElse(Health.UNKNOWN),
                of.map(EndpointSink.EndpointReport::traffic)
                        .orElseGet(() -> TrafficReading.none(now.monotonicNanos())));
    }

    private static Map<String, View.Traffic> traffic(GatewayStats stats) {
        Map<String, View.Traffic> traffic = new HashMap<>();
        stats.services().forEach((name, t) -> traffic.put(name.value(), Wiring.traffic(t)));
        traffic.put("", Wiring.traffic(stats.unrouted()));
        return traffic;
    }

    /** It lives as long as it answers: without Ebb it goes on, and so is well. */
    @Override
    public Optional<String> trouble() {
        return Optional.empty();
    }

    @Override
    public Optional<String> notReady() {
        if (ending) {
            return Optional.of("it is ending");
        }
        if (gateway.isEmpty()) {
            return Optional.of("it waits for Ebb at " + Wiring.text(ebb.ebb()));
        }
        return figures().anyUsable()
                ? Optional.empty()
                : Optional.of("no instance of any service may be picked");
    }

    @Override
    public String about() {
        return "Ebb's gateway %s, told by Ebb at %s.".formatted(ebb.node(), Wiring.text(ebb.ebb()));
    }
}
