package dev.ebb.platform.kubernetes;

import dev.ebb.control.DataPlanes.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code spec.dataPlane}: the data planes that carry a workload's requests, and are told by Ebb
 * over xDS whom they may pick. Immutable.
 *
 * @param cluster by which name they ask for its endpoints
 * @param port of a container, as a number or a name; empty for the first that one declares
 * @param http2 its pods speak HTTP/2 without TLS; otherwise HTTP/1.1
 * @param entries which requests are the workload's, for data planes that are told that, too
 * @param all whether every request comes through them, so that their count is a proof
 * @param least fewer than so many that are connected prove nothing
 */
record PlaneSpec(
        String cluster,
        Optional<String> port,
        boolean http2,
        List<Entry> entries,
        boolean all,
        int least) {
    PlaneSpec {
        entries = List.copyOf(entries);
    }

    /**
     * @param spec of a ServiceScale
     * @param name of it
     */
    static Optional<PlaneSpec> of(Map<?, ?> spec, String name) {
        if (!(spec.get("dataPlane") instanceof Map<?, ?> plane)
                || !(plane.get("xds") instanceof Map<?, ?> xds)) {
            return Optional.empty();
        }
        List<Entry> entries = new ArrayList<>();
        if (xds.get("routes") instanceof List<?> routes) {
            for (Object route : routes) {
                if (route instanceof Map<?, ?> one) {
                    entries.add(new Entry(text(one, "host"), text(one, "path").orElse("/")));
                }
            }
        }
        return Optional.of(
                new PlaneSpec(
                        text(xds, "cluster").orElse(name),
                        text(plane, "port"),
                        text(xds, "protocol").filter("http2"::equals).isPresent(),
                        entries,
                        text(plane, "carries").filter("some"::equals).isEmpty(),
                        xds.get("least") instanceof Number n ? Math.max(1, n.intValue()) : 1));
    }

    private static Optional<String> text(Map<?, ?> map, String key) {
        return Optional.<Object>ofNullable(map.get(key)).map(Object::toString);
    }
}
