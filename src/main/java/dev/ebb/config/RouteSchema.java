package dev.ebb.config;

import dev.ebb.config.RouteConfig.Match;
import dev.ebb.config.RouteConfig.Scheme;
import dev.ebb.config.RouteConfig.Timeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** The keys below {@code route}, and what a path is. */
final class RouteSchema {
    private RouteSchema() {}

    static final int MOST_ROUTES = 1000;

    // What RFC 3986 allows in a path, without the query.
    private static final Pattern PATH =
            Pattern.compile("/(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*");
    // Of these, what everybody reads alike: no parameters, and nothing encoded without need.
    private static final Pattern PREFIX =
            Pattern.compile("/(?:[A-Za-z0-9\\-._~!$&'()*+,=:@/]|%(?:[89A-Fa-f][0-9A-Fa-f]|20))*");
    private static final Pattern HOST =
            Pattern.compile(
                    "(?=.{1,253}$)(?:\\*\\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\\[[0-9a-f:.]+]");

    private static final Key<String> HOST_KEY =
            Key.optional(
                    "host",
                    host(),
                    "The request's host, without a port; capital letters do not matter."
                            + " `*.example.com` is every name below example.com. Without it any"
                            + " host will do. Exact names go before wildcards, long wildcards"
                            + " before short ones, and all of them before routes for any host.");
    private static final Key<String> PATH_KEY =
            Key.of(
                    "path",
                    prefix(),
                    "/",
                    "Prefix of the request's path, by whole segments: `/api` takes `/api` and"
                            + " `/api/users`, not `/apis`. The longest prefix wins.");
    private static final Key<List<String>> METHODS =
            Key.of(
                    "methods",
                    new MethodsKind(),
                    List.of(),
                    "Only requests with one of these methods.");
    private static final Key<Map<String, Optional<String>>> HEADERS =
            Key.of(
                    "headers",
                    new HeadersKind(),
                    Map.of(),
                    "Only requests that have each of these header fields, with this very value;"
                            + " `\"*\"` is any value.");
    private static final Key<Scheme> SCHEME =
            Key.of(
                    "scheme",
                    Kinds.oneOf(Scheme.class),
                    Scheme.ANY,
                    "Only requests that came over this. A route for one scheme goes before all"
                            + " routes without.");
    private static final Key<String> REWRITE =
            Key.optional(
                    "rewrite",
                    prefix(),
                    "What takes the place of `path` in what the instance sees: with path `/api` and"
                            + " rewrite `/` it sees `/users?page=2` instead of `/api/users?page=2`."
                            + " What follows the prefix stays as it came, but that a path never"
                            + " begins with two slashes.");

    private static final Key<Duration> REQUEST =
            Key.optional(
                    "request",
                    Kinds.duration(Duration.ZERO, Duration.ofHours(24)),
                    "A whole request, upload and answer included; 0 for no limit.");
    private static final Key<Duration> REQUEST_BODY =
            wait("request-body", "Without a byte of the request's body (408).");
    private static final Key<Duration> RESPONSE_HEAD =
            wait("response-head", "From a request's last byte to the head of the response (504).");
    private static final Key<Duration> RESPONSE_BODY =
            wait(
                    "response-body",
                    "Without a byte of the response's body, or without the client reading any.");
    private static final Key<Duration> TUNNEL =
            wait(
                    "tunnel",
                    "Without a byte in either direction, once client and instance have left HTTP"
                            + " for another protocol; and between two server-sent events.");
    private static final Section<Timeouts> TIMEOUTS =
            new Section<>(
                    List.of(REQUEST, REQUEST_BODY, RESPONSE_HEAD, RESPONSE_BODY, TUNNEL),
                    (v, problems) ->
                            new Timeouts(
                                    v.given(REQUEST),
                                    v.given(REQUEST_BODY),
                                    v.given(RESPONSE_HEAD),
                                    v.given(RESPONSE_BODY),
                                    v.given(TUNNEL)));
    private static final Key<Timeouts> TIMEOUTS_KEY =
            Key.section(
                    "timeouts",
                    TIMEOUTS,
                    "Waits of this route that differ from those in `gateway.timeouts`.");

    private static final List<Key<?>> MATCH = List.of(HOST_KEY, PATH_KEY, METHODS, HEADERS, SCHEME);

    static final OneOrMany<RouteConfig> ROUTES =
            new OneOrMany<>(
                    section(
                            List.of(REWRITE, TIMEOUTS_KEY),
                            (v, problems) ->
                                    new RouteConfig(
                                            match(v),
                                            v.given(REWRITE).map(RouteSchema::trimmed),
                                            v.of(TIMEOUTS_KEY))),
                    MOST_ROUTES);

    /** Keys that say which requests, and these. */
    static <T> Section<T> section(List<Key<?>> more, BiFunction<Values, Problems, T> build) {
        var keys = new ArrayList<Key<?>>(MATCH);
        keys.addAll(more);
        return new Section<>(keys, build);
    }

    static Match match(Values v) {
        return new Match(
                v.of(SCHEME),
                v.given(HOST_KEY),
                trimmed(v.of(PATH_KEY)),
                v.of(METHODS),
                v.of(HEADERS));
    }

    static boolean schemeIsGiven(Values v) {
        return v.given(SCHEME).isPresent();
    }

    private static Key<Duration> wait(String name, String meaning) {
        return Key.optional(
                name, Kinds.duration(Duration.ofMillis(10), Duration.ofHours(24)), meaning);
    }

    /** {@code /api/} and {@code /api} are one prefix. */
    private static String trimmed(String path) {
        return path.length() > 1 && path.endsWith("/")
                ? path.substring(0, path.length() - 1)
                : path;
    }

    static Kind<String> path() {
        return path(PATH, "");
    }

    private static Kind<String> prefix() {
        return path(PREFIX, "; no ';', and percent-encodings only of what is not ASCII");
    }

    private static Kind<String> path(Pattern pattern, String more) {
        return Kinds.scalar(
                "a path such as / or /health",
                text -> {
                    if (!text.startsWith("/")) {
                        return Kinds.bad("is no path; it starts with a slash, like /health");
                    }
                    List<String> segments = List.of(text.split("/", -1));
                    if (text.length() > 1000
                            || text.contains("//")
                            || segments.contains("..")
                            || segments.contains(".")
                            || !PATH.matcher(text).matches()) {
                        return Kinds.bad(
                                "is no path; write it without '..', '//', '?', '#' and blanks");
                    }
                    return pattern.matcher(text).matches()
                            ? Kinds.good(text)
                            : Kinds.bad("can be read in two ways" + more);
                },
                text -> text);
    }

    static Kind<String> host() {
        return Kinds.scalar(
                "a host name such as shop.example.com or *.example.com",
                text -> {
                    String host = text.toLowerCase(Locale.ROOT);
                    if (host.equals("*")) {
                        return Kinds.bad("is no host name; leave 'host' out for any host");
                    }
                    if (host.matches("[a-z0-9.*-]+:\\d+")) {
                        return Kinds.bad(
                                "has a port; write only the host: "
                                        + host.substring(0, host.indexOf(':')));
                    }
                    return HOST.matcher(host).matches()
                            ? Kinds.good(host)
                            : Kinds.bad(
                                    "is no host name; write for example shop.example.com, or"
                                            + " *.example.com for all names below");
                },
                text -> text);
    }
}
