package dev.ebb.gateway;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.Optional;

/**
 * What the handshake of a client's TLS connection came to; kept with the channel. Immutable.
 *
 * @param protocol what was agreed on by ALPN; {@code http/1.1} if nothing was
 * @param clientCert the line of the Client-Cert field (RFC 9440); empty without a certificate
 */
@SuppressWarnings("ArrayRecordComponent")
record Secured(String protocol, byte[] clientCert) {
    private static final AttributeKey<Secured> KEY = AttributeKey.valueOf(Secured.class, "tls");

    /** Empty for a connection without TLS. */
    static Optional<Secured> of(Channel channel) {
        return Optional.ofNullable(channel.attr(KEY).get());
    }

    void keepWith(Channel channel) {
        channel.attr(KEY).set(this);
    }
}
