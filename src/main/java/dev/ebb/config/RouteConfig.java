package dev.ebb.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Requests that are a service's, and what happens to them on the way. Immutable.
 *
 * @param rewrite what takes the place of the matched prefix; empty for nothing
 */
public record RouteConfig(Match match, Optional<String> rewrite, Timeouts timeouts) {

    /** How a request came in. */
    public enum Scheme {
        ANY,
        HTTP,
        HTTPS
    }

    /**
     * Which requests: those that fit everything that is given.
     *
     * @param host lower case, without a port; empty for any
     * @param path prefix by whole segments, starting with a slash
     * @param methods empty for any; sorted
     * @param headers by name in lower case, with the wanted value; empty for any value
     */
    public record Match(
            Scheme scheme,
            Optional<String> host,
            String path,
            List<String> methods,
            Map<String, Optional<String>> headers) {
        public Match {
            methods = methods.stream().sorted().distinct().toList();
            headers = new LinkedHashMap<>(headers);
        }

        /** In words, for messages. */
        String describe() {
            return host.map("host "::concat).orElse("any host") + ", path " + path + conditions();
        }

        private String conditions() {
            var text = new StringBuilder();
            if (scheme != Scheme.ANY) {
                text.append(", ").append(scheme.name().toLowerCase(Locale.ROOT));
            }
            if (!methods.isEmpty()) {
                text.append(", ").append(String.join("/", methods));
            }
            headers.forEach((name, value) ->
                    text.append(", ").append(name).append(value.map(": "::concat).orElse("")));
            return text.toString();
        }

        @Override
        public String toString() {
            return host.orElse("*") + path + conditions();
        }
    }

    /** Waits that differ from the gateway's. */
    public record Timeouts(
            Optional<Duration> request,
            Optional<Duration> requestBody,
            Optional<Duration> responseHead,
            Optional<Duration> responseBody,
            Optional<Duration> tunnel) {}

    @Override
    public String toString() {
        return match.toString();
    }
}
