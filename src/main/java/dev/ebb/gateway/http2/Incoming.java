package dev.ebb.gateway.http2;

import dev.ebb.gateway.http2.Http2Connection.Side;
import dev.ebb.gateway.http2.Http2Listener.Cause;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What the peer's frames mean: states of streams (RFC 9113 5.1), windows of what comes in, and
 * budgets for what costs us more than the peer. One event loop.
 */
final class Incoming implements FrameHandler, Sender.Events {
    /** Honest peers send about so many small frames for each request. */
    private static final int FRAMES_PER_REQUEST = 8;

    private static final int SETTINGS_COST = 10;

    private final Http2Connection connection;
    private final boolean server;
    private final Http2Settings settings;
    private final Http2Listener listener;
    private final HpackDecoder decoder;
    private final FieldCheck check = new FieldCheck();
    private final StreamIds ids;
    private final ReceiveWindows windows;
    private final Budget frames;
    private final Budget resets;
    private long now;

    /** Streams of the peer's above this one are not wanted. */
    private int lastAllowed = Frames.LAST_ID;

    /** The stream whose DATA frame is coming in; null when nobody wants it. */
    private @Nullable Http2Stream current;

    private boolean currentEnds;

    Incoming(Http2Connection connection, HpackDecoder decoder, Budget frames, long nowNanos) {
        this.connection = connection;
        this.decoder = decoder;
        this.frames = frames;
        ids = connection.ids;
        windows = connection.windows;
        server = connection.side == Side.SERVER;
        settings = connection.settings;
        listener = connection.listener;
        Http2Limits limits = settings.limits();
        resets = new Budget(limits.resets(), limits.resetsPerSecond(), nowNanos);
        now = nowNanos;
    }

    void now(long nanos) {
        now = nanos;
    }

    /** We have opened a stream: so many small frames may come with its answer. */
    void requested() {
        frames.add(FRAMES_PER_REQUEST);
    }

    void refuseNewStreams() {
        lastAllowed = ids.lastPeer();
    }

    @Override
    public boolean ended() {
        return connection.ended();
    }

    @Override
    public void broken(int code, String why) {
        connection.fail(code, why);
    }

    /** Takes from the budget for frames that are cheap to send; false when that is used up. */
    private boolean spend(int amount) {
        if (!frames.take(amount, now) || connection.writer.tooManyAnswers()) {
            broken(Http2Error.ENHANCE_YOUR_CALM, "too many frames that say little");
            return false;
        }
        return true;
    }

    /**
     * The same for streams that are reset before their time. Those that we have opened cost
     * nothing: an instance that refuses them can refuse no more than we ask of it, and to end the
     * connection for that would take the answers of all others with it.
     */
    private boolean spendReset() {
        boolean affordable = !server || resets.take(1, now);
        if (!affordable || connection.writer.tooManyAnswers()) {
            broken(Http2Error.ENHANCE_YOUR_CALM, "too many streams reset");
            return false;
        }
        return true;
    }

    /**
     * A frame on a stream that is closed: in order if it was sent before the peer knew that we had
     * reset it; else the peer has lost track.
     */
    private boolean late(int id) {
        if (ids.mayBeReset(id)) {
            return spend(1);
        }
        if (ids.leftOut(id)) {
            broken(Http2Error.PROTOCOL_ERROR, "a stream out of order");
        } else {
            broken(Http2Error.STREAM_CLOSED, "a frame on a closed stream");
        }
        return false;
    }

    // ---- Heads

    @Override
    public void headers(int id, byte[] block, int size, boolean end, boolean dependsOnItself) {
        Http2Stream stream = connection.table.find(id);
        if (stream == null) {
            if (!ids.idle(id)) {
                if (late(id)) {
                    skip(block, size);
                }
                return;
            }
            if (!server || (id & 1) == 0) {
                broken(Http2Error.PROTOCOL_ERROR, "a stream that the peer cannot open");
                return;
            }
            ids.opened(id);
            stream = accept(id, block, size);
            if (stream == null) {
                return;
            }
        }
        if (stream.remoteEnded || stream.discards) {
            skipOn(stream, block, size, end);
            return;
        }
        boolean trailers = stream.headReceived;
        check.begin(part(trailers), listener.fields(stream));
        if (!decoder.decode(block, 0, size, check)) {
            broken(Http2Error.COMPRESSION_ERROR, "a head that cannot be decompressed");
            return;
        }
        if (dependsOnItself) {
            malformed(stream, "a stream that depends on itself");
        } else if (decoder.tooLarge()) {
            tooLarge(stream, trailers, end);
        } else {
            String flaw = check.end();
            if (!flaw.isEmpty()) {
                malformed(stream, flaw);
            } else if (trailers) {
                trailers(stream, end);
            } else {
                head(stream, end);
            }
        }
        connection.tellDrained();
    }

    private FieldCheck.Part part(boolean trailers) {
        if (trailers) {
            return FieldCheck.Part.TRAILERS;
        }
        return server ? FieldCheck.Part.REQUEST : FieldCheck.Part.RESPONSE;
    }

    /** A new stream, unless there are too many or none are wanted any more. */
    private @Nullable Http2Stream accept(int id, byte[] block, int size) {
        frames.add(FRAMES_PER_REQUEST);
        if (id > lastAllowed) {
            // Told so by GOAWAY; whoever sent it knows that it is not processed.
            skip(block, size);
            ids.reset(id);
            return null;
        }
        if (connection.table.size() >= settings.maxStreams()) {
            if (skip(block, size) && spendReset()) {
                ids.reset(id);
                connection.writer.reset(id, Http2Error.REFUSED_STREAM);
                listener.rejected(Http2Error.REFUSED_STREAM, "too many streams at once");
            }
            return null;
        }
        var stream =
                new Http2Stream(
                        id, false, settings.windows().stream(), connection.sender.initialWindow());
        connection.table.add(stream);
        return stream;
    }

    /** Reads a block that nobody wants, for what it does to the compression table. */
    private boolean skip(byte[] block, int size) {
        boolean good = decoder.decode(block, 0, size, FieldSink.NONE);
        if (!good) {
            broken(Http2Error.COMPRESSION_ERROR, "a head that cannot be decompressed");
        }
        return good;
    }

    private void skipOn(Http2Stream stream, byte[] block, int size, boolean end) {
        if (!skip(block, size)) {
            return;
        }
        if (stream.remoteEnded) {
            streamError(stream, Http2Error.STREAM_CLOSED, "a head after the end");
        } else if (end) {
            remoteEnds(stream);
            connection.tellDrained();
        }
    }

    private void head(Http2Stream stream, boolean end) {
        int status = check.status();
        if (!server && status < 200) {
            if (end) {
                malformed(stream, "an interim response that ends");
            } else if (spend(1)) {
                listener.interim(stream, status);
            }
            return;
        }
        boolean empty = stream.toHead || status == 204 || status == 304;
        stream.contentLength = empty ? 0 : check.contentLength();
        if (end && stream.contentLength > 0) {
            malformed(stream, "less content than announced");
            return;
        }
        stream.headReceived = true;
        if (end) {
            remoteEnds(stream);
        }
        listener.head(stream, end);
    }

    private void trailers(Http2Stream stream, boolean end) {
        if (!end) {
            malformed(stream, "a second head");
        } else if (stream.contentLength >= 0 && stream.received != stream.contentLength) {
            malformed(stream, "less content than announced");
        } else {
            remoteEnds(stream);
            listener.trailers(stream);
        }
    }

    private void tooLarge(Http2Stream stream, boolean trailers, boolean end) {
        if (!server || trailers) {
            streamError(stream, Http2Error.ENHANCE_YOUR_CALM, "a head that is too large");
            return;
        }
        stream.headReceived = true;
        if (end) {
            remoteEnds(stream);
        }
        listener.headTooLarge(stream, end);
    }

    // ---- Bodies

    @Override
    public void dataBegins(int id, int length, int content, boolean end) {
        current = null;
        currentEnds = end;
        if (!windows.take(length)) {
            broken(Http2Error.FLOW_CONTROL_ERROR, "more than the connection's window");
            return;
        }
        Http2Stream stream = connection.table.find(id);
        if (stream == null) {
            if (ids.idle(id)) {
                broken(Http2Error.PROTOCOL_ERROR, "a body without a head");
            } else if (late(id)) {
                windows.consumed(length);
            }
            return;
        }
        stream.unconsumed += length;
        if (stream.remoteEnded) {
            streamError(stream, Http2Error.STREAM_CLOSED, "a body after its end");
            return;
        }
        if (!windows.take(stream, length)) {
            streamError(stream, Http2Error.FLOW_CONTROL_ERROR, "more than the stream's window");
            return;
        }
        String flaw = stream.count(content, end);
        if (!flaw.isEmpty()) {
            malformed(stream, flaw);
        } else if (content > 0 || end || spend(1)) {
            current = stream;
            windows.consumed(stream, length - content);
        }
    }

    @Override
    public void data(ByteBuf in, int length, boolean last) {
        Http2Stream stream = current;
        if (stream == null || stream.closed) {
            return;
        }
        boolean end = last && currentEnds;
        if (end) {
            remoteEnds(stream);
        }
        if (stream.discards) {
            windows.consumed(stream, length);
        } else if (length > 0 || end) {
            listener.data(stream, in, length, end);
        }
        connection.tellDrained();
    }

    // ---- Ends of streams

    private void remoteEnds(Http2Stream stream) {
        stream.remoteEnded = true;
        if (stream.localEnded) {
            complete(stream);
        }
    }

    @Override
    public void localEnded(Http2Stream stream) {
        stream.localEnded = true;
        if (stream.remoteEnded) {
            complete(stream);
        } else if (stream.discards) {
            connection.writer.reset(stream.id, Http2Error.NO_ERROR);
            abandon(stream);
        }
        connection.tellDrained();
    }

    @Override
    public void writable(Http2Stream stream) {
        listener.writable(stream);
    }

    void discard(Http2Stream stream) {
        stream.discards = true;
        windows.consumed(stream, stream.unconsumed);
        if (stream.localEnded && !stream.remoteEnded) {
            connection.writer.reset(stream.id, Http2Error.NO_ERROR);
            abandon(stream);
            connection.tellDrained();
        }
    }

    /** Closes a stream that we have reset. */
    void abandon(Http2Stream stream) {
        ids.reset(stream.id);
        close(stream);
    }

    private void complete(Http2Stream stream) {
        stream.closed = true;
        connection.table.remove(stream);
        connection.sender.drop(stream);
    }

    /** Closes a stream before it is complete: what is not consumed of it never will be. */
    void close(Http2Stream stream) {
        complete(stream);
        windows.consumed(stream, stream.unconsumed);
    }

    private void malformed(Http2Stream stream, String flaw) {
        streamError(stream, Http2Error.PROTOCOL_ERROR, flaw);
    }

    private void streamError(Http2Stream stream, int code, String why) {
        if (!spendReset()) {
            return;
        }
        connection.writer.reset(stream.id, code);
        abandon(stream);
        if (server && !stream.headReceived) {
            listener.rejected(code, why);
        } else {
            listener.aborted(stream, code, Cause.RULES);
        }
    }

    @Override
    public void reset(int id, int code) {
        Http2Stream stream = connection.table.find(id);
        if (stream == null) {
            if (ids.idle(id)) {
                broken(Http2Error.PROTOCOL_ERROR, "a reset of no stream");
            } else {
                spend(1);
            }
            return;
        }
        if (!spendReset()) {
            return;
        }
        close(stream);
        boolean refused = !server && code == Http2Error.REFUSED_STREAM;
        listener.aborted(stream, code, refused ? Cause.UNPROCESSED : Cause.PEER);
        connection.tellDrained();
    }

    // ---- Frames of the connection

    @Override
    public void priority(int id, boolean dependsOnItself) {
        if (!spend(1) || !dependsOnItself) {
            return;
        }
        Http2Stream stream = connection.table.find(id);
        if (stream == null) {
            broken(Http2Error.PROTOCOL_ERROR, "a stream that depends on itself");
        } else {
            malformed(stream, "a stream that depends on itself");
        }
    }

    @Override
    public void settings(ByteBuf in, int length) {
        if (!spend(SETTINGS_COST)) {
            return;
        }
        int at = in.readerIndex();
        int end = at + length;
        while (at < end && !ended()) {
            connection.setting(in.getUnsignedShort(at), in.getInt(at + 2));
            at += 6;
        }
        if (!ended()) {
            connection.writer.settingsAck();
        }
    }

    @Override
    public void settingsAck() {
        if (connection.settingsAcked) {
            spend(1);
            return;
        }
        connection.settingsAcked = true;
        windows.agreed();
        decoder.tableLimit(settings.headers().table());
    }

    @Override
    public void ping(long payload, boolean ack) {
        if (ack) {
            connection.pong(payload);
        }
        if (spend(1) && !ack) {
            connection.writer.ping(payload, true);
        }
    }

    @Override
    public void goAway(int lastId, int code) {
        if (spend(1)) {
            connection.peerLeaves(lastId, code);
        }
    }

    @Override
    public void windowUpdate(int id, int increment) {
        if (!spend(1)) {
            return;
        }
        if (id == 0) {
            if (increment == 0) {
                broken(Http2Error.PROTOCOL_ERROR, "a window update of 0");
            } else if (!connection.sender.widen(increment)) {
                broken(Http2Error.FLOW_CONTROL_ERROR, "a window that is too large");
            }
            return;
        }
        Http2Stream stream = connection.table.find(id);
        if (stream == null) {
            if (ids.idle(id)) {
                broken(Http2Error.PROTOCOL_ERROR, "a window update of no stream");
            }
        } else if (increment == 0) {
            malformed(stream, "a window update of 0");
        } else if (!connection.sender.widen(stream, increment)) {
            streamError(stream, Http2Error.FLOW_CONTROL_ERROR, "a window that is too large");
        }
    }

    @Override
    public void unknown() {
        spend(1);
    }
}
