package dev.ebb.gateway;

import dev.ebb.gateway.http2.FieldSink;
import dev.ebb.gateway.http2.Http2Connection;
import dev.ebb.gateway.http2.Http2Error;
import dev.ebb.gateway.http2.Http2Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One attempt on an HTTP/2 connection to an instance: a stream. The answer's fields are put into
 * the form of an HTTP/1.1 head, and read by the same strict parser as any other. One event loop.
 */
final class Http2Request implements Upstream {
    private final Http2Upstream connection;
    private final GatewayLoop loop;
    private final BodyScanner body;
    private @Nullable Attempt attempt;
    private @Nullable Http2Stream stream;
    private boolean answered;
    private boolean reading = true;
    private int heldCredit;

    Http2Request(Http2Upstream connection, GatewayLoop loop, Attempt attempt) {
        this.connection = connection;
        this.loop = loop;
        this.attempt = attempt;
        body = new BodyScanner(loop.settings().limits().headBytes());
    }

    void opened(Http2Stream ours) {
        stream = ours;
    }

    private Http2Stream stream() {
        return Objects.requireNonNull(stream);
    }

    private Http2Connection http2() {
        return connection.connection();
    }

    // ---- The exchange's side

    @Override
    public void head(ByteBuf head, NeverIndexed never, boolean last) {
        RequestHead request = loop.outgoingHead();
        request.head.load(head, head.readableBytes());
        head.release();
        if (request.read() != null) {
            throw new IllegalStateException("our own head is malformed");
        }
        request.never = never;
        FieldSink fields = http2().beginFields(stream());
        loop.http2Heads().request(request, connection.secure(), connection.authority(), fields);
        http2().endFields(stream(), last);
    }

    @Override
    public void part(ByteBuf bytes) {
        http2().data(stream(), bytes, false);
    }

    @Override
    public void end(@Nullable Trailers trailers) {
        if (trailers == null) {
            http2().data(stream(), Unpooled.EMPTY_BUFFER, true);
        } else {
            loop.http2Heads().trailers(trailers, http2().beginFields(stream()));
            http2().endFields(stream(), true);
        }
        connection.flushSoon();
    }

    @Override
    public void flush() {
        connection.flushSoon();
    }

    @Override
    public boolean writable() {
        return http2().writable(stream());
    }

    /** The connection is read on; the instance just gets no more credit for this stream. */
    @Override
    public void read(boolean on) {
        reading = on;
        if (on && heldCredit > 0) {
            int credit = heldCredit;
            heldCredit = 0;
            http2().consumed(stream(), credit);
            connection.flushSoon();
        }
    }

    @Override
    public boolean isReading() {
        return reading;
    }

    @Override
    public BodyScanner body() {
        return body;
    }

    @Override
    public boolean tellsUnprocessed() {
        return true;
    }

    @Override
    public void abandon() {
        attempt = null;
        http2().reset(stream(), Http2Error.CANCEL);
        connection.flushSoon();
        connection.streamEnded();
    }

    @Override
    public void release(long nowNanos) {
        // The connection is not the exchange's alone.
    }

    // ---- The connection's side

    FieldSink fields() {
        return answered ? loop.http2Heads().newTrailers() : loop.http2Heads().newResponse();
    }

    private @Nullable ResponseHead read() {
        ResponseHead response = loop.responseHead();
        loop.http2Heads().loadResponse(response.head);
        if (response.read() != null) {
            return null;
        }
        response.never = loop.http2Heads().never();
        return response;
    }

    void interim() {
        Attempt current = attempt;
        ResponseHead response = read();
        if (current != null && response != null && response.status != 101) {
            current.interim(response);
            current.flushClient();
        }
    }

    void head(boolean end) {
        Attempt current = attempt;
        if (current == null) {
            return;
        }
        ResponseHead response = read();
        if (response == null || response.chunked) {
            broken(Break.BAD_RESPONSE);
            return;
        }
        answered = true;
        if (ResponseHead.bodyless(response.status, current.isHead())) {
            body.none();
        } else if (end && response.contentLength < 0) {
            body.emptyFinished();
        } else if (end) {
            body.none();
        } else if (response.contentLength >= 0) {
            body.fixed(response.contentLength);
        } else {
            body.untilFinished();
        }
        current.responseHead(response, this, Unpooled.EMPTY_BUFFER);
        loop.flushLater(current);
        if (end) {
            ended(null);
        }
    }

    void data(ByteBuf in, int length, boolean end) {
        Attempt current = attempt;
        if (current != null && length > 0) {
            // Flow control allows it no more than the window, whatever the client does.
            current.responseBody(this, in.retainedSlice(in.readerIndex(), length));
            loop.flushLater(current);
        }
        credit(length);
        if (end) {
            ended(null);
        }
    }

    /**
     * Nobody reads on: what was held back would be missing from the connection's window for ever.
     */
    private void creditHeld() {
        int held = heldCredit;
        heldCredit = 0;
        http2().consumed(stream(), held);
    }

    private void credit(int bytes) {
        if (reading || attempt == null) {
            http2().consumed(stream(), bytes);
        } else {
            heldCredit += bytes;
        }
    }

    void trailers() {
        Trailers behind = loop.http2Heads().trailers();
        Attempt current = attempt;
        ended(behind == null || current == null ? behind : current.heard(behind));
    }

    private void ended(@Nullable Trailers trailers) {
        Attempt current = attempt;
        attempt = null;
        creditHeld();
        if (current == null) {
            return;
        }
        body.finish(trailers);
        boolean whole = current.requestIsComplete();
        current.responseEnded(body, null);
        if (!whole) {
            http2().reset(stream(), Http2Error.NO_ERROR);
            connection.flushSoon();
        }
        connection.streamEnded();
    }

    void writableAgain() {
        Attempt current = attempt;
        if (current != null) {
            current.upstreamWritable();
        }
    }

    /** The connection ends the stream. */
    void aborted(Break why) {
        Attempt current = attempt;
        attempt = null;
        creditHeld();
        if (current != null) {
            current.broken(why);
        }
        connection.streamEnded();
    }

    /** What came makes no sense. */
    void broken(Break why) {
        http2().reset(stream(), Http2Error.PROTOCOL_ERROR);
        connection.flushSoon();
        aborted(why);
    }
}
