package dev.ebb.xds;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which request is whose, as RDS. Pure. */
final class RouteResources {
    /** Only what has surely not reached an instance, or was surely not looked at there. */
    private static final String RETRY_ON = "connect-failure,refused-stream,reset-before-request";

    private static final UInt32Value RETRIES = UInt32Value.of(3);

    private record Owned(XdsService service, XdsRoute route) {
        /** A host before none, a longer path before a shorter, more conditions before fewer. */
        static final Comparator<Owned> ORDER =
                Comparator.<Owned>comparingInt(o -> o.route().host().isPresent() ? 0 : 1)
                        .thenComparingInt(o -> -o.route().path().length())
                        .thenComparingInt(o -> -conditions(o.route()));

        private static int conditions(XdsRoute route) {
            return route.headers().size()
                    + (route.methods().isEmpty() ? 0 : 1)
                    + (route.scheme().isEmpty() ? 0 : 1);
        }
    }

    private RouteResources() {}

    /** All routes of all services, for an Envoy's listener. */
    static Resource envoy(List<XdsService> services) {
        List<Owned> all = new ArrayList<>();
        var hosts = new TreeSet<String>();
        for (XdsService service : services) {
            for (XdsRoute route : service.routes()) {
                all.add(new Owned(service, route));
                route.host().ifPresent(hosts::add);
            }
        }
        all.sort(Owned.ORDER);
        var routes = RouteConfiguration.newBuilder().setName(ListenerResources.ENVOY_NAME);
        for (String host : hosts) {
            routes.addVirtualHosts(
                    host(host, all, Optional.of(host)).addDomains(host).addDomains(host + ":*"));
        }
        routes.addVirtualHosts(host("any", all, Optional.empty()).addDomains("*"));
        return Resource.of(ListenerResources.ENVOY_NAME, routes.build());
    }

    /** Those for a host include those for any: there is no way from one host to another. */
    private static VirtualHost.Builder host(String name, List<Owned> all, Optional<String> wanted) {
        var host = VirtualHost.newBuilder().setName(name);
        for (Owned one : all) {
            Optional<String> own = one.route().host();
            if (own.isEmpty() || own.equals(wanted)) {
                host.addAllRoutes(routes(one));
            }
        }
        return host;
    }

    private static List<Route> routes(Owned one) {
        RouteAction.Builder action = action(one);
        RouteMatch.Builder match = match(one.route());
        if (one.route().rewrite().isEmpty()) {
            return List.of(route(match, action));
        }
        String path = stripped(one.route().path());
        String into = stripped(one.route().rewrite().get());
        if (path.isEmpty() || into.isEmpty()) {
            // As a prefix, "/" would leave two slashes, or none.
            action.setRegexRewrite(
                    RegexMatchAndSubstitute.newBuilder()
                            .setPattern(regex("^" + Pattern.quote(path) + "/?"))
                            .setSubstitution(into.replace("\\", "\\\\") + "/"));
        } else {
            action.setPrefixRewrite(into);
        }
        return List.of(route(match, action));
    }

    private static Route route(RouteMatch.Builder match, RouteAction.Builder action) {
        return Route.newBuilder().setMatch(match).setRoute(action).build();
    }

    private static RouteAction.Builder action(Owned one) {
        return RouteAction.newBuilder()
                .setCluster(one.service().name().value())
                .setTimeout(ClusterResources.duration(one.route().timeout().orElse(Duration.ZERO)))
                .addAllHashPolicy(HashPolicies.of(one.service()))
                .setRetryPolicy(
                        RetryPolicy.newBuilder().setRetryOn(RETRY_ON).setNumRetries(RETRIES));
    }

    private static RouteMatch.Builder match(XdsRoute route) {
        var match = RouteMatch.newBuilder();
        String path = stripped(route.path());
        if (path.isEmpty()) {
            match.setPrefix("/");
        } else {
            match.setPathSeparatedPrefix(path);
        }
        if (!route.methods().isEmpty()) {
            String any =
                    route.methods().stream().map(Pattern::quote).collect(Collectors.joining("|"));
            match.addHeaders(header(":method", matching(any)));
        }
        route.scheme().ifPresent(s -> match.addHeaders(header(":scheme", exactly(s))));
        new TreeMap<>(route.headers())
                .forEach((name, value) ->
                        match.addHeaders(
                                value.map(v -> header(name, exactly(v)))
                                        .orElseGet(() -> present(name))));
        return match;
    }

    private static HeaderMatcher.Builder header(String name, StringMatcher.Builder value) {
        return HeaderMatcher.newBuilder().setName(name).setStringMatch(value);
    }

    private static HeaderMatcher.Builder present(String name) {
        return HeaderMatcher.newBuilder().setName(name).setPresentMatch(true);
    }

    private static StringMatcher.Builder exactly(String value) {
        return StringMatcher.newBuilder().setExact(value);
    }

    private static StringMatcher.Builder matching(String pattern) {
        return StringMatcher.newBuilder().setSafeRegex(regex(pattern));
    }

    private static RegexMatcher regex(String text) {
        return RegexMatcher.newBuilder().setRegex(text).build();
    }

    private static String stripped(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** A gRPC client's: whatever it asks for goes to the service that it has named. */
    static Resource grpc(XdsService service) {
        String name = service.name().value();
        return Resource.of(
                name,
                RouteConfiguration.newBuilder()
                        .setName(name)
                        .addVirtualHosts(
                                VirtualHost.newBuilder()
                                        .setName(name)
                                        .addDomains("*")
                                        .addRoutes(
                                                Route.newBuilder()
                                                        .setMatch(
                                                                RouteMatch.newBuilder()
                                                                        .setPrefix(""))
                                                        .setRoute(
                                                                RouteAction.newBuilder()
                                                                        .setCluster(name))))
                        .build());
    }
}
