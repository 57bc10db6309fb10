package dev.ebb.gateway.http2;

/**
 * How much the peer may send (RFC 9113 5.2): of each body and of all together. What the owner has
 * consumed is given back when it makes up half of a window, so that updates are few. One event
 * loop.
 */
final class ReceiveWindows {
    private final FrameWriter writer;
    private final Http2Settings settings;
    private int window;
    private int credit;
    private boolean agreed;

    ReceiveWindows(FrameWriter writer, Http2Settings settings) {
        this.writer = writer;
        this.settings = settings;
        window = settings.windows().connection();
    }

    /** The peer knows our settings. */
    void agreed() {
        agreed = true;
    }

    /** So much comes in; false when it is more than allowed. */
    boolean take(int bytes) {
        window -= bytes;
        return window >= 0;
    }

    boolean take(Http2Stream stream, int bytes) {
        stream.receiveWindow -= bytes;
        // Until the peer has agreed to a smaller window, it may use what it began with.
        int less = agreed ? 0 : Math.max(0, Frames.INITIAL_WINDOW - settings.windows().stream());
        return stream.receiveWindow >= -less;
    }

    /** So many bytes of what came in are needed no more. */
    void consumed(Http2Stream stream, int bytes) {
        int freed = Math.min(bytes, stream.unconsumed);
        if (freed <= 0) {
            return;
        }
        stream.unconsumed -= freed;
        consumed(freed);
        if (stream.closed || stream.remoteEnded) {
            return;
        }
        stream.credit += freed;
        if (stream.credit >= (settings.windows().stream() + 1) / 2) {
            writer.windowUpdate(stream.id, stream.credit);
            stream.receiveWindow += stream.credit;
            stream.credit = 0;
        }
    }

    /** The same for bytes that belong to no stream any more. */
    void consumed(int bytes) {
        credit += bytes;
        if (credit >= settings.windows().connection() / 2) {
            writer.windowUpdate(0, credit);
            window += credit;
            credit = 0;
        }
    }
}
