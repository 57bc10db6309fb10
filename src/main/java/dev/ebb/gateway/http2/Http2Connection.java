package dev.ebb.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * One HTTP/2 connection (RFC 9113), the server's or the client's side of it: {@link #receive} takes
 * what the peer has sent, a {@link Http2Listener} is told what it means, and frames go to a {@link
 * Http2Output}, at the latest when the owner calls {@link #flush}; once per turn of the event loop
 * is enough. A peer that breaks a rule loses the stream or the connection and never causes an
 * exception. One event loop; times are of {@link System#nanoTime}.
 */
public final class Http2Connection {
    /** Which side we are. */
    public enum Side {
        CLIENT,
        SERVER
    }

    private static final long SHUTDOWN_PING = 0x0065_6262_2e65_6e64L;
    private static final long ALIVE_PING = 0x0065_6262_2e70_696eL;
    private static final int STREAMS_UNTIL_TOLD = 100;

    final Side side;
    final Http2Settings settings;
    final Http2Listener listener;
    final FrameWriter writer;
    final HpackEncoder encoder;
    final StreamTable table = new StreamTable();
    final StreamIds ids;
    final ReceiveWindows windows;
    final Sender sender;
    private final Incoming incoming;
    private final FrameReader reader;
    private final ByteBufAllocator allocator;

    private int maxStreams = STREAMS_UNTIL_TOLD;
    boolean settingsAcked;
    private long settingsNanos;
    private boolean peerLeaves;
    private int peerLastId = Frames.LAST_ID;
    private boolean leaves;
    private boolean noticed;
    private long noticeNanos;
    private boolean drained;
    private boolean ended;
    private long heardNanos;
    private boolean pinged;
    private long pingNanos;
    private boolean stalled;
    private long sentBefore;

    public Http2Connection(
            Side side,
            Http2Settings settings,
            Scratch scratch,
            ByteBufAllocator allocator,
            Http2Output output,
            Http2Listener listener,
            long nowNanos) {
        this.side = side;
        this.settings = settings;
        this.listener = listener;
        this.allocator = allocator;
        Http2Limits limits = settings.limits();
        var frames = new Budget(limits.frames(), limits.framesPerSecond(), nowNanos);
        writer = new FrameWriter(allocator, output, limits.answers());
        encoder = new HpackEncoder(scratch, settings.headers().huffman());
        ids = new StreamIds(side == Side.SERVER);
        windows = new ReceiveWindows(writer, settings);
        var decoder = new HpackDecoder(scratch, settings.headers().list());
        incoming = new Incoming(this, decoder, frames, nowNanos);
        boolean shared = side == Side.CLIENT;
        sender = new Sender(writer, encoder, table, frames, settings, allocator, shared, incoming);
        reader = new FrameReader(incoming, scratch, limits, side == Side.SERVER);
        settingsNanos = nowNanos;
        heardNanos = nowNanos;
    }

    /** Writes what a connection begins with. */
    public void start() {
        if (side == Side.CLIENT) {
            writer.preface();
            writer.settings(
                    Frames.HEADER_TABLE_SIZE, settings.headers().table(),
                    Frames.ENABLE_PUSH, 0,
                    Frames.INITIAL_WINDOW_SIZE, settings.windows().stream(),
                    Frames.MAX_HEADER_LIST_SIZE, settings.headers().list());
        } else {
            writer.settings(
                    Frames.HEADER_TABLE_SIZE, settings.headers().table(),
                    Frames.MAX_CONCURRENT_STREAMS, settings.maxStreams(),
                    Frames.INITIAL_WINDOW_SIZE, settings.windows().stream(),
                    Frames.MAX_HEADER_LIST_SIZE, settings.headers().list());
        }
        int more = settings.windows().connection() - Frames.INITIAL_WINDOW;
        if (more > 0) {
            writer.windowUpdate(0, more);
        }
    }

    /** Takes over what the peer has sent. */
    public void receive(ByteBuf bytes, long nowNanos) {
        if (ended) {
            bytes.release();
            return;
        }
        heardNanos = nowNanos;
        pinged = false;
        incoming.now(nowNanos);
        reader.read(bytes, allocator);
    }

    /** Sends what waits, as far as it goes, and flushes the output if there is a reason to. */
    public void flush() {
        if (!ended) {
            sender.pump();
        }
        writer.flush();
    }

    // ---- Streams

    /** Whether a request can be sent now; on the client's side only. */
    public boolean canOpen() {
        return !ended && !leaves && !peerLeaves && ids.left() && table.size() < maxStreams;
    }

    /**
     * Whether what waits to be sent made no way between two ticks, for all streams: a request with
     * a body had better take another connection.
     */
    public boolean stalled() {
        return stalled;
    }

    /** Whether it can ever be used for another request. */
    public boolean takesNoMore() {
        return ended || leaves || peerLeaves || !ids.left();
    }

    /**
     * A new request; its head comes next.
     *
     * @param toHead the method is HEAD: the answer has no body, whatever it says
     * @throws IllegalStateException unless {@link #canOpen}
     */
    public Http2Stream open(boolean toHead, Object owner) {
        if (side != Side.CLIENT || !canOpen()) {
            throw new IllegalStateException("no stream can be opened");
        }
        var stream =
                new Http2Stream(
                        ids.take(), toHead, settings.windows().stream(), sender.initialWindow());
        stream.owner = owner;
        table.add(stream);
        incoming.requested();
        return stream;
    }

    /** Open streams, of both kinds: to be answered and to be completed. */
    public int openStreams() {
        return table.size();
    }

    /**
     * Begins a request's head, an interim response's after {@link #beginResponse}, or trailers:
     * pseudo-header fields first. It is written with {@link #endFields}; nothing else may be called
     * on any connection of this event loop in between.
     */
    public FieldSink beginFields(Http2Stream stream) {
        return sender.beginFields(stream);
    }

    /** The same for a response, whose status is written by this. */
    public FieldSink beginResponse(Http2Stream stream, int status) {
        return sender.beginResponse(stream, status);
    }

    /**
     * @param end nothing follows
     */
    public void endFields(Http2Stream stream, boolean end) {
        sender.endFields(stream, end);
    }

    /** Sends a part of a body, now or later; takes it over. Without content it may only end. */
    public void data(Http2Stream stream, ByteBuf piece, boolean end) {
        sender.data(stream, piece, end);
    }

    /**
     * Whether more of the body should be sent now; if not, {@link Http2Listener#writable} says
     * when. What is sent all the same is kept.
     */
    public boolean writable(Http2Stream stream) {
        return sender.writable(stream);
    }

    /** So many bytes that came with {@link Http2Listener#data} are needed no more. */
    public void consumed(Http2Stream stream, int bytes) {
        if (!ended) {
            windows.consumed(stream, bytes);
        }
    }

    /** Ends the stream at once, both ways. The listener is not told. */
    public void reset(Http2Stream stream, int code) {
        if (stream.closed || ended) {
            return;
        }
        writer.reset(stream.id, code);
        incoming.abandon(stream);
        tellDrained();
    }

    /**
     * What the peer still sends of it is not wanted: it is thrown away, and the peer told so (with
     * NO_ERROR, RFC 9113 8.1) once our part is complete.
     */
    public void discard(Http2Stream stream) {
        if (!stream.closed && !ended) {
            incoming.discard(stream);
        }
    }

    // ---- The connection

    /** Whether the peer has begun a head or another short frame, and not completed it. */
    public boolean inFrame() {
        return reader.inFrame();
    }

    /** Asks the peer to open no more streams, and refuses none yet; {@link #goAway} follows. */
    public void shutdownNotice(long nowNanos) {
        if (ended || leaves || noticed) {
            return;
        }
        noticed = true;
        noticeNanos = nowNanos;
        writer.goAway(Frames.LAST_ID, Http2Error.NO_ERROR, "");
        writer.ping(SHUTDOWN_PING, false);
    }

    /** Takes no new streams from now on; those that are open go on. */
    public void goAway(int code) {
        if (ended || leaves) {
            return;
        }
        leaves = true;
        incoming.refuseNewStreams();
        writer.goAway(ids.lastPeer(), code, "");
        tellDrained();
    }

    /** The transport is closed; so are all streams. */
    public void transportClosed() {
        if (!ended) {
            ended = true;
            abortAll();
        }
        writer.drop();
        reader.drop();
    }

    private void abortAll() {
        table.forEach(stream -> {
            // No use in telling the peer of windows any more.
            stream.unconsumed = 0;
            incoming.close(stream);
            listener.aborted(stream, Http2Error.INTERNAL_ERROR, Http2Listener.Cause.CONNECTION);
        });
    }

    /** Says why and ends it. */
    void fail(int code, String why) {
        if (ended) {
            return;
        }
        ended = true;
        writer.goAway(ids.lastPeer(), code, why);
        abortAll();
        listener.failed(code, why);
    }

    boolean ended() {
        return ended;
    }

    /** Called now and then, some times a second. */
    public void tick(long nowNanos) {
        if (ended) {
            return;
        }
        stalled = sender.blocked() && sender.sent() == sentBefore;
        sentBefore = sender.sent();
        if (!settingsAcked && nowNanos - settingsNanos > settings.waits().ackNanos()) {
            fail(Http2Error.SETTINGS_TIMEOUT, "settings not acknowledged");
        } else if (noticed && !leaves && nowNanos - noticeNanos > settings.waits().pongNanos()) {
            goAway(Http2Error.NO_ERROR);
        } else if (pinged && nowNanos - pingNanos > settings.waits().pongNanos()) {
            fail(Http2Error.NO_ERROR, "no answer to a ping");
        } else if (settings.waits().pingNanos() > 0
                && !pinged
                && nowNanos - heardNanos > settings.waits().pingNanos()) {
            pinged = true;
            pingNanos = nowNanos;
            writer.ping(ALIVE_PING, false);
        }
        flush();
    }

    void pong(long payload) {
        if (payload == SHUTDOWN_PING && noticed) {
            goAway(Http2Error.NO_ERROR);
        }
    }

    /** One of the peer's settings (RFC 9113 6.5.2). */
    void setting(int name, int value) {
        switch (name) {
            case Frames.HEADER_TABLE_SIZE -> encoder.tableLimit(value);
            case Frames.ENABLE_PUSH -> {
                if (value != 0 && (value != 1 || side == Side.CLIENT)) {
                    fail(Http2Error.PROTOCOL_ERROR, "a bad setting about pushes");
                }
            }
            case Frames.MAX_CONCURRENT_STREAMS -> {
                maxStreams = value < 0 ? Integer.MAX_VALUE : value;
                listener.streamsAllowed(maxStreams);
            }
            case Frames.INITIAL_WINDOW_SIZE -> {
                if (value < 0 || !sender.initialWindow(value)) {
                    fail(Http2Error.FLOW_CONTROL_ERROR, "a window that is too large");
                }
            }
            case Frames.MAX_FRAME_SIZE -> {
                if (value < Frames.MAX_PAYLOAD || value > Frames.LARGEST_FRAME_SIZE) {
                    fail(Http2Error.PROTOCOL_ERROR, "a bad setting about frame sizes");
                }
            }
            default -> {}
        }
    }

    /** The peer leaves, and has processed nothing of what we sent after the stream with this id. */
    void peerLeaves(int lastId, int code) {
        if (lastId > peerLastId) {
            fail(Http2Error.PROTOCOL_ERROR, "a GOAWAY that takes back another");
            return;
        }
        peerLeaves = true;
        peerLastId = lastId;
        if (side == Side.CLIENT) {
            table.forEach(stream -> {
                if (stream.id > lastId) {
                    incoming.close(stream);
                    listener.aborted(
                            stream, Http2Error.REFUSED_STREAM, Http2Listener.Cause.UNPROCESSED);
                }
            });
        }
        listener.goAway(code);
        tellDrained();
    }

    void tellDrained() {
        if ((leaves || peerLeaves) && table.size() == 0 && !drained && !ended) {
            drained = true;
            listener.drained();
        }
    }
}
