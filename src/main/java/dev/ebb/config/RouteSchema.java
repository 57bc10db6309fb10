package dev.ebb.config;

import dev.ebb.config.ServiceConfig.Route;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The keys below {@code route}, and what a path is. */
final class RouteSchema {
    private RouteSchema() {}

    // What RFC 3986 allows in a path, without the query.
    private static final Pattern PATH =
            Pattern.compile("/(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*");
    private static final Pattern HOST =
            Pattern.compile("(?=.{1,253}$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\\[[0-9a-f:.]+]");

    private static final Key<String> HOST_KEY =
            Key.optional(
                    "host",
                    host(),
                    "The request's host, without a port; capital letters do not matter. Without it"
                            + " any host will do; a route with a host goes before one without.");
    private static final Key<String> PATH_KEY =
            Key.of(
                    "path",
                    path(),
                    "/",
                    "Prefix of the request's path, by whole segments: `/api` takes `/api` and"
                            + " `/api/users`, not `/apis`. The longest prefix wins.");

    static final Section<Route> ROUTE =
            new Section<>(
                    List.of(HOST_KEY, PATH_KEY),
                    (v, problems) -> new Route(v.given(HOST_KEY), trimmed(v.of(PATH_KEY))));

    /** {@code /api/} and {@code /api} are one prefix. */
    private static String trimmed(String path) {
        return path.length() > 1 && path.endsWith("/")
                ? path.substring(0, path.length() - 1)
                : path;
    }

    static Kind<String> path() {
        return Kinds.scalar(
                "a path such as / or /health",
                text -> {
                    if (!text.startsWith("/")) {
                        return Kinds.bad("is no path; it starts with a slash, like /health");
                    }
                    if (text.length() > 1000
                            || text.contains("//")
                            || List.of(text.split("/", -1)).contains("..")
                            || !PATH.matcher(text).matches()) {
                        return Kinds.bad(
                                "is no path; write it without '..', '//', '?', '#' and blanks");
                    }
                    return Kinds.good(text);
                },
                text -> text);
    }

    private static Kind<String> host() {
        return Kinds.scalar(
                "a host name such as shop.example.com",
                text -> {
                    String host = text.toLowerCase(Locale.ROOT);
                    if (host.contains("*")) {
                        return Kinds.bad("is no host name; leave 'host' out for any host");
                    }
                    if (host.matches("[a-z0-9.-]+:\\d+")) {
                        return Kinds.bad(
                                "has a port; write only the host: "
                                        + host.substring(0, host.indexOf(':')));
                    }
                    return HOST.matcher(host).matches()
                            ? Kinds.good(host)
                            : Kinds.bad("is no host name; write for example shop.example.com");
                },
                text -> text);
    }
}
