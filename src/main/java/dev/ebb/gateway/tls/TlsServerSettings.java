package dev.ebb.gateway.tls;

import dev.ebb.pki.IdentityFiles;
import dev.ebb.pki.TrustFile;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where and how the gateway accepts TLS. Immutable; made from {@link #of} with the {@code with...}
 * methods.
 *
 * @param listen port 0 takes a free one
 * @param certificates the client's server name picks one; the first is for all other names
 * @param authorities who signs clients' certificates; needed unless these are {@link Verify#OFF}
 * @param http2 whether HTTP/2 is offered (ALPN), before HTTP/1.1
 * @param handshakeTimeout from the connection to the end of its handshake
 * @param handshakes in progress at once on an event loop; beyond it the oldest makes room
 */
public record TlsServerSettings(
        InetSocketAddress listen,
        List<IdentityFiles> certificates,
        Verify verify,
        Optional<TrustFile> authorities,
        Minimum minimum,
        boolean http2,
        Duration handshakeTimeout,
        int handshakes) {

    /** Whether HTTP/2 is offered unless said otherwise. */
    public static final boolean HTTP2 = true;

    /** Whether clients must show a certificate. */
    public enum Verify {
        OFF,
        /** They may, and then it must be good. */
        OPTIONAL,
        REQUIRED
    }

    /** The oldest version of TLS that is spoken. */
    public enum Minimum {
        TLS_1_2,
        TLS_1_3
    }

    public TlsServerSettings {
        certificates = List.copyOf(certificates);
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("TLS needs a certificate");
        }
        if (verify != Verify.OFF && authorities.isEmpty()) {
            throw new IllegalArgumentException("no authority to verify clients' certificates by");
        }
        if (handshakes < 1 || handshakeTimeout.isNegative() || handshakeTimeout.isZero()) {
            throw new IllegalArgumentException("handshakes need room and time");
        }
    }

    public static TlsServerSettings of(InetSocketAddress listen, IdentityFiles... certificates) {
        return new TlsServerSettings(
                listen,
                List.of(certificates),
                Verify.OFF,
                Optional.empty(),
                Minimum.TLS_1_2,
                HTTP2,
                Duration.ofSeconds(10),
                1000);
    }

    public TlsServerSettings withClients(Verify how, TrustFile signers) {
        return new TlsServerSettings(
                listen,
                certificates,
                how,
                Optional.of(signers),
                minimum,
                http2,
                handshakeTimeout,
                handshakes);
    }

    public TlsServerSettings withMinimum(Minimum oldest) {
        return new TlsServerSettings(
                listen,
                certificates,
                verify,
                authorities,
                oldest,
                http2,
                handshakeTimeout,
                handshakes);
    }

    public TlsServerSettings withHttp2(boolean offered) {
        return new TlsServerSettings(
                listen,
                certificates,
                verify,
                authorities,
                minimum,
                offered,
                handshakeTimeout,
                handshakes);
    }

    public TlsServerSettings withHandshakes(Duration timeout, int atOnce) {
        return new TlsServerSettings(
                listen, certificates, verify, authorities, minimum, http2, timeout, atOnce);
    }

    /** What is offered to clients by ALPN (RFC 7301), the best first. */
    List<String> protocols() {
        return http2 ? List.of("h2", "http/1.1") : List.of("http/1.1");
    }
}
