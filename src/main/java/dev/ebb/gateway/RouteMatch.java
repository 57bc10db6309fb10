package dev.ebb.gateway;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Which requests a route takes: those that fit everything that is given. Two routes with equal
 * matches are a mistake; {@link RouteTable} tells which of two different ones goes first.
 *
 * @param host in lower case, without a port; {@code *.example.com} for every name below
 *     example.com; empty for any
 * @param path prefix by whole segments ({@code /api} takes {@code /api} and {@code /api/x}, not
 *     {@code /apix}), without a slash at its end
 * @param methods empty for any
 * @param fields by name in lower case: the value that one of the request's fields must have; empty
 *     for any value
 */
public record RouteMatch(
        Scheme scheme,
        Optional<String> host,
        String path,
        Set<String> methods,
        Map<String, Optional<String>> fields) {

    /** How the request came in. */
    public enum Scheme {
        ANY,
        HTTP,
        HTTPS
    }

    static final String WILDCARD = "*.";
    private static final Pattern ENCODED = Pattern.compile("%[0-9a-fA-F]{2}");

    public RouteMatch {
        host = host.map(RouteMatch::plainHost);
        if (!path.startsWith("/") || path.contains("?") || path.contains("#")) {
            throw new IllegalArgumentException("a route's path prefix starts with '/': " + path);
        }
        boolean slash = path.length() > 1 && path.endsWith("/");
        path = slash ? path.substring(0, path.length() - 1) : path;
        path = ENCODED.matcher(path).replaceAll(hex -> hex.group().toUpperCase(Locale.ROOT));
        if (!readsAlike(path)) {
            throw new IllegalArgumentException(
                    "a route's path prefix must not be readable in two ways: " + path);
        }
        methods = Set.copyOf(methods);
        var byName = new TreeMap<String, Optional<String>>();
        fields.forEach((name, value) -> byName.put(name.toLowerCase(Locale.ROOT), value));
        fields = Collections.unmodifiableMap(byName);
    }

    private static String plainHost(String name) {
        var lower = name.toLowerCase(Locale.ROOT);
        var plain = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        var labels = plain.startsWith(WILDCARD) ? plain.substring(WILDCARD.length()) : plain;
        if (labels.isEmpty() || labels.contains("*")) {
            throw new IllegalArgumentException("no host name for a route: " + name);
        }
        return plain;
    }

    /** Percent-encodings may stand only for what cannot be written otherwise. */
    private static boolean readsAlike(String path) {
        if (path.contains(";") || path.contains("\\")) {
            return false;
        }
        byte[] text = Bytes.ascii(path);
        var read = new byte[text.length];
        int length = PathReading.read(text, 0, text.length, false, read);
        if (length < 0) {
            return false;
        }
        int encoded = 0;
        for (int i = 0; i < length; i++) {
            boolean needed = read[i] <= ' ' || read[i] == 0x7f;
            encoded += needed ? 1 : 0;
        }
        return length + 2 * encoded == text.length;
    }

    /** Any request for this path at this host. */
    public static RouteMatch of(Optional<String> host, String path) {
        return new RouteMatch(Scheme.ANY, host, path, Set.of(), Map.of());
    }

    public RouteMatch withScheme(Scheme wanted) {
        return new RouteMatch(wanted, host, path, methods, fields);
    }

    public RouteMatch withMethods(String... wanted) {
        return new RouteMatch(scheme, host, path, Set.of(wanted), fields);
    }

    public RouteMatch withField(String name, Optional<String> value) {
        var more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return new RouteMatch(scheme, host, path, methods, more);
    }

    /** Whether it takes each and every request. */
    boolean takesAll() {
        return scheme == Scheme.ANY
                && host.isEmpty()
                && path.equals("/")
                && methods.isEmpty()
                && fields.isEmpty();
    }

    boolean isWildcard() {
        return host.isPresent() && host.get().startsWith(WILDCARD);
    }
}
