package dev.ebb.gateway;

import java.util.Locale;
import java.util.Optional;

/**
 * Which requests go to a service: those for this host, if one is given, whose path begins with the
 * prefix at a segment's border ({@code /api} takes {@code /api} and {@code /api/x}, not {@code
 * /apix}). A route with a host goes before one without; then the longer prefix wins.
 */
public record Route(Optional<String> host, String pathPrefix) {
    public static final Route ALL = new Route(Optional.empty(), "/");

    public Route {
        host = host.map(name -> name.toLowerCase(Locale.ROOT));
        if (!pathPrefix.startsWith("/")) {
            throw new IllegalArgumentException(
                    "a route's path prefix starts with '/': " + pathPrefix);
        }
    }

    public static Route path(String prefix) {
        return new Route(Optional.empty(), prefix);
    }
}
