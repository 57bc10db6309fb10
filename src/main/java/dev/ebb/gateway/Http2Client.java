package dev.ebb.gateway;

import dev.ebb.balance.Candidate;
import dev.ebb.gateway.http2.FieldSink;
import dev.ebb.gateway.http2.Http2Connection;
import dev.ebb.gateway.http2.Http2Error;
import dev.ebb.gateway.http2.Http2Listener;
import dev.ebb.gateway.http2.Http2Output;
import dev.ebb.gateway.http2.Http2Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection that speaks HTTP/2: each stream's head becomes one of HTTP/1.1, and is
 * from there on a request like any other. One event loop.
 */
// Netty tells of what fails by closing the connection, and that is where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class Http2Client extends Client implements Http2Output, Http2Listener {
    private static final long MAX_LINGER_BYTES = 4L << 20;

    private final GatewayLoop loop;
    private final Channel channel;
    private final Output out;
    private final Peer peer;
    private final Http2Connection connection;
    private final List<Http2Exchange> exchanges = new ArrayList<>();
    private long idleSinceNanos;

    /** Since when a head or another short frame is on its way; 0 for none. */
    private long frameSinceNanos;

    private boolean closing;

    /** The latest sign of the client's life while the connection is closed, and what limits it. */
    private long closingSinceNanos;

    private long closingWaitNanos;
    private long lingered;
    boolean flushIsDue;

    Http2Client(GatewayLoop loop, Channel channel) {
        this.loop = loop;
        this.channel = channel;
        out = new Output(channel);
        peer = Peer.of(channel, loop.settings().heads().trust());
        idleSinceNanos = System.nanoTime();
        connection =
                new Http2Connection(
                        Http2Connection.Side.SERVER,
                        loop.toClients(),
                        loop.scratch(),
                        loop.allocator(),
                        this,
                        this,
                        idleSinceNanos);
    }

    Http2Connection connection() {
        return connection;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        connection.start();
        flushSoon();
    }

    // ---- Netty's side

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        receive((ByteBuf) message);
    }

    /** Takes over what has come in. */
    void receive(ByteBuf bytes) {
        long now = loop.turn();
        if (closing) {
            linger(bytes, now);
            return;
        }
        connection.receive(bytes, now);
        if (!connection.inFrame()) {
            frameSinceNanos = 0;
        } else if (frameSinceNanos == 0) {
            frameSinceNanos = now;
        }
        flushSoon();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable()) {
            connection.flush();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closing = true;
        connection.transportClosed();
        loop.clientClosed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof java.io.IOException)) {
            loop.bug(cause);
        }
        channel.close();
    }

    // ---- The connection's output

    @Override
    public void write(ByteBuf bytes) {
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

    /** Sends what was written, once for all that this turn of the event loop brings. */
    void flushSoon() {
        if (!flushIsDue) {
            flushIsDue = true;
            loop.flushSoon(this);
        }
    }

    void flushNow() {
        flushIsDue = false;
        connection.flush();
    }

    // ---- Requests

    @Override
    public FieldSink fields(Http2Stream stream) {
        return stream.owner == null
                ? loop.requestFields().begin()
                : loop.http2Heads().newTrailers();
    }

    @Override
    public void head(Http2Stream stream, boolean end) {
        RequestHead request = loop.requestHead();
        loop.requestFields().load(request.head, end);
        Refusal refusal = request.read(peer.secure);
        request.never = loop.requestFields().never();
        var next = new Http2Exchange(loop, this, stream, request);
        stream.owner = next;
        next.slot = exchanges.size();
        exchanges.add(next);
        if (refusal == null) {
            begin(next, request, end);
        } else {
            refuse(next, refusal, AccessTap.begin(loop, peer, next.id()), end);
        }
    }

    private void begin(Http2Exchange next, RequestHead request, boolean end) {
        if (end) {
            next.body().none();
        } else {
            next.body().untilFinished();
        }
        AccessEntry entry = AccessTap.begin(loop, request, peer, "HTTP/2", next.id());
        RouteEntry route = loop.routes().find(request, loop.overHttps(request, peer));
        if (route.service < 0) {
            answer(next, request, route, entry, end);
            return;
        }
        long most = loop.settings().limits().requestBodyBytes();
        if (most > 0 && request.contentLength > most) {
            refuse(next, Refusal.BODY_TOO_LARGE, entry, end);
            return;
        }
        ByteBuf head =
                loop.rewriter().requestOfHttp2(request, route, peer, next.id(), loop.allocator());
        LoopService service = loop.service(route.service);
        service.tie(request, peer);
        var exchange =
                new Exchange(next, service, route.timeouts, request, next.body(), head, loop.now());
        exchange.entry = entry;
        next.begin(exchange);
    }

    /** No service is concerned: the route, or that there is none, says what to answer. */
    private void answer(
            Http2Exchange next,
            RequestHead request,
            RouteEntry route,
            @Nullable AccessEntry entry,
            boolean end) {
        OwnAnswer own = route.own(request);
        if (own == null) {
            refuse(next, route.refusal, entry, end);
        } else {
            AccessEntry.own(entry, own.status(), loop.now());
            loop.unrouted().own(own.status());
            next.own(own, end);
        }
    }

    private void refuse(
            Http2Exchange next, Refusal refusal, @Nullable AccessEntry entry, boolean end) {
        AccessEntry.refused(entry, refusal, loop.now());
        loop.unrouted().refused(refusal);
        next.refused(refusal, HeadRewriter.NO_RETRY_AFTER, end);
    }

    @Override
    public void headTooLarge(Http2Stream stream, boolean end) {
        Refusal refusal = Refusal.HEAD_TOO_LARGE;
        byte[] id = loop.requestIds().next(RequestIds.NONE);
        AccessEntry.refused(AccessTap.begin(loop, peer, id), refusal, loop.now());
        loop.unrouted().refused(refusal);
        FieldSink out = connection.beginResponse(stream, refusal.status());
        Http2Answers.id(loop.requestIds().name(), id, out);
        Http2Answers.refusal(refusal, HeadRewriter.NO_RETRY_AFTER, out);
        connection.endFields(stream, false);
        connection.data(stream, Http2Answers.body(refusal.body(), loop.allocator()), true);
        if (!end) {
            connection.discard(stream);
        }
    }

    @Override
    public void rejected(int code, String why) {
        if (code == Http2Error.PROTOCOL_ERROR) {
            loop.unrouted().refused(Refusal.MALFORMED_HEAD);
        }
    }

    private static @Nullable Http2Exchange of(Http2Stream stream) {
        return stream.owner instanceof Http2Exchange exchange ? exchange : null;
    }

    @Override
    public void data(Http2Stream stream, ByteBuf in, int length, boolean end) {
        Http2Exchange exchange = of(stream);
        if (exchange == null) {
            connection.consumed(stream, length);
        } else {
            exchange.data(in, length, end);
        }
    }

    @Override
    public void trailers(Http2Stream stream) {
        Http2Exchange exchange = of(stream);
        if (exchange != null) {
            exchange.requestEnds(loop.http2Heads().trailers());
        }
    }

    @Override
    public void interim(Http2Stream stream, int status) {
        // Only instances send such.
    }

    @Override
    public void writable(Http2Stream stream) {
        Http2Exchange exchange = of(stream);
        Exchange current = exchange == null ? null : exchange.exchange();
        if (current != null) {
            current.clientWritable();
        }
    }

    @Override
    public void aborted(Http2Stream stream, int code, Cause cause) {
        Http2Exchange exchange = of(stream);
        if (exchange != null) {
            exchange.gone();
        }
    }

    /** The exchange is over; its stream may still have something to send. */
    void exchangeEnded(Http2Exchange exchange) {
        if (exchange.slot < 0) {
            return;
        }
        Http2Exchange last = exchanges.removeLast();
        if (exchange.slot < exchanges.size()) {
            exchanges.set(exchange.slot, last);
            last.slot = exchange.slot;
        }
        exchange.slot = -1;
        idleSinceNanos = loop.now();
    }

    // ---- Ends

    @Override
    public void goAway(int code) {
        // Drained when what is open has ended.
    }

    /** A client that had an answer not long ago may still be reading it. */
    @Override
    public void drained() {
        Timeouts timeouts = loop.settings().timeouts();
        long now = System.nanoTime();
        boolean reads = now - idleSinceNanos < timeouts.responseBody().toNanos();
        endAfterWrite(now, (reads ? timeouts.responseBody() : timeouts.linger()).toNanos());
    }

    @Override
    public void failed(int code, String why) {
        endAfterWrite(System.nanoTime(), loop.settings().timeouts().linger().toNanos());
    }

    /**
     * Ends the writing side once all is written, and leaves the end of the connection to the client
     * for so long without a sign of it: whoever closes with bytes to read, or before the client has
     * said something more, as it does while it reads, resets the connection, and what the client
     * has not yet taken of an answer is lost.
     */
    private void endAfterWrite(long nowNanos, long waitNanos) {
        if (closing) {
            return;
        }
        closing = true;
        closingSinceNanos = nowNanos;
        closingWaitNanos = waitNanos;
        loop.eventLoop()
                .execute(() -> {
                    connection.flush();
                    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(this::allWritten);
                });
    }

    private void allWritten(Future<?> done) {
        if (done.isSuccess() && channel.isActive()) {
            closingSinceNanos = System.nanoTime();
            Ends.shutdownOutput(channel);
        } else {
            channel.close();
        }
    }

    /** Throws away what still comes in. */
    private void linger(ByteBuf bytes, long nowNanos) {
        lingered += bytes.readableBytes();
        closingSinceNanos = nowNanos;
        bytes.release();
        if (lingered > MAX_LINGER_BYTES) {
            channel.close();
        }
    }

    @Override
    void tick(long nowNanos) {
        Timeouts timeouts = loop.settings().timeouts();
        if (closing) {
            if (nowNanos - closingSinceNanos > closingWaitNanos) {
                channel.close();
            }
            return;
        }
        connection.tick(nowNanos);
        // From the end, because an exchange that ends gives its place to the last one.
        for (int i = exchanges.size() - 1; i >= 0; i--) {
            if (i < exchanges.size()) {
                exchanges.get(i).tick(nowNanos);
            }
        }
        boolean idle = exchanges.isEmpty() && connection.openStreams() == 0;
        boolean slow =
                frameSinceNanos != 0
                        && nowNanos - frameSinceNanos > timeouts.requestHead().toNanos();
        if (slow) {
            loop.unrouted().refused(Refusal.REQUEST_TIMEOUT);
            connection.goAway(Http2Error.ENHANCE_YOUR_CALM);
            endAfterWrite(nowNanos, timeouts.linger().toNanos());
        } else if (idle && nowNanos - idleSinceNanos > timeouts.clientIdle().toNanos()) {
            connection.goAway(Http2Error.NO_ERROR);
        } else if (stuck(nowNanos, timeouts)) {
            channel.close();
        }
    }

    /** Answers are complete here, but the client does not take them. */
    private boolean stuck(long nowNanos, Timeouts timeouts) {
        return exchanges.isEmpty()
                && connection.openStreams() > 0
                && nowNanos - idleSinceNanos > timeouts.responseBody().toNanos();
    }

    @Override
    void silent(Candidate ejected) {
        for (int i = exchanges.size() - 1; i >= 0; i--) {
            Exchange current = i < exchanges.size() ? exchanges.get(i).exchange() : null;
            if (current != null) {
                current.silent(ejected);
            }
        }
    }

    @Override
    void ask(@Nullable Candidate leaving, LongStream.Why why, double chance) {
        for (int i = exchanges.size() - 1; i >= 0; i--) {
            Exchange current = i < exchanges.size() ? exchanges.get(i).exchange() : null;
            if (current != null && (chance >= 1 || loop.random().nextDouble() < chance)) {
                current.ask(leaving, why);
            }
        }
    }

    /** In two steps: the notice, and when the client has had it, the end (RFC 9113 6.8). */
    @Override
    void closeIdle() {
        connection.shutdownNotice(System.nanoTime());
        flushSoon();
    }

    @Override
    void closeNow() {
        channel.close();
    }
}
