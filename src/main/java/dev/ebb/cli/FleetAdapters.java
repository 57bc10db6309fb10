package dev.ebb.cli;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.gateway.GatewayService;
import dev.ebb.gateway.Protocol;
import dev.ebb.gateway.Route;
import dev.ebb.gateway.RouteMatch;
import dev.ebb.gateway.RouteTimeouts;
import dev.ebb.xds.Fleet;
import dev.ebb.xds.XdsRoute;
import dev.ebb.xds.XdsService;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What came over xDS, as the gateway knows it. Pure. */
final class FleetAdapters {
    private FleetAdapters() {}

    static List<GatewayService> services(Fleet fleet, BalancePolicy policy) {
        return fleet.services().stream().map(s -> service(s, policy)).toList();
    }

    private static GatewayService service(XdsService service, BalancePolicy policy) {
        return new GatewayService(
                        service.name(),
                        service.routes().stream().map(FleetAdapters::route).toList(),
                        policy)
                .withProtocol(service.http2() ? Protocol.HTTP2 : Protocol.HTTP1)
                .withLoadReports(service.reported());
    }

    private static Route route(XdsRoute route) {
        RouteMatch.Scheme scheme =
                route.scheme()
                        .map(s -> RouteMatch.Scheme.valueOf(s.toUpperCase(Locale.ROOT)))
                        .orElse(RouteMatch.Scheme.ANY);
        return new Route(
                new RouteMatch(
                        scheme,
                        route.host(),
                        route.path(),
                        Set.copyOf(route.methods()),
                        route.headers()),
                route.rewrite(),
                new RouteTimeouts(
                        route.timeout(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }
}
