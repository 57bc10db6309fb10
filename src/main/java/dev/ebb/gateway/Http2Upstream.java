package dev.ebb.gateway;

import dev.ebb.gateway.http2.FieldSink;
import dev.ebb.gateway.http2.Http2Connection;
import dev.ebb.gateway.http2.Http2Listener;
import dev.ebb.gateway.http2.Http2Output;
import dev.ebb.gateway.http2.Http2Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection to an instance (RFC 9113), which carries many exchanges at once, each as an
 * {@link Http2Request}. What they write in one turn of the event loop goes out together. One event
 * loop.
 */
// Netty tells of what fails by closing the connection, and that is where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class Http2Upstream extends ChannelInboundHandlerAdapter
        implements Http2Listener, Http2Output {
    private final GatewayLoop loop;
    private final Http2Pool pool;
    private @Nullable Channel channel;
    private @Nullable Output out;
    private @Nullable Http2Connection http2;
    private boolean flushing;
    private boolean closed;
    private long idleSinceNanos;

    Http2Upstream(GatewayLoop loop, Http2Pool pool) {
        this.loop = loop;
        this.pool = pool;
        idleSinceNanos = loop.now();
    }

    // ---- The pool's side

    /** The attempt to connect has ended. */
    void connected(Channel opened, @Nullable Throwable failure) {
        long now = loop.turn();
        if (failure != null) {
            closed = true;
            opened.close();
            pool.notConnected(this, UpstreamConnection.refusalOf(failure));
            return;
        }
        channel = opened;
        out = new Output(opened);
        var begun =
                new Http2Connection(
                        Http2Connection.Side.CLIENT,
                        loop.toInstances(),
                        loop.scratch(),
                        loop.allocator(),
                        this,
                        this,
                        now);
        http2 = begun;
        begun.start();
        pool.connected();
        begun.flush();
        if (pool.isRetired()) {
            retire();
        }
    }

    private Http2Connection http2() {
        Http2Connection begun = http2;
        if (begun == null) {
            throw new IllegalStateException("not connected yet");
        }
        return begun;
    }

    boolean canOpen() {
        Http2Connection begun = http2;
        return begun != null && !closed && begun.canOpen();
    }

    /** Whether nothing that waits to be sent makes any way. */
    boolean isStalled() {
        Http2Connection begun = http2;
        return begun != null && begun.stalled();
    }

    /** Whether it carries requests, or will, now or after others have ended. */
    boolean isUsable() {
        Http2Connection begun = http2;
        return !closed && (begun == null || !begun.takesNoMore());
    }

    boolean isIdle() {
        Http2Connection begun = http2;
        return begun != null && !closed && begun.openStreams() == 0;
    }

    long idleSince() {
        return idleSinceNanos;
    }

    /** Whether the instance has not closed it, as far as the operating system knows. */
    boolean isOpen() {
        Channel open = channel;
        return open != null && !closed && open.isActive() && Ends.isOpen(open, loop);
    }

    /** It is of no use any more. */
    void drop() {
        Channel open = channel;
        if (open != null && !closed) {
            closed = true;
            pool.closed(this);
            open.close();
        }
    }

    /** Carries this attempt's request; {@link #canOpen} has said yes. */
    void begin(Attempt attempt) {
        var request = new Http2Request(this, loop, attempt);
        request.opened(http2().open(attempt.isHead(), request));
        attempt.connected(request);
    }

    /** Takes no more requests; closes when those that go on have ended. */
    void retire() {
        Http2Connection begun = http2;
        if (begun != null && !closed) {
            begun.goAway(dev.ebb.gateway.http2.Http2Error.NO_ERROR);
            begun.flush();
        }
    }

    void tick(long nowNanos) {
        Http2Connection begun = http2;
        if (begun != null && !closed) {
            begun.tick(nowNanos);
            begun.flush();
        }
    }

    // ---- The requests' side

    Http2Connection connection() {
        return http2();
    }

    String authority() {
        return pool.authority();
    }

    boolean secure() {
        return pool.service.tls.isPresent();
    }

    /** Once in this turn, for all that is written in it. */
    void flushSoon() {
        if (!flushing && !closed) {
            flushing = true;
            loop.eventLoop().execute(this::flushNow);
        }
    }

    private void flushNow() {
        flushing = false;
        if (!closed) {
            http2().flush();
        }
    }

    /** A stream of it has ended. */
    void streamEnded() {
        if (isIdle()) {
            idleSinceNanos = loop.now();
        }
        pool.serve();
    }

    // ---- Http2Listener

    private static Http2Request request(Http2Stream stream) {
        return (Http2Request) java.util.Objects.requireNonNull(stream.owner);
    }

    @Override
    public FieldSink fields(Http2Stream stream) {
        return request(stream).fields();
    }

    @Override
    public void head(Http2Stream stream, boolean end) {
        request(stream).head(end);
    }

    @Override
    public void interim(Http2Stream stream, int status) {
        request(stream).interim();
    }

    @Override
    public void trailers(Http2Stream stream) {
        request(stream).trailers();
    }

    @Override
    public void headTooLarge(Http2Stream stream, boolean end) {
        request(stream).broken(Break.BAD_RESPONSE);
    }

    @Override
    public void data(Http2Stream stream, ByteBuf in, int length, boolean end) {
        request(stream).data(in, length, end);
    }

    @Override
    public void writable(Http2Stream stream) {
        request(stream).writableAgain();
    }

    @Override
    public void aborted(Http2Stream stream, int code, Cause cause) {
        request(stream)
                .aborted(
                        switch (cause) {
                            case UNPROCESSED -> Break.NOT_PROCESSED;
                            case PEER -> Break.RESET;
                            case RULES -> Break.BAD_RESPONSE;
                            case CONNECTION -> Break.CLOSED;
                        });
    }

    @Override
    public void goAway(int code) {
        closedByInstance();
        pool.serve();
    }

    /** If it was unused, that is what the instance does with such ones. */
    private void closedByInstance() {
        if (isIdle() && !pool.isRetired()) {
            pool.closedByInstance(this, loop.now() - idleSinceNanos, loop.now());
        }
    }

    @Override
    public void drained() {
        close();
    }

    @Override
    public void failed(int code, String why) {
        Channel open = channel;
        if (open != null && !closed) {
            closed = true;
            pool.closed(this);
            // The reason why it ends.
            http2().flush();
            linger(open);
            pool.serve();
        }
    }

    /**
     * Ends the writing side only, and throws away what still comes in for a while: closing with
     * unread bytes would reset the connection, and the instance would never learn why.
     */
    private void linger(Channel open) {
        open.config().setAutoRead(true);
        open.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(written -> {
                    if (open.isActive()) {
                        Ends.shutdownOutput(open);
                    }
                });
        long nanos = loop.settings().timeouts().linger().toNanos();
        loop.eventLoop().schedule(() -> open.close(), nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void streamsAllowed(int most) {
        pool.serve();
    }

    private void close() {
        Channel open = channel;
        if (open != null && !closed) {
            closed = true;
            pool.closed(this);
            open.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            pool.serve();
        }
    }

    // ---- Http2Output

    @Override
    public void write(ByteBuf bytes) {
        Output open = out;
        if (open == null) {
            bytes.release();
        } else {
            open.write(bytes);
        }
    }

    @Override
    public void flush() {
        Output open = out;
        if (open != null) {
            open.flush();
        }
    }

    @Override
    public boolean writable() {
        Channel open = channel;
        return open != null && open.isWritable();
    }

    // ---- Netty's side

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        http2().receive((ByteBuf) message, loop.turn());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!closed) {
            http2().flush();
        }
        loop.flushClients();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable() && !closed) {
            http2().flush();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        loop.turn();
        Http2Connection begun = http2;
        if (begun == null) {
            return;
        }
        closedByInstance();
        if (!closed && begun.openStreams() > 0) {
            pool.brokeOff(loop.now());
        }
        closed = true;
        pool.closed(this);
        begun.transportClosed();
        pool.serve();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            loop.bug(cause);
        }
        ctx.close();
    }
}
