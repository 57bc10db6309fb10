package dev.ebb.gateway;

import java.util.Optional;

/**
 * Requests that go to a service, and what happens to them on the way.
 *
 * @param rewrite what takes the place of the matched prefix in the path that the instance sees;
 *     empty for the path as it came
 */
public record Route(RouteMatch match, Optional<String> rewrite, RouteTimeouts timeouts) {
    public static final Route ALL = path("/");

    public Route {
        // It is held to the same rules as a prefix.
        rewrite = rewrite.map(to -> RouteMatch.of(Optional.empty(), to).path());
    }

    public Route(RouteMatch match) {
        this(match, Optional.empty(), RouteTimeouts.NONE);
    }

    public Route(Optional<String> host, String pathPrefix) {
        this(RouteMatch.of(host, pathPrefix));
    }

    public static Route path(String prefix) {
        return new Route(Optional.empty(), prefix);
    }

    public Route withRewrite(String to) {
        return new Route(match, Optional.of(to), timeouts);
    }

    public Route withTimeouts(RouteTimeouts changed) {
        return new Route(match, rewrite, changed);
    }
}
