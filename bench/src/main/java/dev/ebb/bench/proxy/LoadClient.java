package dev.ebb.bench.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;

/**
 * One connection of the generator with at most one request on its way. Used by its event loop only.
 */
abstract class LoadClient extends ByteToMessageDecoder {
    /** Who gives out the requests. */
    interface Owner {
        void ready(LoadClient client);

        /** The request that was due then has ended. */
        void ended(LoadClient client, long dueNanos, boolean good);

        void closed(LoadClient client);
    }

    private static final long NOTHING = Long.MIN_VALUE;

    private final Owner owner;
    private long due = NOTHING;
    private boolean closed;
    private ChannelHandlerContext context;

    LoadClient(Owner owner) {
        this.owner = owner;
    }

    /** Writes a request. */
    abstract void write(ChannelHandlerContext context);

    final void send(long dueNanos) {
        due = dueNanos;
        write(context);
    }

    /** The connection stands, TLS included, and this handler has said what it must say first. */
    final void start(ChannelHandlerContext standing) {
        context = standing;
        owner.ready(this);
    }

    /** A response is complete. */
    final void answered(boolean good) {
        long was = due;
        due = NOTHING;
        if (was != NOTHING) {
            owner.ended(this, was, good);
        }
    }

    final boolean isClosed() {
        return closed;
    }

    /** Ends the connection; a request on its way has failed. */
    final void close() {
        if (context != null) {
            context.close();
        }
    }

    @Override
    public final void channelInactive(ChannelHandlerContext ctx) {
        closed = true;
        answered(false);
        owner.closed(this);
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
