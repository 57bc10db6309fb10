package dev.ebb.gateway.http2;

/**
 * Which streams were ever opened (RFC 9113 5.1.1), and which of the closed ones we have reset not
 * long ago: what the peer sent of those before it knew is no mistake of its own. Of older ones only
 * the highest id is kept, up to which we cannot tell. One event loop.
 */
final class StreamIds {
    private static final int KEPT = 128;

    private final boolean server;
    private int[] reset = new int[0];
    private int nextReset;
    private int forgotten;

    /** The highest stream that the peer has opened, and the ids that it left out last. */
    private int lastPeer;

    private int gapFrom;
    private int gapTo;

    /** The first id of ours that was not used yet; negative when all are. */
    private int next = 1;

    StreamIds(boolean server) {
        this.server = server;
    }

    int lastPeer() {
        return lastPeer;
    }

    void opened(int id) {
        if (id > lastPeer + 2) {
            gapFrom = lastPeer;
            gapTo = id;
        }
        lastPeer = id;
    }

    /** Whether it was left out when the peer opened a higher one. */
    boolean leftOut(int id) {
        return id > gapFrom && id < gapTo;
    }

    boolean left() {
        return next > 0;
    }

    int take() {
        int id = next;
        next += 2;
        return id;
    }

    /** Whether no stream with this id was ever opened. */
    boolean idle(int id) {
        boolean ours = (id & 1) == (server ? 0 : 1);
        if (ours) {
            return server || (next > 0 && id >= next);
        }
        return id > lastPeer;
    }

    void reset(int id) {
        if (reset.length == 0) {
            reset = new int[KEPT];
        }
        int place = nextReset++ & (KEPT - 1);
        forgotten = Math.max(forgotten, reset[place]);
        reset[place] = id;
    }

    /** Whether we have reset it, or may have. */
    boolean mayBeReset(int id) {
        if (id <= forgotten) {
            return true;
        }
        for (int known : reset) {
            if (known == id) {
                return true;
            }
        }
        return false;
    }
}
