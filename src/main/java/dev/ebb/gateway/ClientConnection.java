package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: reads requests, one after the other, and hands each to an {@link
 * Exchange}. What a client sends ahead (pipelining) waits in the kernel and in at most one read's
 * buffer. A client that closes its side is taken to have gone. One event loop.
 */
// Netty tells of what fails by closing the connection, and that is where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientConnection extends ChannelInboundHandlerAdapter {
    private static final int MAX_EMPTY_LINES = 2;
    private static final long MAX_LINGER_BYTES = 4L << 20;

    private enum State {
        /** Between two requests. */
        IDLE,
        /** A head has begun to arrive. */
        HEAD,
        EXCHANGE,
        /** The last answer is on its way; what still comes in is thrown away. */
        LINGER,
        CLOSED
    }

    private final GatewayLoop loop;
    private final Channel channel;
    private final Peer peer;
    private final BodyScanner body;
    private State state = State.IDLE;
    private long sinceNanos;
    private @Nullable ByteBuf in;
    private int searched;
    private int emptyLines;
    private @Nullable Exchange exchange;
    private boolean reading = true;
    private boolean processing;
    private long lingered;

    /** How long the last answer may take to go out, or the client to read it. */
    private long lastWaitNanos;

    /** Place in the loop's list; belongs to the loop. */
    int slot = -1;

    ClientConnection(GatewayLoop loop, Channel channel) {
        this.loop = loop;
        this.channel = channel;
        peer = new Peer(channel.remoteAddress(), channel.localAddress());
        body = new BodyScanner(loop.settings().limits().headBytes());
        sinceNanos = System.nanoTime();
    }

    // ---- Reading

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (state == State.LINGER || state == State.CLOSED) {
            lingered += bytes.readableBytes();
            bytes.release();
            if (lingered > MAX_LINGER_BYTES) {
                channel.close();
            }
            return;
        }
        ByteBuf held = in;
        in =
                held == null
                        ? bytes
                        : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), held, bytes);
        process();
    }

    /** Goes as far as it can with what has come in. Calls from within itself do nothing. */
    void process() {
        if (processing) {
            return;
        }
        processing = true;
        try {
            boolean more = true;
            while (more) {
                more =
                        switch (state) {
                            case IDLE, HEAD -> channel.isWritable() && readHead();
                            case EXCHANGE -> readBody();
                            case LINGER, CLOSED -> false;
                        };
            }
        } finally {
            processing = false;
        }
        ByteBuf rest = in;
        if (rest != null && (!rest.isReadable() || state == State.LINGER)) {
            dropIn();
        }
        updateReading();
    }

    /** Reads while there is use for it, and while waiting for an answer: to see the client go. */
    private void updateReading() {
        Exchange current = exchange;
        boolean wanted =
                switch (state) {
                    case IDLE, HEAD -> channel.isWritable() || in == null;
                    case EXCHANGE ->
                            in == null
                                    && current != null
                                    && (current.requestIsSent() || current.wantsBody());
                    case LINGER, CLOSED -> true;
                };
        if (wanted != reading) {
            reading = wanted;
            channel.config().setAutoRead(wanted);
        }
    }

    private boolean readHead() {
        ByteBuf bytes = in;
        if (bytes == null) {
            return false;
        }
        skipEmptyLines(bytes);
        if (!bytes.isReadable()) {
            return false;
        }
        if (state == State.IDLE) {
            state = State.HEAD;
            sinceNanos = System.nanoTime();
        }
        int start = bytes.readerIndex();
        int end = Head.endOf(bytes, Math.max(start, searched));
        if (end == Head.BARE_LF) {
            return reject(Refusal.MALFORMED_HEAD);
        }
        int limit = loop.settings().limits().headBytes();
        if ((end < 0 ? bytes.writerIndex() : end) - start > limit) {
            boolean line = bytes.indexOf(start, start + limit, Bytes.LF) < 0;
            return reject(line ? Refusal.TARGET_TOO_LONG : Refusal.HEAD_TOO_LARGE);
        }
        if (end == Head.INCOMPLETE) {
            searched = bytes.writerIndex();
            return false;
        }
        searched = 0;
        emptyLines = 0;
        RequestHead request = loop.requestHead();
        request.head.load(bytes, end - start);
        Refusal refusal = request.read();
        if (refusal != null) {
            return reject(refusal);
        }
        begin(request);
        return true;
    }

    /** A client may send an empty line after a request's body (RFC 9112 2.2). */
    private void skipEmptyLines(ByteBuf bytes) {
        while (state == State.IDLE
                && emptyLines < MAX_EMPTY_LINES
                && bytes.readableBytes() >= 2
                && bytes.getByte(bytes.readerIndex()) == Bytes.CR
                && bytes.getByte(bytes.readerIndex() + 1) == Bytes.LF) {
            bytes.skipBytes(2);
            emptyLines++;
        }
    }

    private void begin(RequestHead request) {
        if (request.chunked) {
            body.chunked();
        } else {
            body.fixed(request.contentLength);
        }
        state = State.EXCHANGE;
        int route = loop.routes().find(request);
        long most = loop.settings().limits().requestBodyBytes();
        boolean tooLarge = most > 0 && request.contentLength > most;
        if (route == RouteTable.NONE || tooLarge) {
            Refusal refusal = tooLarge ? Refusal.BODY_TOO_LARGE : Refusal.NO_ROUTE;
            loop.unrouted().refused(refusal);
            refused(refusal, request.keepAlive, body.done(), request.isHead);
            return;
        }
        ByteBuf head = loop.rewriter().request(request, peer, loop.allocator());
        var next = new Exchange(this, loop.service(route), request, body, head, System.nanoTime());
        exchange = next;
        next.start();
    }

    private boolean readBody() {
        Exchange current = exchange;
        ByteBuf bytes = in;
        if (current == null || bytes == null || !bytes.isReadable() || !current.wantsBody()) {
            return false;
        }
        current.requestBody(bytes);
        current.flushUpstream();
        if (!bytes.isReadable()) {
            dropIn();
        }
        return true;
    }

    private void dropIn() {
        ByteBuf held = in;
        in = null;
        searched = 0;
        if (held != null) {
            held.release();
        }
    }

    // ---- Writing

    void write(ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    void flush() {
        channel.flush();
    }

    boolean writable() {
        return channel.isWritable();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (!channel.isWritable()) {
            return;
        }
        Exchange current = exchange;
        if (current != null) {
            current.clientWritable();
        } else {
            process();
        }
    }

    // ---- Ends

    /** The exchange has ended with a complete answer, which is written and flushed. */
    void exchangeEnded(boolean keep, boolean requestComplete) {
        exchange = null;
        if (!requestComplete) {
            linger();
        } else if (!keep) {
            if (in == null) {
                closeAfterWrite();
            } else {
                linger();
            }
        } else {
            idle();
        }
    }

    private void idle() {
        state = State.IDLE;
        sinceNanos = System.nanoTime();
        process();
    }

    /** The answer cannot be completed: the client must see that it was cut. */
    void abort(boolean endsWithClose) {
        exchange = null;
        state = State.CLOSED;
        if (endsWithClose) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        } else {
            closeAfterWrite();
        }
    }

    /** The gateway's own answer ends the request. */
    void refused(Refusal refusal, boolean keepAlive, boolean requestComplete, boolean isHead) {
        exchange = null;
        boolean keep = keepAlive && requestComplete && !loop.isClosing();
        write(loop.rewriter().refusal(refusal, keep, isHead, loop.allocator()));
        flush();
        if (keep) {
            idle();
        } else {
            linger();
        }
    }

    /** What came in is no request that could be answered and forgotten: answer and close. */
    private boolean reject(Refusal refusal) {
        loop.unrouted().refused(refusal);
        refused(refusal, false, false, false);
        return false;
    }

    private void closeAfterWrite() {
        state = State.CLOSED;
        sinceNanos = System.nanoTime();
        lastWaitNanos = loop.settings().timeouts().responseBody().toNanos();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /**
     * Ends the writing side only, and throws away what still comes in for a while: closing with
     * unread bytes would reset the connection, and the client might never see the answer.
     */
    private void linger() {
        state = State.LINGER;
        sinceNanos = System.nanoTime();
        lastWaitNanos = loop.settings().timeouts().responseBody().toNanos();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(done -> {
                    if (done.isSuccess() && channel.isActive()) {
                        sinceNanos = System.nanoTime();
                        lastWaitNanos = loop.settings().timeouts().linger().toNanos();
                        ((DuplexChannel) channel).shutdownOutput();
                    } else {
                        channel.close();
                    }
                });
        if (!processing) {
            process();
        }
    }

    /** Called about ten times a second. */
    void tick(long nowNanos) {
        Timeouts timeouts = loop.settings().timeouts();
        long since = nowNanos - sinceNanos;
        switch (state) {
            case IDLE -> {
                if (since > timeouts.clientIdle().toNanos()) {
                    closeIdle();
                }
            }
            case HEAD -> {
                if (since > timeouts.requestHead().toNanos()) {
                    reject(Refusal.REQUEST_TIMEOUT);
                }
            }
            case EXCHANGE -> {
                Exchange current = exchange;
                if (current != null) {
                    current.tick(nowNanos);
                }
            }
            case LINGER, CLOSED -> {
                if (since > lastWaitNanos) {
                    channel.close();
                }
            }
        }
    }

    /** An instance has fallen silent; see {@link Exchange#silent}. */
    void silent(Candidate ejected) {
        Exchange current = exchange;
        if (current != null) {
            current.silent(ejected);
        }
    }

    /** Closes the connection if no request is going on. */
    void closeIdle() {
        if (state == State.IDLE) {
            closeAfterWrite();
        }
    }

    boolean idles() {
        return state == State.IDLE;
    }

    void closeNow() {
        channel.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        state = State.CLOSED;
        Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.clientGone();
        }
        dropIn();
        loop.clientClosed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof java.io.IOException)) {
            loop.bug(cause);
        }
        channel.close();
    }
}
