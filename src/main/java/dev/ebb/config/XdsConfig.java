package dev.ebb.config;

import dev.ebb.pki.IdentityFiles;
import java.time.Duration;
import java.util.Optional;

/**
 * How data planes other than the gateway are served. Immutable.
 *
 * @param listen loopback, unless data planes must show certificates
 * @param proxy where an Envoy that has its listener from Ebb accepts requests
 * @param grace how long one that has lost its connection is waited for
 * @param quiet how long one that reports no load is taken to have requests in flight
 * @param reports from one load report to the next
 * @param tls empty for none
 */
public record XdsConfig(
        Address listen,
        Address proxy,
        Duration grace,
        Duration quiet,
        Duration reports,
        Optional<Tls> tls) {

    /** Ebb's certificate, and those of data planes. */
    public record Tls(IdentityFiles identity, TlsConfig.Clients clients) {}
}
