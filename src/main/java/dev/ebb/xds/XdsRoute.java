package dev.ebb.xds;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Requests that are a service's, for a data plane that has its routes from Ebb. Immutable.
 *
 * @param scheme {@code http} or {@code https}; empty for both
 * @param host lower case, without a port; empty for any
 * @param path prefix by whole segments, starting with a slash
 * @param methods empty for any
 * @param headers by name, with the wanted value; empty for any value
 * @param rewrite what takes the place of the prefix
 * @param timeout of a whole request; empty for none
 */
public record XdsRoute(
        Optional<String> scheme,
        Optional<String> host,
        String path,
        List<String> methods,
        Map<String, Optional<String>> headers,
        Optional<String> rewrite,
        Optional<Duration> timeout) {
    public XdsRoute {
        methods = List.copyOf(methods);
        headers = Map.copyOf(headers);
    }
}
