package dev.ebb.config;

import dev.ebb.config.RouteConfig.Match;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sees to it that no two routes take the very same requests. For one thread. */
final class RouteOwners {
    private static final String GATEWAY = "";
    private static final String ANOTHER = "give one of them another 'host' or 'path'";

    private final Map<Match, String> owners = new HashMap<>();

    /** A route of a service. */
    void claim(String service, Match match, Place place, Problems problems) {
        String other = owners.putIfAbsent(match, service);
        if (other == null) {
            return;
        }
        String what = match.describe();
        problems.error(
                place,
                other.equals(service)
                        ? "'%s' has this route twice (%s); remove one".formatted(service, what)
                        : "'%s' has the route of '%s' (%s); ".formatted(service, other, what)
                                + ANOTHER);
    }

    /** The gateway's own routes, against those of the services, which are told apart already. */
    static void check(
            List<Placed<FixedRouteConfig>> fixed, List<ServiceConfig> services, Problems problems) {
        var all = new RouteOwners();
        services.forEach(service ->
                service.routes()
                        .forEach(route -> all.owners.put(route.match(), service.name().value())));
        for (Placed<FixedRouteConfig> route : fixed) {
            Match match = route.value().match();
            String other = all.owners.putIfAbsent(match, GATEWAY);
            if (other != null) {
                problems.error(
                        route.place(),
                        "%s (%s); "
                                        .formatted(
                                                other.equals(GATEWAY)
                                                        ? "this route is here twice"
                                                        : "this is the route of '" + other + "'",
                                                match.describe())
                                + ANOTHER);
            }
        }
    }
}
