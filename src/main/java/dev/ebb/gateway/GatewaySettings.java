package dev.ebb.gateway;

import dev.ebb.gateway.http2.Http2Settings;
import dev.ebb.gateway.tls.TlsServerSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * Where the gateway listens and how it behaves, apart from the services behind it. Immutable; made
 * from {@link #DEFAULT} with the {@code with...} methods.
 *
 * @param listeners addresses to listen at without TLS; port 0 takes a free one
 * @param loops event loops, each with connections of its own
 * @param trustForwarded keep X-Forwarded-* and Forwarded of the client and add to them; otherwise
 *     they are replaced, because anyone can write them
 * @param via name in the Via field of requests; empty for no such field
 * @param tls the address to listen at with TLS, if there is one
 * @param accessLog empty for none, which costs nothing
 * @param http2 what clients of HTTP/2 get; the size of a head is that of the limits
 */
public record GatewaySettings(
        List<InetSocketAddress> listeners,
        int loops,
        Transport transport,
        Limits limits,
        Timeouts timeouts,
        boolean trustForwarded,
        Optional<String> via,
        Optional<TlsServerSettings> tls,
        Optional<AccessLogSettings> accessLog,
        Http2Settings http2) {
    public static final GatewaySettings DEFAULT =
            new GatewaySettings(
                    List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 8080)),
                    Math.min(2, Runtime.getRuntime().availableProcessors()),
                    Transport.AUTO,
                    Limits.DEFAULT,
                    Timeouts.DEFAULT,
                    false,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Http2Settings.DEFAULT);

    public GatewaySettings {
        listeners = List.copyOf(listeners);
        if (listeners.isEmpty() && tls.isEmpty()) {
            throw new IllegalArgumentException("the gateway needs an address to listen at");
        }
        if (loops < 1 || loops > 256) {
            throw new IllegalArgumentException("loops must be 1 to 256, but is " + loops);
        }
    }

    public GatewaySettings withListeners(InetSocketAddress... addresses) {
        return new GatewaySettings(
                List.of(addresses),
                loops,
                transport,
                limits,
                timeouts,
                trustForwarded,
                via,
                tls,
                accessLog,
                http2);
    }

    public GatewaySettings withLoops(int count) {
        return new GatewaySettings(
                listeners,
                count,
                transport,
                limits,
                timeouts,
                trustForwarded,
                via,
                tls,
                accessLog,
                http2);
    }

    public GatewaySettings withTransport(Transport kind) {
        return new GatewaySettings(
                listeners,
                loops,
                kind,
                limits,
                timeouts,
                trustForwarded,
                via,
                tls,
                accessLog,
                http2);
    }

    public GatewaySettings withLimits(Limits changed) {
        return new GatewaySettings(
                listeners,
                loops,
                transport,
                changed,
                timeouts,
                trustForwarded,
                via,
                tls,
                accessLog,
                http2);
    }

    public GatewaySettings withTimeouts(Timeouts changed) {
        return new GatewaySettings(
                listeners,
                loops,
                transport,
                limits,
                changed,
                trustForwarded,
                via,
                tls,
                accessLog,
                http2);
    }

    public GatewaySettings withTls(TlsServerSettings listener) {
        return new GatewaySettings(
                listeners,
                loops,
                transport,
                limits,
                timeouts,
                trustForwarded,
                via,
                Optional.of(listener),
                accessLog,
                http2);
    }

    public GatewaySettings withTrustForwarded(boolean trust) {
        return new GatewaySettings(
                listeners, loops, transport, limits, timeouts, trust, via, tls, accessLog, http2);
    }

    public GatewaySettings withAccessLog(AccessLogSettings log) {
        return new GatewaySettings(
                listeners,
                loops,
                transport,
                limits,
                timeouts,
                trustForwarded,
                via,
                tls,
                Optional.of(log),
                http2);
    }

    public GatewaySettings withHttp2(Http2Settings changed) {
        return new GatewaySettings(
                listeners,
                loops,
                transport,
                limits,
                timeouts,
                trustForwarded,
                via,
                tls,
                accessLog,
                changed);
    }
}
