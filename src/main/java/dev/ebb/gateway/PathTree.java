package dev.ebb.gateway;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one host by their prefixes. A question hashes the path once, from left to right,
 * and looks up what it has at the end of each segment, up to the longest prefix that there is: the
 * cost does not grow with the number of routes. Immutable.
 */
final class PathTree {

    /** All routes with one prefix, the most specific first. */
    private static final class Node {
        final RouteEntry[] entries;

        /** The next shorter prefix of this one that has routes. */
        @Nullable Node shorter;

        Node(List<RouteEntry> entries) {
            this.entries = entries.toArray(new RouteEntry[0]);
        }
    }

    private final ByteTable<Node> nodes;
    private final @Nullable Node root;
    private final int longest;

    /** Where to go on when nothing here fits: a less specific host. */
    private final @Nullable PathTree next;

    /**
     * @param entries the most specific first
     * @param read prefixes as they read at most, for paths that are given in the same way
     */
    PathTree(List<RouteEntry> entries, boolean read, @Nullable PathTree next) {
        this.next = next;
        Map<String, List<RouteEntry>> byPrefix = new HashMap<>();
        for (RouteEntry entry : entries) {
            byPrefix.computeIfAbsent(entry.prefix(read), key -> new ArrayList<>()).add(entry);
        }
        Map<String, Node> made = new HashMap<>();
        byPrefix.forEach((prefix, group) -> made.put(prefix, new Node(group)));
        root = made.get("/");
        nodes = new ByteTable<>(made.size(), false);
        int most = 0;
        for (var node : made.entrySet()) {
            var prefix = node.getKey();
            if (!prefix.equals("/")) {
                byte[] key = Bytes.ascii(prefix);
                nodes.put(hash(key), key, node.getValue());
                node.getValue().shorter = shorter(prefix, made);
                most = Math.max(most, key.length);
            }
        }
        longest = most;
    }

    private static @Nullable Node shorter(String prefix, Map<String, Node> made) {
        for (int cut = prefix.lastIndexOf('/'); cut > 0; cut = prefix.lastIndexOf('/', cut - 1)) {
            Node node = made.get(prefix.substring(0, cut));
            if (node != null) {
                return node;
            }
        }
        return made.get("/");
    }

    private static int hash(byte[] text) {
        int hash = 0;
        for (byte b : text) {
            hash = hash * 31 + b;
        }
        return hash;
    }

    /** The first route that takes the request, whose path is {@code text[start, end)}. */
    @Nullable RouteEntry find(byte[] text, int start, int end, RequestHead request) {
        for (PathTree tree = this; tree != null; tree = tree.next) {
            for (Node node = tree.deepest(text, start, end); node != null; node = node.shorter) {
                RouteEntry entry = first(node, request);
                if (entry != null) {
                    return entry;
                }
            }
        }
        return null;
    }

    /** Whether the search for a path comes to a route. */
    enum Way {
        /** Yes, and passes only routes that make no difference. */
        REACHED,
        /** It comes to another route before. */
        ELSEWHERE,
        NOT_YET
    }

    /** How a search for the path {@code text[0, end)} comes to this route. */
    Way way(RouteEntry wanted, byte[] text, int end, RequestHead request) {
        for (PathTree tree = this; tree != null; tree = tree.next) {
            for (Node node = tree.deepest(text, 0, end); node != null; node = node.shorter) {
                RouteEntry entry = first(node, request);
                if (entry == wanted) {
                    return Way.REACHED;
                }
                if (entry != null && !wanted.sameFor(entry)) {
                    return Way.ELSEWHERE;
                }
            }
        }
        return Way.NOT_YET;
    }

    private static @Nullable RouteEntry first(Node node, RequestHead request) {
        for (RouteEntry entry : node.entries) {
            if (entry.takes(request)) {
                return entry;
            }
        }
        return null;
    }

    private @Nullable Node deepest(byte[] text, int start, int end) {
        Node found = root;
        int hash = 0;
        int stop = Math.min(end, start + longest);
        for (int at = start; at <= stop; at++) {
            boolean border = at > start && (at == end || text[at] == '/');
            Node node = border ? nodes.get(hash, text, start, at) : null;
            found = node == null ? found : node;
            if (at < stop) {
                hash = hash * 31 + text[at];
            }
        }
        return found;
    }
}
