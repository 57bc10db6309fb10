package dev.ebb.cli;

import dev.ebb.config.AccessLogConfig;
import dev.ebb.config.FixedRouteConfig;
import dev.ebb.config.RouteConfig;
import dev.ebb.gateway.AccessLogSettings;
import dev.ebb.gateway.FixedRoute;
import dev.ebb.gateway.Route;
import dev.ebb.gateway.RouteMatch;
import dev.ebb.gateway.RouteTimeouts;
import java.util.Optional;
import java.util.Set;

/** Routes and the access log as the gateway knows them, from the configuration. Pure. */
final class RouteAdapters {
    private RouteAdapters() {}

    static Route route(RouteConfig route) {
        var t = route.timeouts();
        return new Route(
                match(route.match()),
                route.rewrite(),
                new RouteTimeouts(
                        t.request(),
                        t.requestBody(),
                        t.responseHead(),
                        t.responseBody(),
                        t.tunnel()));
    }

    static FixedRoute fixed(FixedRouteConfig route) {
        return new FixedRoute(match(route.match()), answer(route.answer()));
    }

    private static FixedRoute.Answer answer(FixedRouteConfig.Answer answer) {
        return switch (answer) {
            case FixedRouteConfig.Respond respond ->
                    new FixedRoute.Respond(
                            respond.status(),
                            respond.headers().entrySet().stream()
                                    .map(e -> new FixedRoute.Field(e.getKey(), e.getValue()))
                                    .toList(),
                            respond.body());
            case FixedRouteConfig.Redirect redirect -> redirect(redirect, redirect.url());
        };
    }

    private static FixedRoute.Answer redirect(
            FixedRouteConfig.Redirect redirect, Optional<String> url) {
        return url.isEmpty()
                ? new FixedRoute.ToHttps(redirect.port(), redirect.permanent())
                : new FixedRoute.Redirect(url.get(), redirect.keepPath(), redirect.permanent());
    }

    static Optional<AccessLogSettings> accessLog(Optional<AccessLogConfig> log) {
        return log.map(l ->
                new AccessLogSettings(
                        l.file(),
                        l.sample(),
                        l.slow(),
                        AccessLogSettings.Query.valueOf(l.query().name()),
                        l.size(),
                        l.files()));
    }

    private static RouteMatch match(RouteConfig.Match match) {
        return new RouteMatch(
                RouteMatch.Scheme.valueOf(match.scheme().name()),
                match.host(),
                match.path(),
                Set.copyOf(match.methods()),
                match.headers());
    }
}
