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
 * @param accessLog empty for none, which costs nothing
 * @param http2 what clients of HTTP/2 get; the size of a head is that of the limits
 */
public record GatewaySettings(
        Listen listen,
        Loops loops,
        Heads heads,
        Limits limits,
        Timeouts timeouts,
        Optional<AccessLogSettings> accessLog,
        Http2Settings http2) {

    /**
     * Where it listens.
     *
     * @param plain addresses without TLS; port 0 takes a free one
     * @param tls the address with TLS, if there is one
     */
    public record Listen(List<InetSocketAddress> plain, Optional<TlsServerSettings> tls) {
        public Listen {
            plain = List.copyOf(plain);
            if (plain.isEmpty() && tls.isEmpty()) {
                throw new IllegalArgumentException("the gateway needs an address to listen at");
            }
        }
    }

    /**
     * What it runs on.
     *
     * @param count event loops, each with connections of its own
     */
    public record Loops(int count, Transport transport) {
        public Loops {
            if (count < 1 || count > 256) {
                throw new IllegalArgumentException("loops must be 1 to 256, but is " + count);
            }
        }
    }

    /**
     * What it changes in the heads of requests.
     *
     * @param trust of whom X-Forwarded-* and Forwarded are kept and added to; of others they are
     *     replaced, because anyone can write them
     * @param via name in the Via field; empty for no such field
     */
    public record Heads(Trust trust, Optional<String> via, RequestId requestId) {
        public static final Heads DEFAULT =
                new Heads(Trust.NOBODY, Optional.empty(), new RequestId("X-Request-Id", false));

        public Heads with(Trust changed) {
            return new Heads(changed, via, requestId);
        }

        public Heads with(RequestId changed) {
            return new Heads(trust, via, changed);
        }
    }

    /**
     * By what a request is found again in logs.
     *
     * @param header field that holds the id
     * @param generate give requests an id that come without a good one, and pass it on
     */
    public record RequestId(String header, boolean generate) {
        public RequestId {
            byte[] name = Bytes.ascii(header);
            boolean plain = header.matches("[A-Za-z][A-Za-z0-9-]*");
            if (!plain || FieldName.of(name, 0, name.length) != FieldName.OTHER) {
                throw new IllegalArgumentException("no name for a field with ids: " + header);
            }
        }
    }

    public static final GatewaySettings DEFAULT =
            new GatewaySettings(
                    new Listen(
                            List.of(
                                    new InetSocketAddress(
                                            InetAddress.ofLiteral("127.0.0.1"), 8080)),
                            Optional.empty()),
                    new Loops(
                            Math.min(2, Runtime.getRuntime().availableProcessors()),
                            Transport.AUTO),
                    Heads.DEFAULT,
                    Limits.DEFAULT,
                    Timeouts.DEFAULT,
                    Optional.empty(),
                    Http2Settings.DEFAULT);

    public GatewaySettings with(Listen changed) {
        return new GatewaySettings(changed, loops, heads, limits, timeouts, accessLog, http2);
    }

    public GatewaySettings with(Loops changed) {
        return new GatewaySettings(listen, changed, heads, limits, timeouts, accessLog, http2);
    }

    public GatewaySettings with(Heads changed) {
        return new GatewaySettings(listen, loops, changed, limits, timeouts, accessLog, http2);
    }

    public GatewaySettings withListeners(InetSocketAddress... addresses) {
        return with(new Listen(List.of(addresses), listen.tls));
    }

    public GatewaySettings withTls(TlsServerSettings listener) {
        return with(new Listen(listen.plain, Optional.of(listener)));
    }

    public GatewaySettings withLoops(int count) {
        return with(new Loops(count, loops.transport));
    }

    public GatewaySettings withTransport(Transport kind) {
        return with(new Loops(loops.count, kind));
    }

    public GatewaySettings withLimits(Limits changed) {
        return new GatewaySettings(listen, loops, heads, changed, timeouts, accessLog, http2);
    }

    public GatewaySettings withTimeouts(Timeouts changed) {
        return new GatewaySettings(listen, loops, heads, limits, changed, accessLog, http2);
    }

    public GatewaySettings withAccessLog(AccessLogSettings log) {
        return new GatewaySettings(listen, loops, heads, limits, timeouts, Optional.of(log), http2);
    }

    public GatewaySettings withHttp2(Http2Settings changed) {
        return new GatewaySettings(listen, loops, heads, limits, timeouts, accessLog, changed);
    }
}
