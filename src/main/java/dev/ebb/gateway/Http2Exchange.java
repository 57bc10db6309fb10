package dev.ebb.gateway;

import dev.ebb.gateway.http2.FieldSink;
import dev.ebb.gateway.http2.Http2Connection;
import dev.ebb.gateway.http2.Http2Error;
import dev.ebb.gateway.http2.Http2Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A client's side of an exchange over one stream of HTTP/2. What of the request's body cannot be
 * passed on yet waits here, within the stream's window: the client may send more only when it has
 * been. One event loop.
 */
final class Http2Exchange implements Downstream {
    private final GatewayLoop loop;
    private final Http2Client client;
    private final Http2Connection connection;
    private final Http2Stream stream;
    private final BodyScanner body;
    private final boolean grpc;
    private final boolean isHead;
    private final byte[] id;

    private @Nullable Exchange exchange;
    private @Nullable ArrayDeque<ByteBuf> held;
    private boolean requestEnds;
    private @Nullable Trailers trailers;
    private boolean passing;
    private boolean answerEnded;

    /** Null for an answer that cannot end with a status in its trailers. */
    private @Nullable GrpcMessages messages;

    /** Place among the client's exchanges; belongs to the client. */
    int slot = -1;

    /**
     * @param asked as read just now
     */
    Http2Exchange(GatewayLoop loop, Http2Client client, Http2Stream stream, RequestHead asked) {
        this.loop = loop;
        this.client = client;
        this.stream = stream;
        connection = client.connection();
        body = new BodyScanner(loop.settings().limits().headBytes());
        grpc = GrpcStatus.asks(asked.head);
        isHead = asked.isHead;
        id = loop.requestIds().of(asked.head, RequestIds.NONE);
    }

    @Override
    public boolean isGrpc() {
        return grpc;
    }

    /** The request's; empty for none. */
    byte[] id() {
        return id;
    }

    BodyScanner body() {
        return body;
    }

    void begin(Exchange next) {
        exchange = next;
        next.start();
    }

    void tick(long nowNanos) {
        Exchange current = exchange;
        if (current != null) {
            current.tick(nowNanos);
        }
    }

    @Nullable Exchange exchange() {
        return exchange;
    }

    // ---- The request's body

    /** See {@link dev.ebb.gateway.http2.Http2Listener#data}. */
    void data(ByteBuf in, int length, boolean end) {
        Exchange current = exchange;
        if (current == null) {
            connection.consumed(stream, length);
            return;
        }
        ArrayDeque<ByteBuf> waiting = held;
        if ((waiting == null || waiting.isEmpty()) && current.wantsBody()) {
            // Only the part that is this stream's.
            int writerIndex = in.writerIndex();
            in.writerIndex(in.readerIndex() + length);
            current.requestBody(in);
            in.writerIndex(writerIndex);
            connection.consumed(stream, length);
        } else if (length > 0) {
            if (waiting == null) {
                waiting = new ArrayDeque<>(4);
                held = waiting;
            }
            waiting.addLast(in.retainedSlice(in.readerIndex(), length));
        }
        if (end) {
            requestEnds(null);
        }
        pass();
    }

    /** All of the request has come. */
    void requestEnds(@Nullable Trailers behind) {
        requestEnds = true;
        trailers = behind;
        pass();
    }

    @Override
    public void resume() {
        pass();
    }

    /** Passes on what waits, as far as there is use for it. */
    private void pass() {
        if (passing) {
            return;
        }
        passing = true;
        Exchange current = exchange;
        ArrayDeque<ByteBuf> waiting = held;
        while (waiting != null && !waiting.isEmpty() && current != null && current.wantsBody()) {
            ByteBuf part = waiting.removeFirst();
            int length = part.readableBytes();
            current.requestBody(part);
            part.release();
            connection.consumed(stream, length);
            current = exchange;
        }
        if (current != null) {
            boolean all = waiting == null || waiting.isEmpty();
            if (requestEnds && all && !body.done()) {
                body.finish(trailers);
                current.requestFinished();
            } else {
                current.flushUpstream();
            }
        }
        passing = false;
    }

    private void drop() {
        exchange = null;
        ArrayDeque<ByteBuf> waiting = held;
        held = null;
        if (waiting != null) {
            for (ByteBuf part : waiting) {
                // All streams of the client share the connection's window.
                connection.consumed(stream, part.readableBytes());
                part.release();
            }
        }
    }

    // ---- The answer

    @Override
    public boolean framed() {
        return false;
    }

    @Override
    public void interim(ResponseHead response) {
        FieldSink out = connection.beginResponse(stream, response.status);
        Http2Answers.fields(response, out);
        connection.endFields(stream, false);
    }

    @Override
    public int begin(
            ResponseHead response, BodyScanner answered, ByteBuf rest, boolean requestComplete) {
        ByteBuf content = content(answered, rest);
        int taken = answered.accept(rest, content);
        if (answered.bad()) {
            return bad(rest, content);
        }
        answerEnded = ends(answered);
        if (grpc && GrpcStatus.endsWithTrailers(response)) {
            messages = new GrpcMessages();
        }
        boolean empty = taken == 0 || (content != null && !content.isReadable());
        FieldSink out = connection.beginResponse(stream, response.status);
        Http2Answers.fields(response, out);
        connection.endFields(stream, answerEnded && empty);
        send(rest, content, taken, empty);
        return taken;
    }

    @Override
    public int pass(BodyScanner answered, ByteBuf bytes) {
        ByteBuf content = content(answered, bytes);
        int taken = answered.accept(bytes, content);
        if (answered.bad()) {
            return bad(bytes, content);
        }
        boolean ended = answerEnded;
        answerEnded = ended || ends(answered);
        boolean empty = taken == 0 || (content != null && !content.isReadable());
        send(bytes, content, taken, empty && (ended || !answerEnded));
        return taken;
    }

    /** Where a chunked body's content goes; null for a body that is nothing but content. */
    private @Nullable ByteBuf content(BodyScanner answered, ByteBuf bytes) {
        return answered.framed() && !answered.done()
                ? loop.allocator().directBuffer(bytes.readableBytes() + 1)
                : null;
    }

    private static int bad(ByteBuf bytes, @Nullable ByteBuf content) {
        bytes.release();
        if (content != null) {
            content.release();
        }
        return BAD;
    }

    private static boolean ends(BodyScanner answered) {
        return answered.done() && answered.trailers() == null;
    }

    /** Owns both. */
    private void send(ByteBuf bytes, @Nullable ByteBuf content, int taken, boolean nothing) {
        if (nothing) {
            bytes.release();
            if (content != null) {
                content.release();
            }
        } else if (content != null) {
            bytes.release();
            data(content);
        } else if (taken == bytes.readableBytes()) {
            data(bytes);
        } else {
            data(bytes.readRetainedSlice(taken));
            bytes.release();
        }
    }

    private void data(ByteBuf part) {
        GrpcMessages counted = messages;
        if (counted != null) {
            counted.accept(part);
        }
        connection.data(stream, part, answerEnded);
    }

    @Override
    public boolean writable() {
        return connection.writable(stream);
    }

    @Override
    public void flush() {
        client.flushSoon();
    }

    @Override
    public void finish(BodyScanner answered) {
        Trailers behind = answered.trailers();
        if (!answerEnded && behind == null) {
            connection.data(stream, Unpooled.EMPTY_BUFFER, true);
        } else if (!answerEnded && behind != null) {
            loop.http2Heads().trailers(behind, connection.beginFields(stream));
            connection.endFields(stream, true);
        }
        answerEnded = true;
        flush();
    }

    // ---- Ends

    @Override
    public void ended(boolean requestComplete) {
        over(requestComplete);
    }

    @Override
    public void refused(Refusal refusal, int retryAfterSeconds, boolean requestComplete) {
        FieldSink out = connection.beginResponse(stream, grpc ? 200 : refusal.status());
        Http2Answers.id(loop.requestIds().name(), id, out);
        if (grpc) {
            Http2Answers.grpc(refusal, retryAfterSeconds, out);
            connection.endFields(stream, true);
        } else {
            Http2Answers.refusal(refusal, retryAfterSeconds, out);
            wholeBody(refusal.body());
        }
        over(requestComplete);
        flush();
    }

    /** What the route prescribes, instead of an instance's answer. */
    void own(OwnAnswer answer, boolean requestComplete) {
        FieldSink out = connection.beginResponse(stream, answer.status());
        Http2Answers.id(loop.requestIds().name(), id, out);
        Http2Answers.own(answer, loop.rewriter().date(), out);
        wholeBody(answer.body());
        over(requestComplete);
        flush();
    }

    /** Ends the head that was begun, and sends all that there is of the body. */
    private void wholeBody(byte[] text) {
        boolean none = isHead || text.length == 0;
        connection.endFields(stream, none);
        if (!none) {
            connection.data(stream, Http2Answers.body(text, loop.allocator()), true);
        }
    }

    /**
     * A reset, so that nobody takes what has come for the whole. Where a status at the end says
     * that all the same, that: a reset would look to gRPC's clients like a bug (INTERNAL), where it
     * is an instance that went away.
     */
    @Override
    public void cut(Refusal why) {
        GrpcMessages counted = messages;
        // A client that takes nothing would never get as far as a status.
        boolean reachable = stream.queuedBytes() == 0 || why == Refusal.UPSTREAM_CLOSED;
        if (counted != null && !answerEnded && reachable) {
            Exchange current = exchange;
            boolean complete = current != null && current.requestIsComplete();
            Http2Answers.grpcCut(why, counted.between(), connection.beginFields(stream));
            connection.endFields(stream, true);
            over(complete);
        } else {
            drop();
            connection.reset(stream, Http2Error.INTERNAL_ERROR);
            client.exchangeEnded(this);
        }
        flush();
    }

    private void over(boolean requestComplete) {
        drop();
        if (!requestComplete) {
            connection.discard(stream);
        }
        client.exchangeEnded(this);
    }

    /** The client has reset the stream, or its connection has ended. */
    void gone() {
        Exchange current = exchange;
        drop();
        client.exchangeEnded(this);
        if (current != null) {
            current.clientGone();
        }
    }
}
