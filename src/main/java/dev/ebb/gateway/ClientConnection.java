package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: reads requests, one after the other, and hands each to an {@link
 * Exchange}. What a client sends ahead (pipelining) waits in the kernel and in at most one read's
 * buffer. A client that closes its side is taken to have gone. One event loop.
 */
// Netty tells of what fails by closing the connection, and that is where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientConnection extends Client implements Downstream {
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
    private final Output out;
    private final Peer peer;
    private final BodyScanner body;
    private final EmptyLines emptyLines = new EmptyLines();
    private final Answer answer;
    private State state = State.IDLE;
    private long sinceNanos;
    private @Nullable ByteBuf in;
    private int searched;
    private @Nullable Exchange exchange;
    private boolean fresh = true;
    private boolean reading = true;
    private boolean processing;
    private boolean isHead;
    private byte[] id = RequestIds.NONE;
    private long lingered;

    /** How long the last answer may take to go out, or the client to read it. */
    private long lastWaitNanos;

    ClientConnection(GatewayLoop loop, Channel channel) {
        this.loop = loop;
        this.channel = channel;
        out = new Output(channel);
        peer = Peer.of(channel, loop.settings().heads().trust());
        body = new BodyScanner(loop.settings().limits().headBytes());
        answer = new Answer(this, loop);
        sinceNanos = System.nanoTime();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        loop.turn();
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
    private void process() {
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
                                    && (current.requestIsComplete() || current.wantsBody());
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
        if (state == State.IDLE) {
            if (!emptyLines.skip(bytes)) {
                return false;
            }
            state = State.HEAD;
            sinceNanos = loop.now();
        }
        return (searched == 0 && readWholeHead(bytes)) || readHeadStrictly(bytes);
    }

    /**
     * The usual case: a head that is well-formed, not long, and here as a whole. Whatever is not
     * accepted here is looked at again, to find out what is wrong or whether more is to come.
     */
    private boolean readWholeHead(ByteBuf bytes) {
        RequestHead request = loop.requestHead();
        Head head = request.head;
        head.peek(bytes);
        if (request.read(peer.secure) != null
                || head.length > loop.settings().limits().headBytes()) {
            return false;
        }
        bytes.skipBytes(head.length);
        emptyLines.reset();
        begin(request);
        return true;
    }

    private boolean readHeadStrictly(ByteBuf bytes) {
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
        emptyLines.reset();
        RequestHead request = loop.requestHead();
        request.head.load(bytes, end - start);
        Refusal refusal = request.read(peer.secure);
        if (refusal == Refusal.VERSION && fresh && Preface.begins(bytes.readerIndex(start))) {
            if (bytes.readableBytes() >= Preface.LENGTH) {
                in = null;
                state = State.CLOSED;
                loop.speaksHttp2(this, channel, bytes);
            }
            return false;
        }
        if (refusal != null) {
            return reject(refusal);
        }
        begin(request);
        return true;
    }

    private void begin(RequestHead request) {
        if (request.chunked) {
            body.chunked();
        } else {
            body.fixed(request.contentLength);
        }
        state = State.EXCHANGE;
        fresh = false;
        isHead = request.isHead;
        answer.reset(request.http10, request.keepAlive);
        id = loop.requestIds().of(request.head, id);
        AccessEntry entry = AccessTap.begin(loop, request, peer, id);
        RouteEntry route = loop.routes().find(request, loop.overHttps(request, peer));
        if (route.service < 0) {
            answer(request, route, entry);
            return;
        }
        long most = loop.settings().limits().requestBodyBytes();
        if (most > 0 && request.contentLength > most) {
            refuse(Refusal.BODY_TOO_LARGE, entry);
            return;
        }
        ByteBuf head = loop.rewriter().request(request, route, peer, id, loop.allocator());
        LoopService service = loop.service(route.service);
        service.tie(request, peer);
        var next = new Exchange(this, service, route.timeouts, request, body, head, loop.now());
        exchange = next;
        next.entry = entry;
        next.start();
    }

    /** No service is concerned. */
    private void answer(RequestHead request, RouteEntry route, @Nullable AccessEntry entry) {
        OwnAnswer own = route.own(request);
        if (own == null) {
            refuse(route.refusal, entry);
            return;
        }
        loop.unrouted().own(own.status());
        AccessEntry.own(entry, own.status(), loop.now());
        Hereafter after = answer.hereafter(body.done() && !loop.isClosing());
        own(loop.rewriter().own(own, id, after, isHead, loop.allocator()), after);
    }

    private void refuse(Refusal refusal, @Nullable AccessEntry entry) {
        AccessEntry.refused(entry, refusal, loop.now());
        loop.unrouted().refused(refusal);
        refused(refusal, HeadRewriter.NO_RETRY_AFTER, body.done());
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

    @Override
    public boolean framed() {
        return true;
    }

    @Override
    public void resume() {
        process();
    }

    @Override
    public void interim(ResponseHead response) {
        HeadWriter head = loop.rewriter().response(response, false, Hereafter.STAYS);
        write(head.toBuffer(loop.allocator(), 0));
    }

    @Override
    public int begin(
            ResponseHead response, BodyScanner answered, ByteBuf rest, boolean requestComplete) {
        return answer.begin(response, answered, rest, requestComplete);
    }

    @Override
    public int pass(BodyScanner answered, ByteBuf bytes) {
        return answer.pass(answered, bytes);
    }

    @Override
    public void finish(BodyScanner answered) {
        answer.end(answered);
        out.flush();
    }

    void write(ByteBuf bytes) {
        out.write(bytes);
    }

    @Override
    public void flush() {
        out.flush();
    }

    @Override
    public boolean writable() {
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

    @Override
    public void ended(boolean requestComplete) {
        exchange = null;
        if (!requestComplete) {
            linger();
        } else if (!answer.keep()) {
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
        sinceNanos = loop.now();
        process();
    }

    @Override
    public void cut(Refusal why) {
        exchange = null;
        state = State.CLOSED;
        if (answer.endsWithClose()) {
            Ends.cut(channel);
        } else {
            closeAfterWrite();
        }
    }

    @Override
    public void refused(Refusal refusal, int retryAfterSeconds, boolean requestComplete) {
        exchange = null;
        Hereafter after = answer.hereafter(requestComplete && !loop.isClosing());
        ByteBuf whole =
                loop.rewriter()
                        .refusal(refusal, retryAfterSeconds, id, after, isHead, loop.allocator());
        own(whole, after);
    }

    private void own(ByteBuf whole, Hereafter after) {
        write(whole);
        flush();
        if (after == Hereafter.CLOSES) {
            linger();
        } else {
            idle();
        }
    }

    /** What came in is no request that could be answered and forgotten: answer and close. */
    private boolean reject(Refusal refusal) {
        id = loop.requestIds().next(id);
        AccessEntry.refused(AccessTap.begin(loop, peer, id), refusal, loop.now());
        loop.unrouted().refused(refusal);
        isHead = false;
        refused(refusal, HeadRewriter.NO_RETRY_AFTER, false);
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
                        Ends.shutdownOutput(channel);
                    } else {
                        channel.close();
                    }
                });
        if (!processing) {
            process();
        }
    }

    @Override
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

    @Override
    void silent(Candidate ejected) {
        Exchange current = exchange;
        if (current != null) {
            current.silent(ejected);
        }
    }

    @Override
    void ask(@Nullable Candidate leaving, LongStream.Why why, double chance) {
        Exchange current = exchange;
        if (current != null && (chance >= 1 || loop.random().nextDouble() < chance)) {
            current.ask(leaving, why);
        }
    }

    @Override
    void closeIdle() {
        if (state == State.IDLE) {
            closeAfterWrite();
        }
    }

    @Override
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
