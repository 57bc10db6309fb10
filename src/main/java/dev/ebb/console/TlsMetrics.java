package dev.ebb.console;

import java.util.Map;
import java.util.TreeMap;

/** The figures of TLS in Prometheus' text format. */
final class TlsMetrics {
    private TlsMetrics() {}

    static void write(View.Tls tls, MetricsText out) {
        var peers = new TreeMap<>(Map.of("client", tls.clients(), "instance", tls.instances()));
        out.counter("ebb_tls_handshakes_total", "TLS handshakes that succeeded, by whom with.");
        peers.forEach((peer, handshakes) -> out.sample(handshakes.done(), "peer", peer));
        out.counter("ebb_tls_handshakes_failed_total", "TLS handshakes that failed, by cause.");
        peers.forEach((peer, handshakes) ->
                new TreeMap<>(handshakes.failed())
                        .forEach((cause, n) -> out.sample(n, "peer", peer, "cause", cause)));
        out.gauge(
                "ebb_tls_certificate_expires_seconds",
                "When a certificate in use expires, since the epoch.");
        for (View.Certificate one : tls.certificates()) {
            String name = one.names().stream().findFirst().orElse("");
            out.sample(one.expiresWallMillis() / 1e3, "file", one.file(), "name", name);
        }
    }
}
