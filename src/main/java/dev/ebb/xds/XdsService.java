package dev.ebb.xds;

import dev.ebb.balance.HashPolicy;
import dev.ebb.core.ServiceName;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A service as data planes see it.
 *
 * @param http2 its instances speak HTTP/2 without TLS; otherwise HTTP/1.1
 * @param connect how long a connection to an instance may take
 * @param hash by what requests are placed; empty where they are not
 * @param reported whether its instances say in their answers how busy they are
 */
public record XdsService(
        ServiceName name,
        List<XdsRoute> routes,
        boolean http2,
        Duration connect,
        Optional<HashPolicy> hash,
        boolean reported) {
    /** Whose requests have no keys. */
    public XdsService(ServiceName name, List<XdsRoute> routes, boolean http2, Duration connect) {
        this(name, routes, http2, connect, Optional.empty(), false);
    }

    public XdsService {
        routes = List.copyOf(routes);
    }

    public XdsService withReported(boolean on) {
        return new XdsService(name, routes, http2, connect, hash, on);
    }
}
