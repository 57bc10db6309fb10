package dev.ebb.gateway;

import dev.ebb.gateway.tls.HandshakeFailure;
import dev.ebb.gateway.tls.TlsServer;
import io.netty.channel.Channel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * One event loop's client connections whose TLS handshake is not done yet, the oldest first. Their
 * number and their time are limited; beyond the number the oldest makes room, so that whoever
 * leaves handshakes lying keeps nobody else out.
 */
final class Handshakes {
    final TlsCounters counters = new TlsCounters();
    private final GatewayLoop loop;
    private final TlsServer server;
    private final SequencedSet<TlsDoor> pending = new LinkedHashSet<>();

    Handshakes(GatewayLoop loop, TlsServer server) {
        this.loop = loop;
        this.server = server;
    }

    void begin(Channel channel) {
        if (pending.size() >= server.settings().handshakes()) {
            pending.getFirst().giveUp(HandshakeFailure.CROWDED);
        }
        var door = new TlsDoor(loop, this, server, System.nanoTime());
        pending.add(door);
        channel.pipeline().addLast(door);
    }

    void ended(TlsDoor door) {
        pending.remove(door);
    }

    void tick(long nowNanos) {
        long limit = server.settings().handshakeTimeout().toNanos();
        while (!pending.isEmpty() && nowNanos - pending.getFirst().sinceNanos() > limit) {
            pending.getFirst().giveUp(HandshakeFailure.TIMEOUT);
        }
    }

    /** Closes connections that have said nothing yet. */
    void closeSilent() {
        List.copyOf(pending).forEach(TlsDoor::closeSilent);
    }

    void closeAll() {
        List.copyOf(pending).forEach(TlsDoor::closeNow);
    }
}
