package dev.ebb.gateway;

import dev.ebb.gateway.AccessEntry.End;
import dev.ebb.gateway.AccessEntry.Kept;
import java.util.ArrayDeque;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's end of the access log: gives entries to requests that begin, and takes them back
 * when these are over, to throw them away or to hand them on.
 */
final class AccessTap {
    private static final int MOST_SPARE = 1024;

    private final AccessLogSettings settings;
    private final AccessRing ring;
    private final RandomGenerator random;
    private final ArrayDeque<AccessEntry> spare = new ArrayDeque<>();

    AccessTap(AccessLogSettings settings, AccessRing ring, RandomGenerator random) {
        this.settings = settings;
        this.ring = ring;
        this.random = random;
    }

    /** An entry for a request of HTTP/1; null without an access log, and so below. */
    static @Nullable AccessEntry begin(
            GatewayLoop loop, RequestHead request, Peer peer, byte[] id) {
        return begin(loop, request, peer, request.http10 ? "HTTP/1.0" : "HTTP/1.1", id);
    }

    static @Nullable AccessEntry begin(
            GatewayLoop loop, RequestHead request, Peer peer, String protocol, byte[] id) {
        AccessTap tap = loop.access();
        if (tap == null) {
            return null;
        }
        AccessEntry entry = tap.begin(peer, protocol, id, loop.now());
        entry.head(request, tap.settings.query());
        if (peer.trusted) {
            entry.forwardedFor(request.head, loop.forwardedFor());
        }
        return entry;
    }

    /** For a request whose head makes no sense. */
    static @Nullable AccessEntry begin(GatewayLoop loop, Peer peer, byte[] id) {
        AccessTap tap = loop.access();
        return tap == null ? null : tap.begin(peer, "", id, loop.now());
    }

    AccessEntry begin(Peer peer, String protocol, byte[] id, long nowNanos) {
        AccessEntry free = spare.pollLast();
        AccessEntry entry = free == null ? new AccessEntry() : free;
        entry.begin(this, peer, protocol, id, nowNanos, System.currentTimeMillis());
        return entry;
    }

    /** From an entry's {@link AccessEntry#done}. */
    void end(AccessEntry entry) {
        AccessEntry free = keep(entry) ? ring.put(entry) : entry;
        if (spare.size() < MOST_SPARE) {
            spare.addLast(free);
        }
    }

    private boolean keep(AccessEntry entry) {
        long slow = settings.slow().toNanos();
        boolean failed = entry.status >= 500 || GrpcStatus.isFailure(entry.grpcStatus);
        if (failed || entry.end == End.CUT) {
            entry.kept = Kept.FAILED;
        } else if (slow > 0 && entry.durationNanos > slow) {
            entry.kept = Kept.SLOW;
        } else {
            entry.kept = Kept.SAMPLE;
            return settings.sample() >= 1 || random.nextDouble() < settings.sample();
        }
        return true;
    }
}
