package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an instance: reads the responses and finds their ends. Serves one exchange at a
 * time and rests in its pool in between, where any byte or a close from the instance ends it. One
 * event loop.
 */
// Netty tells of what fails by closing the connection, and that is where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class UpstreamConnection extends ChannelInboundHandlerAdapter implements Upstream, Pending {
    private static final int MAX_INTERIM = 32;

    private final GatewayLoop loop;
    private final UpstreamPool pool;
    private final BodyScanner body;
    private @Nullable Attempt attempt;
    private @Nullable Channel channel;
    private @Nullable Output out;
    private @Nullable ByteBuf in;
    private int searched;
    private int interim;
    private boolean inBody;
    private boolean persistent;
    private boolean reading = true;
    private boolean reset;
    private boolean used;
    private boolean silent;
    private boolean ended;
    private boolean closing;
    private long idleSinceNanos;

    /** For how long it was unused before the present exchange, and since when it serves that. */
    private long idleNanos;

    private long takenNanos;

    UpstreamConnection(GatewayLoop loop, UpstreamPool pool, Attempt first) {
        this.loop = loop;
        this.pool = pool;
        this.attempt = first;
        body = new BodyScanner(loop.settings().limits().headBytes());
    }

    // ---- The connection's life

    /** The attempt to connect has ended. */
    void connected(Channel opened, @Nullable Throwable failure) {
        loop.turn();
        channel = opened;
        out = new Output(opened);
        Attempt waiting = attempt;
        if (failure != null) {
            ended = true;
            attempt = null;
            opened.close();
            pool.notConnected(this);
            if (waiting != null) {
                waiting.noConnection(refusalOf(failure));
            }
            return;
        }
        attempt = null;
        if (waiting == null) {
            pool.release(this, loop.now());
        } else {
            take(waiting);
        }
    }

    static Refusal refusalOf(Throwable failure) {
        if (failure instanceof TlsDialer.TlsException) {
            return Refusal.TLS_FAILED;
        }
        if (failure instanceof ConnectTimeoutException) {
            return Refusal.CONNECT_TIMEOUT;
        }
        boolean refused =
                failure instanceof ConnectException
                        && !(failure instanceof NoRouteToHostException)
                        && String.valueOf(failure.getMessage())
                                .toLowerCase(Locale.ROOT)
                                .contains("refused");
        return refused ? Refusal.CONNECT_REFUSED : Refusal.CONNECT_FAILED;
    }

    /** Serves this exchange from now on. */
    void take(Attempt next) {
        attempt = next;
        takenNanos = loop.now();
        idleNanos = used ? takenNanos - idleSinceNanos : 0;
        silent = true;
        inBody = false;
        interim = 0;
        persistent = false;
        next.connected(this);
    }

    void rest(long nowNanos) {
        idleSinceNanos = nowNanos;
        read(true);
    }

    long idleSince() {
        return idleSinceNanos;
    }

    /**
     * Whether it can be used again.
     *
     * @param careful look for a close that the loop has not seen yet
     */
    boolean isOpen(boolean careful) {
        Channel open = channel();
        return open.isActive() && (!careful || Ends.isOpen(open, loop));
    }

    /** Who wanted the connection has gone; once it is there, it goes to the pool. */
    @Override
    public void notNeeded() {
        attempt = null;
    }

    /** The exchange wants no more of it: the connection cannot be used again. */
    @Override
    public void abandon() {
        attempt = null;
        close();
    }

    void close() {
        closing = true;
        Channel open = channel;
        if (open != null) {
            open.close();
        }
    }

    private Channel channel() {
        Channel open = channel;
        if (open == null) {
            throw new IllegalStateException("not connected yet");
        }
        return open;
    }

    // ---- The exchange's side

    @Override
    public void head(ByteBuf head, NeverIndexed never, boolean last) {
        part(head);
    }

    @Override
    public void part(ByteBuf part) {
        out().write(part);
    }

    @Override
    public void end(@Nullable Trailers trailers) {
        // The bytes themselves say so.
    }

    @Override
    public void flush() {
        out().flush();
    }

    private Output out() {
        Output open = out;
        if (open == null) {
            throw new IllegalStateException("not connected yet");
        }
        return open;
    }

    @Override
    public boolean writable() {
        return channel().isWritable();
    }

    boolean allWritten() {
        var buffer = channel().unsafe().outboundBuffer();
        return buffer != null && buffer.totalPendingWriteBytes() == 0;
    }

    @Override
    public void read(boolean on) {
        if (reading != on) {
            reading = on;
            channel().config().setAutoRead(on);
        }
    }

    @Override
    public boolean isReading() {
        return reading;
    }

    @Override
    public boolean tellsUnprocessed() {
        return false;
    }

    @Override
    public BodyScanner body() {
        return body;
    }

    // ---- Netty's side

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        loop.turn();
        Attempt current = attempt;
        if (current == null) {
            bytes.release();
            if (!closing) {
                pool.service.counters.count(Counters.UNASKED);
                close();
            }
            return;
        }
        silent = false;
        if (inBody) {
            afterBytes(current, current.responseBody(this, bytes));
            return;
        }
        ByteBuf held = in;
        in = held == null ? bytes : merge(ctx, held, bytes);
        readHeads(current);
    }

    private static ByteBuf merge(ChannelHandlerContext ctx, ByteBuf held, ByteBuf bytes) {
        return ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), held, bytes);
    }

    private void readHeads(Attempt current) {
        ByteBuf bytes = in;
        if (bytes != null && searched == 0 && readWholeHead(current, bytes)) {
            return;
        }
        while (bytes != null && attempt == current && !inBody) {
            int from = Math.max(bytes.readerIndex(), searched);
            int end = Head.endOf(bytes, from);
            int limit = loop.settings().limits().headBytes();
            boolean tooLong = (end < 0 ? bytes.writerIndex() : end) - bytes.readerIndex() > limit;
            if (end == Head.BARE_LF || tooLong) {
                broken(Break.BAD_RESPONSE);
                return;
            }
            if (end == Head.INCOMPLETE) {
                searched = bytes.writerIndex();
                return;
            }
            searched = 0;
            ResponseHead response = loop.responseHead();
            response.head.load(bytes, end - bytes.readerIndex());
            if (response.read() != null || !headArrived(current, response, bytes)) {
                broken(Break.BAD_RESPONSE);
                return;
            }
            if (!inBody && !bytes.isReadable()) {
                dropIn();
                bytes = null;
            }
        }
    }

    /** The usual case: a final head that is well-formed, not long, and here as a whole. */
    private boolean readWholeHead(Attempt current, ByteBuf bytes) {
        ResponseHead response = loop.responseHead();
        Head head = response.head;
        head.peek(bytes);
        boolean usual =
                response.read() == null
                        && response.status >= 200
                        && head.length <= loop.settings().limits().headBytes();
        if (!usual) {
            return false;
        }
        bytes.skipBytes(head.length);
        if (!headArrived(current, response, bytes)) {
            broken(Break.BAD_RESPONSE);
        }
        return true;
    }

    /** Handles one head; false when it must not be. */
    private boolean headArrived(Attempt current, ResponseHead response, ByteBuf rest) {
        if (response.status == 101) {
            return switched(current, response, rest);
        }
        if (response.status < 200) {
            interim++;
            if (interim > MAX_INTERIM) {
                return false;
            }
            current.interim(response);
            return true;
        }
        inBody = true;
        persistent = response.persistent;
        if (response.idleSeconds >= 0) {
            pool.promisedIdle(response.idleSeconds * 1_000_000_000L);
        }
        if (ResponseHead.bodyless(response.status, current.isHead())) {
            body.none();
        } else if (response.chunked) {
            body.chunked();
        } else if (response.contentLength >= 0) {
            body.fixed(response.contentLength);
        } else {
            body.untilClose();
            persistent = false;
        }
        in = null;
        afterBytes(current, current.responseHead(response, this, rest));
        return true;
    }

    /** The instance speaks another protocol from here on, if that is what it was asked for. */
    private boolean switched(Attempt current, ResponseHead response, ByteBuf rest) {
        if (!current.wantsUpgrade() || !response.upgrade) {
            return false;
        }
        inBody = true;
        persistent = false;
        in = null;
        afterBytes(current, current.switched(response, this, rest));
        return true;
    }

    /**
     * The exchange has taken its part of the bytes; what follows from where the body is now.
     *
     * @param more there were bytes behind the body's end
     */
    private void afterBytes(Attempt current, boolean more) {
        if (attempt != current) {
            return;
        }
        if (body.bad()) {
            broken(Break.BAD_RESPONSE);
        } else if (body.done()) {
            if (more) {
                // A second answer that nobody asked for: the first one stands.
                pool.service.counters.count(Counters.UNASKED);
                persistent = false;
            }
            responseEnded(current);
        }
    }

    private void responseEnded(Attempt current) {
        attempt = null;
        used = true;
        boolean reusable = persistent && !reset && current.requestIsComplete() && allWritten();
        current.responseEnded(body, reusable ? this : null);
        if (!reusable) {
            close();
        }
    }

    @Override
    public void release(long nowNanos) {
        // Also when another exchange takes it at once.
        idleSinceNanos = nowNanos;
        pool.release(this, nowNanos);
    }

    private void broken(Break why) {
        Attempt current = attempt;
        attempt = null;
        dropIn();
        close();
        if (current != null) {
            current.broken(why);
        }
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
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Attempt current = attempt;
        if (current != null) {
            current.flushClient();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Attempt current = attempt;
        if (current != null && ctx.channel().isWritable()) {
            current.upstreamWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        long now = loop.turn();
        Attempt current = attempt;
        attempt = null;
        dropIn();
        if (!ended) {
            ended = true;
            pool.closed(this, !closing, now - idleSinceNanos, now);
        }
        if (current == null) {
            return;
        }
        if (inBody && body.endsWithClose() && !reset && !current.instanceIsStopped()) {
            current.responseEnded(body, null);
            return;
        }
        if (!current.instanceIsStopped()) {
            tellHabit(now);
        }
        current.broken(reset ? Break.RESET : Break.CLOSED);
    }

    /** Perhaps it closed while the request was on its way; if so, that was its habit. */
    private void tellHabit(long nowNanos) {
        if (silent && idleNanos > 0 && nowNanos - takenNanos <= IdleTime.CROSSING_NANOS) {
            pool.closedByInstance(idleNanos, nowNanos);
        } else {
            pool.brokeOff(nowNanos);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (channel == null || ended) {
            // Not connected: the attempt to connect tells how that ended.
            return;
        }
        if (cause instanceof IOException) {
            // A failed write too: what the instance may have answered can still be read.
            reset = true;
        } else {
            loop.bug(cause);
            broken(Break.RESET);
        }
    }
}
