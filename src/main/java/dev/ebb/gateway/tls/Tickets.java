package dev.ebb.gateway.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The keys of session tickets (RFC 8446 4.6.1), by which a client that comes back is spared the
 * costly part of a handshake. The newest seals; the ones before still open what they sealed. Keys
 * never leave the memory of this process. The JDK's TLS has keys of its own and needs none. Safe
 * for use by several threads.
 */
final class Tickets {
    private static final int KEPT = 3;

    private final SecureRandom random = new SecureRandom();
    private final Deque<OpenSslSessionTicketKey> keys = new ArrayDeque<>();

    Tickets() {
        rotate();
    }

    /** A new key seals from now on; a ticket is good for {@value #KEPT} rotations at most. */
    synchronized void rotate() {
        keys.addFirst(
                new OpenSslSessionTicketKey(
                        bytes(OpenSslSessionTicketKey.NAME_SIZE),
                        bytes(OpenSslSessionTicketKey.HMAC_KEY_SIZE),
                        bytes(OpenSslSessionTicketKey.AES_KEY_SIZE)));
        while (keys.size() > KEPT) {
            keys.removeLast();
        }
    }

    /** No ticket is good any more. */
    synchronized void forget() {
        keys.clear();
        rotate();
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    synchronized void give(SslContext context) {
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setTicketKeys(keys.toArray(OpenSslSessionTicketKey[]::new));
            // Tickets are kept by the clients: nothing is stored here for each of them.
            sessions.setSessionCacheEnabled(false);
        }
    }
}
