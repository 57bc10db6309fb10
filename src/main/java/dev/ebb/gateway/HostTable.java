package dev.ebb.gateway;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Routes by host: exact names, then the longest wildcard, then routes for any host. A question
 * hashes the name once, from right to left, and looks up what it has at each dot. Immutable.
 */
final class HostTable {
    private final ByteTable<PathTree> exact;
    private final ByteTable<PathTree> wild;
    private final boolean byHost;
    private final @Nullable PathTree any;

    /**
     * @param entries the most specific of one host and prefix first
     */
    HostTable(List<RouteEntry> entries, boolean read) {
        Map<Optional<String>, List<RouteEntry>> byName = new HashMap<>();
        for (RouteEntry entry : entries) {
            byName.computeIfAbsent(entry.match().host(), key -> new ArrayList<>()).add(entry);
        }
        List<RouteEntry> forAny = byName.remove(Optional.<String>empty());
        any = forAny == null ? null : new PathTree(forAny, read, null);
        byHost = !byName.isEmpty();
        exact = new ByteTable<>(byName.size(), true);
        wild = new ByteTable<>(byName.size(), true);
        // Wildcards from the shortest on, so that each finds the one to go on with.
        byName.keySet().stream()
                .flatMap(Optional::stream)
                .sorted(HostTable::wildcardsFirst)
                .forEach(
                        host -> put(host, byName.getOrDefault(Optional.of(host), List.of()), read));
    }

    /** Written out, because what Comparator puts together is made anew at each start. */
    private static int wildcardsFirst(String a, String b) {
        int kind =
                Boolean.compare(
                        b.startsWith(RouteMatch.WILDCARD), a.startsWith(RouteMatch.WILDCARD));
        int length = Integer.compare(a.length(), b.length());
        return kind != 0 ? kind : length != 0 ? length : a.compareTo(b);
    }

    private void put(String host, List<RouteEntry> entries, boolean read) {
        boolean wildcard = host.startsWith(RouteMatch.WILDCARD);
        var name = Bytes.ascii(wildcard ? host.substring(RouteMatch.WILDCARD.length()) : host);
        PathTree tree = new PathTree(entries, read, wildest(name, 0, name.length));
        int hash = 0;
        for (int i = name.length - 1; i >= 0; i--) {
            hash = hash * 31 + name[i];
        }
        (wildcard ? wild : exact).put(hash, name, tree);
    }

    private @Nullable PathTree wildest(byte[] text, int start, int end) {
        PathTree found = any;
        int hash = 0;
        for (int at = end - 1; at > start; at--) {
            byte b = Bytes.lower(text[at]);
            PathTree tree = b == '.' ? wild.get(hash, text, at + 1, end) : null;
            found = tree == null ? found : tree;
            hash = hash * 31 + b;
        }
        return found;
    }

    /** Where routes for the host in {@code text[start, end)} are; null when there are none. */
    @Nullable PathTree find(byte[] text, int start, int end) {
        if (!byHost || start == end) {
            return any;
        }
        int hash = 0;
        for (int at = end - 1; at >= start; at--) {
            hash = hash * 31 + Bytes.lower(text[at]);
        }
        PathTree own = exact.get(hash, text, start, end);
        return own == null ? wildest(text, start, end) : own;
    }
}
