package dev.ebb.xds;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** RDS as routes of services: {@link RouteResources} the other way round. Pure. */
final class RouteReader {
    private static final String ANY = "*";
    private static final String QUOTE = "\\Q";
    private static final String UNQUOTE = "\\E";

    private record Owned(String cluster, XdsRoute route) {}

    private RouteReader() {}

    /** Routes by service. What is for any host is repeated for each, and counts once. */
    static Map<String, List<XdsRoute>> read(RouteConfiguration from) throws BadResource {
        Set<Owned> all = new LinkedHashSet<>();
        for (VirtualHost host : from.getVirtualHostsList()) {
            if (host.getDomainsList().contains(ANY)) {
                all.addAll(routes(host, Optional.empty()));
            }
        }
        Set<Owned> any = Set.copyOf(all);
        for (VirtualHost host : from.getVirtualHostsList()) {
            if (host.getDomainsList().contains(ANY) || host.getDomainsCount() == 0) {
                continue;
            }
            List<Owned> plain = routes(host, Optional.empty());
            List<Owned> named = routes(host, Optional.of(host.getDomains(0)));
            for (int i = 0; i < plain.size(); i++) {
                if (!any.contains(plain.get(i))) {
                    all.add(named.get(i));
                }
            }
        }
        Map<String, List<XdsRoute>> routes = new HashMap<>();
        for (Owned one : all) {
            routes.computeIfAbsent(one.cluster(), c -> new ArrayList<>()).add(one.route());
        }
        return routes;
    }

    private static List<Owned> routes(VirtualHost of, Optional<String> host) throws BadResource {
        List<Owned> routes = new ArrayList<>();
        for (Route route : of.getRoutesList()) {
            if (!route.hasRoute() || route.getRoute().getCluster().isEmpty()) {
                throw new BadResource(
                        "a route of '%s' leads to no cluster".formatted(of.getName()));
            }
            routes.add(new Owned(route.getRoute().getCluster(), route(route, host)));
        }
        return routes;
    }

    private static XdsRoute route(Route route, Optional<String> host) throws BadResource {
        Optional<String> scheme = Optional.empty();
        List<String> methods = List.of();
        Map<String, Optional<String>> fields = new HashMap<>();
        for (HeaderMatcher header : route.getMatch().getHeadersList()) {
            switch (header.getName()) {
                case ":method" -> methods = methods(header);
                case ":scheme" -> scheme = Optional.of(header.getStringMatch().getExact());
                default -> fields.put(header.getName(), value(header));
            }
        }
        Duration timeout =
                Duration.ofSeconds(
                        route.getRoute().getTimeout().getSeconds(),
                        route.getRoute().getTimeout().getNanos());
        return new XdsRoute(
                scheme,
                host,
                path(route.getMatch()),
                methods,
                fields,
                rewrite(route.getRoute()),
                Optional.of(timeout));
    }

    private static String path(RouteMatch match) throws BadResource {
        return switch (match.getPathSpecifierCase()) {
            case PATH_SEPARATED_PREFIX -> match.getPathSeparatedPrefix();
            case PREFIX -> {
                if (!match.getPrefix().equals("/")) {
                    throw new BadResource(
                            "the prefix '%s' is none of whole segments"
                                    .formatted(match.getPrefix()));
                }
                yield "/";
            }
            default ->
                    throw new BadResource(
                            "a path is matched by %s".formatted(match.getPathSpecifierCase()));
        };
    }

    private static List<String> methods(HeaderMatcher header) throws BadResource {
        String any = header.getStringMatch().getSafeRegex().getRegex();
        if (!any.startsWith(QUOTE) || !any.endsWith(UNQUOTE)) {
            throw new BadResource("methods are matched by '%s'".formatted(any));
        }
        String inner = any.substring(QUOTE.length(), any.length() - UNQUOTE.length());
        return List.of(inner.split(Pattern.quote(UNQUOTE + "|" + QUOTE), -1));
    }

    private static Optional<String> value(HeaderMatcher header) throws BadResource {
        if (header.getPresentMatch()) {
            return Optional.empty();
        }
        if (!header.getStringMatch().hasExact()) {
            throw new BadResource(
                    "the field '%s' is matched neither by its value nor by its presence"
                            .formatted(header.getName()));
        }
        return Optional.of(header.getStringMatch().getExact());
    }

    private static Optional<String> rewrite(RouteAction action) {
        if (action.hasRegexRewrite()) {
            String into = action.getRegexRewrite().getSubstitution().replace("\\\\", "\\");
            return Optional.of(into.length() > 1 ? into.substring(0, into.length() - 1) : "/");
        }
        return Optional.of(action.getPrefixRewrite()).filter(into -> !into.isEmpty());
    }
}
