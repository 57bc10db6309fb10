package dev.ebb.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A route as the event loops use it: what is left of its match once host and path fit, and what
 * becomes of the request: it goes to a service, gets a fixed answer, or is refused. Immutable;
 * shared by all loops.
 */
final class RouteEntry {
    private static final RouteMatch NOTHING = RouteMatch.of(Optional.empty(), "/");
    static final RouteEntry NO_ROUTE = new RouteEntry(Refusal.NO_ROUTE);
    static final RouteEntry AMBIGUOUS = new RouteEntry(Refusal.AMBIGUOUS_PATH);

    @SuppressWarnings("ArrayRecordComponent")
    private record Condition(byte[] name, byte[] value, boolean anyValue) {}

    private final RouteMatch match;
    private final byte[][] methods;
    private final Condition[] conditions;

    /** Index of the service; -1 when the gateway answers itself. */
    final int service;

    final Timeouts timeouts;

    /** Why a request is refused that comes neither to a service nor to {@link #own an answer}. */
    final Refusal refusal;

    /** What the gateway itself answers, or null. */
    final FixedRoute.@Nullable Answer answer;

    private final @Nullable OwnAnswer prepared;
    final boolean rewrites;

    /**
     * What the rewriting takes from the front of a path, for X-Forwarded-Prefix; empty if nothing,
     * or if no prefix could tell, since the path that the instance sees is no end of the one asked
     * for.
     */
    final byte[] forwardedPrefix;

    private final byte[] rewrite;
    private final int prefixLength;

    private RouteEntry(Refusal refusal) {
        this(NOTHING, -1, Timeouts.DEFAULT, refusal, null, Optional.empty());
    }

    RouteEntry(Route route, int service, Timeouts all) {
        this(
                route.match(),
                service,
                route.timeouts().over(all),
                Refusal.NO_ROUTE,
                null,
                route.rewrite().filter(to -> !to.equals(route.match().path())));
    }

    RouteEntry(FixedRoute route, Timeouts all) {
        this(route.match(), -1, all, Refusal.BAD_HOST, route.answer(), Optional.empty());
    }

    private RouteEntry(
            RouteMatch match,
            int service,
            Timeouts timeouts,
            Refusal refusal,
            FixedRoute.@Nullable Answer answer,
            Optional<String> rewrite) {
        this.match = match;
        this.service = service;
        this.timeouts = timeouts;
        this.refusal = refusal;
        this.answer = answer;
        prepared = answer instanceof FixedRoute.Respond respond ? OwnAnswer.of(respond) : null;
        rewrites = rewrite.isPresent();
        String to = rewrite.filter(path -> !path.equals("/")).orElse("");
        this.rewrite = Bytes.ascii(to);
        forwardedPrefix = Bytes.ascii(rewrites ? taken(match.path(), to) : "");
        prefixLength = match.path().equals("/") ? 0 : match.path().length();
        methods = match.methods().stream().map(Bytes::ascii).toArray(byte[][]::new);
        conditions = conditions(match.fields()).toArray(new Condition[0]);
    }

    private static String taken(String prefix, String rewrite) {
        return prefix.endsWith(rewrite)
                ? prefix.substring(0, prefix.length() - rewrite.length())
                : "";
    }

    private static List<Condition> conditions(Map<String, Optional<String>> fields) {
        var all = new ArrayList<Condition>();
        fields.forEach((name, value) ->
                all.add(
                        new Condition(
                                Bytes.ascii(name),
                                Bytes.ascii(value.orElse("")),
                                value.isEmpty())));
        return all;
    }

    RouteMatch match() {
        return match;
    }

    /** The prefix as it is written, or as it reads at most. */
    String prefix(boolean read) {
        if (!read) {
            return match.path();
        }
        byte[] text = Bytes.ascii(match.path());
        var out = new byte[text.length];
        int length = PathReading.read(text, 0, text.length, false, out);
        return new String(out, 0, length, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    /** What the gateway answers by itself; null when it is to refuse the request. */
    @Nullable OwnAnswer own(RequestHead request) {
        FixedRoute.Answer what = answer;
        return prepared != null || what == null ? prepared : OwnAnswer.to(request, what);
    }

    /** Whether the request, whose host and path fit, fits in all else. */
    boolean takes(RequestHead request) {
        return (methods.length == 0 || takesMethod(request))
                && (conditions.length == 0 || takesFields(request.head));
    }

    private boolean takesMethod(RequestHead request) {
        for (byte[] method : methods) {
            if (method.length == request.methodEnd
                    && Bytes.same(request.head.bytes, 0, request.methodEnd, method)) {
                return true;
            }
        }
        return false;
    }

    private boolean takesFields(Head head) {
        for (Condition condition : conditions) {
            if (!isThere(condition, head)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isThere(Condition condition, Head head) {
        for (int i = 0; i < head.count; i++) {
            if (head.isNamed(i, condition.name())
                    && (condition.anyValue()
                            || Bytes.same(
                                    head.bytes,
                                    head.valueStart[i],
                                    head.valueEnd[i],
                                    condition.value()))) {
                return true;
            }
        }
        return false;
    }

    /** Whether it makes no difference to a service which of the two a request comes through. */
    boolean sameFor(RouteEntry other) {
        return this == other
                || (service >= 0
                        && service == other.service
                        && !rewrites
                        && !other.rewrites
                        && timeouts.equals(other.timeouts));
    }

    /**
     * Writes the target as the instance sees it, in origin form (RFC 9112 3.2.1) or as an asterisk.
     * A new path never begins with two slashes, which might be taken for a host (RFC 3986 4.2);
     * apart from that, what follows the prefix stays as it came.
     */
    void addTarget(RequestHead request, HeadWriter out) {
        byte[] text = request.head.bytes;
        int rest = request.pathStart;
        int end = request.targetEnd;
        boolean path = rest < end && text[rest] == '/';
        if (!path && (rest == end ? request.isOptions() : text[rest] == '*')) {
            // Without path and query, OPTIONS is about the whole server (RFC 9112 3.2.4).
            out.addByte('*');
            return;
        }
        if (rewrites) {
            out.add(rewrite);
            rest += path ? prefixLength : 0;
            path = (path && rewrite.length > 0) || (rest < end && text[rest] == '/');
            while (rewrite.length == 0 && startsWithTwo(text, rest, end)) {
                rest++;
            }
        }
        if (!path) {
            out.addByte('/');
        }
        out.add(text, rest, end);
    }

    private static boolean startsWithTwo(byte[] text, int at, int end) {
        return at + 1 < end && text[at] == '/' && text[at + 1] == '/';
    }
}
