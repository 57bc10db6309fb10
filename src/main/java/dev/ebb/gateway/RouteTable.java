package dev.ebb.gateway;

import dev.ebb.gateway.RouteMatch.Scheme;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds a request's route. Immutable, shared by all loops, and asked without making a string of
 * anything. Of the routes that fit, the first in this order is taken: those for a scheme; exact
 * hosts, long wildcards, short ones, any host; long prefixes; those for methods; more fields; the
 * order in which they were given.
 *
 * <p>Paths are compared as they are written, and forwarded so. Where routes depend on the path, one
 * that another program might read as belonging to another route is refused, and so is one with dot
 * segments ({@link PathReading}): otherwise {@code /open/../closed} or {@code /%63losed} would be a
 * way around a route for {@code /closed}.
 */
final class RouteTable {
    /** Routes for one scheme, with paths as they are written and as they read at most. */
    private record Side(HostTable written, HostTable read) {
        static @Nullable Side of(List<RouteEntry> all, Scheme scheme) {
            List<RouteEntry> entries =
                    all.stream().filter(entry -> entry.match().scheme() == scheme).toList();
            return entries.isEmpty()
                    ? null
                    : new Side(new HostTable(entries, false), new HostTable(entries, true));
        }
    }

    /** The one route, which takes all, if that is so. */
    private final @Nullable RouteEntry only;

    private final @Nullable Side http;
    private final @Nullable Side https;
    private final @Nullable Side any;
    private final boolean byPath;

    RouteTable(List<GatewayService> services, List<FixedRoute> fixed, Timeouts timeouts) {
        Map<RouteMatch, String> seen = new HashMap<>();
        List<RouteEntry> entries = new ArrayList<>();
        for (int i = 0; i < services.size(); i++) {
            GatewayService service = services.get(i);
            for (Route route : service.routes()) {
                claim(seen, route.match(), "service " + service.name());
                entries.add(new RouteEntry(route, i, timeouts));
            }
        }
        for (int i = 0; i < fixed.size(); i++) {
            claim(seen, fixed.get(i).match(), "fixed route " + (i + 1));
            entries.add(new RouteEntry(fixed.get(i), timeouts));
        }
        boolean one = entries.size() == 1 && entries.getFirst().match().takesAll();
        only = one && !entries.getFirst().rewrites ? entries.getFirst() : null;
        byPath = entries.stream().anyMatch(e -> e.rewrites || !e.match().path().equals("/"));
        // The sort is stable: what is equal stays in the order in which it was given.
        entries.sort(RouteTable::mostSpecificFirst);
        http = Side.of(entries, Scheme.HTTP);
        https = Side.of(entries, Scheme.HTTPS);
        any = Side.of(entries, Scheme.ANY);
    }

    /** Written out, because what Comparator puts together is made anew at each start. */
    private static int mostSpecificFirst(RouteEntry a, RouteEntry b) {
        int methods = Boolean.compare(a.match().methods().isEmpty(), b.match().methods().isEmpty());
        return methods != 0
                ? methods
                : Integer.compare(b.match().fields().size(), a.match().fields().size());
    }

    private static void claim(Map<RouteMatch, String> seen, RouteMatch match, String owner) {
        String other = seen.put(match, owner);
        if (other != null) {
            throw new IllegalArgumentException(
                    "%s and %s have the same route %s".formatted(other, owner, match));
        }
    }

    /**
     * The request's route, or one that refuses it.
     *
     * @param secure whether the request came over https
     */
    RouteEntry find(RequestHead request, boolean secure) {
        RouteEntry all = only;
        if (all != null) {
            return all;
        }
        int end = byPath ? request.pathEnd() : request.targetEnd;
        RouteEntry found = search(secure ? https : http, request, end);
        found = found == null ? search(any, request, end) : found;
        if (found == null) {
            return RouteEntry.NO_ROUTE;
        }
        boolean plain = !byPath || PathReading.isPlain(request.head.bytes, request.pathStart, end);
        if (plain || found.answer != null) {
            return found;
        }
        boolean sure =
                sure(found, request, end, secure, false) && sure(found, request, end, secure, true);
        return sure ? found : RouteEntry.AMBIGUOUS;
    }

    /** Whether each route that a reading of the path might lead to is as good as this one. */
    private boolean sure(
            RouteEntry found, RequestHead request, int end, boolean secure, boolean cutFirst) {
        int start = request.pathStart;
        byte[] path = request.scratch(end - start);
        int length = PathReading.read(request.head.bytes, start, end, cutFirst, path);
        if (length == PathReading.DOTS) {
            return false;
        }
        for (int i = 0; i < 2; i++) {
            Side side = i > 0 ? any : secure ? https : http;
            PathTree paths = side == null ? null : pathsOf(side.read(), request);
            PathTree.Way way =
                    paths == null ? PathTree.Way.NOT_YET : paths.way(found, path, length, request);
            if (way != PathTree.Way.NOT_YET) {
                return way == PathTree.Way.REACHED;
            }
        }
        return false;
    }

    private static @Nullable RouteEntry search(@Nullable Side side, RequestHead request, int end) {
        PathTree paths = side == null ? null : pathsOf(side.written(), request);
        return paths == null
                ? null
                : paths.find(request.head.bytes, request.pathStart, end, request);
    }

    private static @Nullable PathTree pathsOf(HostTable hosts, RequestHead request) {
        byte[] head = request.head.bytes;
        int start = request.hostStart;
        int end = request.hostNameEnd();
        // A name may end with a dot and is the same name.
        end -= end - start > 1 && head[end - 1] == '.' ? 1 : 0;
        return hosts.find(head, start, end);
    }
}
