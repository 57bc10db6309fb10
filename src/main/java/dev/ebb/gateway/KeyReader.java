package dev.ebb.gateway;

import dev.ebb.balance.HashKey;
import dev.ebb.balance.HashPolicy;
import dev.ebb.balance.Hashing;
import java.util.Locale;

/**
 * Reads from a request's head the key by which it is placed: the first of the policy's that it has,
 * and that is not empty. Allocates nothing. One per service and event loop.
 */
final class KeyReader {
    /** One place where a key may stand. */
    private interface Source {
        /** {@link Hashing#NONE} where there is none. */
        long read(RequestHead request, Peer peer);
    }

    private final Source[] sources;

    KeyReader(HashPolicy policy, ForwardedFor forwarded) {
        sources = policy.keys().stream().map(k -> source(k, forwarded)).toArray(Source[]::new);
    }

    /** {@link Hashing#NONE} where the request has no key. */
    long read(RequestHead request, Peer peer) {
        for (Source source : sources) {
            long key = source.read(request, peer);
            if (key != Hashing.NONE) {
                return key;
            }
        }
        return Hashing.NONE;
    }

    private static Source source(HashKey key, ForwardedFor forwarded) {
        return switch (key) {
            case HashKey.Header(String name) -> {
                byte[] lower = Bytes.ascii(name.toLowerCase(Locale.ROOT));
                yield (request, _) -> header(request.head, lower);
            }
            case HashKey.Cookie(String name) -> {
                var cookie = new CookieField(name);
                yield (request, _) -> cookie(request.head, cookie);
            }
            case HashKey.Query(String name) -> {
                byte[] wanted = Bytes.ascii(name);
                yield (request, _) -> query(request, wanted);
            }
            case HashKey.Path() ->
                    (request, _) -> hash(request.head.bytes, request.pathStart, request.pathEnd());
            case HashKey.ClientAddress() -> (request, peer) -> client(request, peer, forwarded);
        };
    }

    private static long hash(byte[] text, int start, int end) {
        return start < end ? Hashing.of(text, start, end) : Hashing.NONE;
    }

    private static long header(Head head, byte[] lowerName) {
        for (int i = 0; i < head.count; i++) {
            if (head.isNamed(i, lowerName)) {
                return hash(head.bytes, head.valueStart[i], head.valueEnd[i]);
            }
        }
        return Hashing.NONE;
    }

    private static long cookie(Head head, CookieField cookie) {
        return cookie.find(head) ? hash(head.bytes, cookie.start, cookie.end) : Hashing.NONE;
    }

    private static long query(RequestHead request, byte[] name) {
        byte[] text = request.head.bytes;
        int to = request.targetEnd;
        int at = request.pathEnd() + 1;
        while (at < to) {
            int stop = at;
            while (stop < to && text[stop] != '&') {
                stop++;
            }
            int equals = at + name.length;
            if (equals < stop && text[equals] == '=' && Bytes.same(text, at, equals, name)) {
                return hash(text, equals + 1, stop);
            }
            at = stop + 1;
        }
        return Hashing.NONE;
    }

    private static long client(RequestHead request, Peer peer, ForwardedFor forwarded) {
        if (peer.trusted) {
            forwarded.find(request.head);
            if (forwarded.start < forwarded.end) {
                return hash(request.head.bytes, forwarded.start, forwarded.end);
            }
        }
        return hash(peer.client, 0, peer.client.length);
    }
}
