package dev.ebb.gateway;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;

/** A client connection's part of the forwarding fields, put together once per connection. */
final class Peer {
    /** The client's address, as text. */
    final byte[] client;

    final byte[] address;
    final byte[] proto;
    final byte[] port;
    final byte[] forwarded;
    final byte[] localAddress;

    /** The line of the Client-Cert field; empty without a certificate. */
    final byte[] clientCert;

    /** Whether the client came by TLS. */
    final boolean secure;

    /** Whether it may say for whom it forwards. */
    final boolean trusted;

    static Peer of(Channel channel, Trust trust) {
        SocketAddress remote = channel.remoteAddress();
        return new Peer(remote, channel.localAddress(), Secured.of(channel), trust.of(remote));
    }

    Peer(SocketAddress remote, SocketAddress local, Optional<Secured> tls, boolean trusted) {
        this.trusted = trusted;
        secure = tls.isPresent();
        clientCert = tls.map(Secured::clientCert).orElse(new byte[0]);
        var scheme = secure ? "https" : "http";
        proto = Bytes.ascii("X-Forwarded-Proto: " + scheme + "\r\n");
        var from = host(remote);
        boolean v6 = from.indexOf(':') >= 0;
        client = Bytes.ascii(from);
        address = Bytes.ascii(from + "\r\n");
        port = Bytes.ascii("X-Forwarded-Port: " + port(local) + "\r\n");
        forwarded =
                Bytes.ascii(
                        "Forwarded: for="
                                + (v6 ? "\"[" + from + "]\"" : from)
                                + ";proto="
                                + scheme);
        var to = host(local);
        localAddress =
                Bytes.ascii((to.indexOf(':') >= 0 ? "[" + to + "]" : to) + ":" + port(local));
    }

    private static String host(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet) || inet.getAddress() == null) {
            return "unknown";
        }
        var text = inet.getAddress().getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }

    private static int port(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getPort() : 0;
    }
}
