package dev.ebb.xds;

import dev.ebb.core.ServiceName;
import java.time.Duration;
import java.util.List;

/**
 * A service as data planes see it.
 *
 * @param http2 its instances speak HTTP/2 without TLS; otherwise HTTP/1.1
 * @param connect how long a connection to an instance may take
 */
public record XdsService(ServiceName name, List<XdsRoute> routes, boolean http2, Duration connect) {
    public XdsService {
        routes = List.copyOf(routes);
    }
}
