package dev.ebb.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The sending side: heads at once, bodies as the peer's windows (RFC 9113 5.2) and the transport
 * allow. Streams that have to wait take turns, a frame each. One event loop.
 */
final class Sender {
    /** What the sender tells the connection. */
    interface Events {
        /** The last frame of the stream is written. */
        void localEnded(Http2Stream stream);

        void writable(Http2Stream stream);
    }

    private static final int MOST_AT_ONCE = 4 * Frames.MAX_PAYLOAD;

    private final FrameWriter writer;
    private final HpackEncoder encoder;
    private final StreamTable table;
    private final Budget frames;
    private final Http2Settings settings;
    private final ByteBufAllocator allocator;
    private final Events events;

    /**
     * Whether the streams are different clients', as they are towards an instance: then one that
     * has nothing queued may always send, however much of the others' waits.
     */
    private final boolean shared;

    private int window = Frames.INITIAL_WINDOW;
    private int initialWindow = Frames.INITIAL_WINDOW;

    /** Whose turn is next, of the streams that have bytes to send and a window for them. */
    private @Nullable Http2Stream ready;

    private int queued;
    private long sent;
    private boolean someAwaitRoom;
    private boolean pumping;
    private @Nullable HeldFields held;

    Sender(
            FrameWriter writer,
            HpackEncoder encoder,
            StreamTable table,
            Budget frames,
            Http2Settings settings,
            ByteBufAllocator allocator,
            boolean shared,
            Events events) {
        this.writer = writer;
        this.encoder = encoder;
        this.table = table;
        this.frames = frames;
        this.settings = settings;
        this.allocator = allocator;
        this.shared = shared;
        this.events = events;
    }

    int initialWindow() {
        return initialWindow;
    }

    // ---- Heads

    FieldSink beginFields(Http2Stream stream) {
        held = null;
        if (ended(stream)) {
            return FieldSink.NONE;
        }
        if (stream.queuedBytes() > 0) {
            held = new HeldFields();
            return held;
        }
        encoder.begin();
        return encoder;
    }

    FieldSink beginResponse(Http2Stream stream, int status) {
        FieldSink sink = beginFields(stream);
        if (sink == encoder) {
            encoder.status(status);
        }
        return sink;
    }

    void endFields(Http2Stream stream, boolean end) {
        if (ended(stream)) {
            return;
        }
        HeldFields kept = held;
        if (kept == null) {
            writer.headers(stream.id, encoder.block(), encoder.size(), end);
            if (end) {
                events.localEnded(stream);
            }
            return;
        }
        held = null;
        SendQueue queue = queue(stream);
        queue.ends = true;
        queue.trailers = kept;
    }

    private static boolean ended(Http2Stream stream) {
        SendQueue queue = stream.queue;
        return stream.closed || stream.localEnded || (queue != null && queue.ends);
    }

    private static SendQueue queue(Http2Stream stream) {
        SendQueue queue = stream.queue;
        if (queue == null) {
            queue = new SendQueue();
            stream.queue = queue;
        }
        return queue;
    }

    // ---- Bodies

    boolean writable(Http2Stream stream) {
        boolean full = stream.queuedBytes() >= settings.sendQueues().stream();
        boolean allFull = !roomBeside(stream);
        if (full || allFull) {
            stream.awaitsWritable = true;
            someAwaitRoom |= allFull;
            return false;
        }
        return true;
    }

    /** Whether what waits of all streams leaves room for some of this one. */
    private boolean roomBeside(Http2Stream stream) {
        return queued < settings.sendQueues().connection() || (shared && stream.queuedBytes() == 0);
    }

    /**
     * Whether nothing at all of what waits can be sent: the peer gives the connection no window, or
     * the transport takes nothing.
     */
    boolean blocked() {
        return queued > 0 && (window <= 0 || !writer.writable());
    }

    /** All that was sent of bodies so far, in bytes; to be compared only. */
    long sent() {
        return sent;
    }

    /** Takes over the piece. */
    void data(Http2Stream stream, ByteBuf piece, boolean end) {
        int size = piece.readableBytes();
        if (ended(stream) || (size == 0 && !end)) {
            piece.release();
            return;
        }
        boolean first = stream.queuedBytes() == 0;
        if (first && size == 0) {
            piece.release();
            writer.end(stream.id);
            events.localEnded(stream);
            return;
        }
        boolean now =
                first
                        && ready == null
                        && size <= Math.min(window, stream.sendWindow)
                        && size <= MOST_AT_ONCE
                        && writer.writable();
        if (now) {
            send(stream, piece, size, end);
            piece.release();
            if (end) {
                events.localEnded(stream);
            }
            return;
        }
        SendQueue queue = queue(stream);
        queue.add(piece, allocator);
        queue.ends = end;
        queued += size;
        takeTurns(stream);
    }

    /** Writes all of it, in as many frames as it takes. */
    private void send(Http2Stream stream, ByteBuf piece, int size, boolean end) {
        window -= size;
        sent += size;
        stream.sendWindow -= size;
        int left = size;
        while (left > 0) {
            int part = Math.min(left, Frames.MAX_PAYLOAD);
            left -= part;
            frames.add(2);
            writer.data(stream.id, piece, part, end && left == 0);
        }
    }

    /** Sends what waits, as far as it goes. */
    void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            Http2Stream stream = ready;
            while (stream != null && window > 0 && writer.writable()) {
                sendNext(stream);
                stream = ready;
            }
        } finally {
            pumping = false;
        }
        if (someAwaitRoom && queued <= settings.sendQueues().connection() / 2) {
            someAwaitRoom = false;
            table.forEach(this::tellWritable);
        }
    }

    /** A frame of the stream whose turn it is. */
    private void sendNext(Http2Stream stream) {
        SendQueue queue = queue(stream);
        ByteBuf head = queue.head();
        if (head == null) {
            leave(stream);
            return;
        }
        int most = Math.min(Math.min(window, stream.sendWindow), Frames.MAX_PAYLOAD);
        int size = Math.min(head.readableBytes(), most);
        boolean last = size == queue.bytes() && queue.ends;
        HeldFields trailers = last ? queue.trailers : null;
        send(stream, head, size, last && trailers == null);
        queue.sent(size);
        queued -= size;
        if (queue.bytes() == 0 || stream.sendWindow <= 0) {
            leave(stream);
        } else {
            ready = stream.next;
        }
        if (trailers != null) {
            encoder.begin();
            trailers.replay(encoder);
            writer.headers(stream.id, encoder.block(), encoder.size(), true);
        }
        if (last) {
            events.localEnded(stream);
        } else {
            tellWritable(stream);
        }
    }

    private void tellWritable(Http2Stream stream) {
        boolean room = stream.queuedBytes() <= settings.sendQueues().stream() / 2;
        if (stream.awaitsWritable && room && roomBeside(stream)) {
            stream.awaitsWritable = false;
            events.writable(stream);
        }
    }

    // ---- Turns

    private void takeTurns(Http2Stream stream) {
        if (stream.next != null || stream.sendWindow <= 0 || stream.queuedBytes() == 0) {
            return;
        }
        Http2Stream first = ready;
        if (first == null) {
            stream.next = stream;
            stream.previous = stream;
            ready = stream;
            return;
        }
        Http2Stream last = first.previous;
        if (last != null) {
            last.next = stream;
            stream.previous = last;
        }
        stream.next = first;
        first.previous = stream;
    }

    private void leave(Http2Stream stream) {
        Http2Stream next = stream.next;
        Http2Stream previous = stream.previous;
        if (next == null || previous == null) {
            return;
        }
        stream.next = null;
        stream.previous = null;
        if (next == stream) {
            ready = null;
            return;
        }
        next.previous = previous;
        previous.next = next;
        if (ready == stream) {
            ready = next;
        }
    }

    /** The stream is closed: what of it was not sent never will be. */
    void drop(Http2Stream stream) {
        leave(stream);
        SendQueue queue = stream.queue;
        if (queue != null) {
            queued -= queue.bytes();
            queue.clear();
        }
    }

    // ---- Windows

    /** False when it would grow too large. */
    boolean widen(int increment) {
        long wide = (long) window + increment;
        if (wide > Integer.MAX_VALUE) {
            return false;
        }
        window = (int) wide;
        return true;
    }

    boolean widen(Http2Stream stream, int increment) {
        long wide = (long) stream.sendWindow + increment;
        if (wide > Integer.MAX_VALUE) {
            return false;
        }
        stream.sendWindow = (int) wide;
        if (wide <= 0) {
            leave(stream);
        } else {
            takeTurns(stream);
        }
        return true;
    }

    /** The peer has another initial window; what is open changes by the difference. */
    boolean initialWindow(int bytes) {
        int difference = bytes - initialWindow;
        initialWindow = bytes;
        boolean[] good = {true};
        table.forEach(stream -> good[0] &= widen(stream, difference));
        return good[0];
    }
}
