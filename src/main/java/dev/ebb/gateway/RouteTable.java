package dev.ebb.gateway;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds a request's service, as an index into the list of services. Immutable; searched from end to
 * end, because gateways have few routes, without making a string of anything.
 */
final class RouteTable {
    static final int NONE = -1;

    @SuppressWarnings("ArrayRecordComponent")
    private record Entry(byte[] host, byte[] prefix, int service) {}

    private final Entry[] entries;

    RouteTable(List<GatewayService> services) {
        Map<Route, GatewayService> seen = new HashMap<>();
        List<Entry> found = new ArrayList<>();
        for (int i = 0; i < services.size(); i++) {
            GatewayService service = services.get(i);
            for (Route route : service.routes()) {
                GatewayService other = seen.put(route, service);
                if (other != null) {
                    throw new IllegalArgumentException(
                            "services %s and %s have the same route %s"
                                    .formatted(other.name(), service.name(), route));
                }
                found.add(
                        new Entry(
                                Bytes.ascii(route.host().orElse("")),
                                Bytes.ascii(route.pathPrefix()),
                                i));
            }
        }
        found.sort(
                Comparator.comparingInt((Entry entry) -> entry.host.length > 0 ? 0 : 1)
                        .thenComparingInt(entry -> -entry.prefix.length));
        entries = found.toArray(new Entry[0]);
    }

    int find(RequestHead request) {
        byte[] text = request.head.bytes;
        int hostEnd = request.hostNameEnd();
        for (Entry entry : entries) {
            boolean host =
                    entry.host.length == 0 || sameHost(text, request.hostStart, hostEnd, entry);
            if (host && startsWith(text, request, entry.prefix)) {
                return entry.service;
            }
        }
        return NONE;
    }

    private static boolean sameHost(byte[] text, int start, int end, Entry entry) {
        if (end - start != entry.host.length) {
            return false;
        }
        for (int i = 0; i < entry.host.length; i++) {
            byte b = text[start + i];
            if ((b >= 'A' && b <= 'Z' ? b | 0x20 : b) != entry.host[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean startsWith(byte[] text, RequestHead request, byte[] prefix) {
        int start = request.pathStart;
        int length = request.targetEnd - start;
        if (length == 0 || text[start] != '/') {
            // The asterisk, or an absolute form without a path.
            return prefix.length == 1;
        }
        if (length < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (text[start + i] != prefix[i]) {
                return false;
            }
        }
        if (length == prefix.length || prefix[prefix.length - 1] == '/') {
            return true;
        }
        byte next = text[start + prefix.length];
        return next == '/' || next == '?';
    }
}
