package dev.ebb.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** One side of an HTTP/2 connection over a real channel; what it does is up to the listener. */
@SuppressWarnings({"FutureReturnValueIgnored", "NullAway"})
abstract class ChannelPeer extends ChannelInboundHandlerAdapter
        implements Http2Output, Http2Listener {
    private final Http2Connection.Side side;
    private final Http2Settings settings;
    private Channel channel;
    Http2Connection connection;

    ChannelPeer(Http2Connection.Side side, Http2Settings settings) {
        this.side = side;
        this.settings = settings;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        connection =
                new Http2Connection(
                        side, settings, new Scratch(), ctx.alloc(), this, this, System.nanoTime());
        connection.start();
        started();
        connection.flush();
    }

    /** Called once, before anything is sent but what a connection begins with. */
    void started() {}

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        connection.receive((ByteBuf) message, System.nanoTime());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        connection.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        connection.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connection.transportClosed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void write(ByteBuf bytes) {
        channel.write(bytes, channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean writable() {
        return channel.isWritable();
    }

    @Override
    public void failed(int code, String why) {
        close();
    }

    void close() {
        connection.flush();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    // ---- Nothing, unless a test wants to know

    @Override
    public FieldSink fields(Http2Stream stream) {
        return FieldSink.NONE;
    }

    @Override
    public void head(Http2Stream stream, boolean end) {}

    @Override
    public void interim(Http2Stream stream, int status) {}

    @Override
    public void trailers(Http2Stream stream) {}

    @Override
    public void headTooLarge(Http2Stream stream, boolean end) {}

    @Override
    public void data(Http2Stream stream, ByteBuf in, int length, boolean end) {
        connection.consumed(stream, length);
    }

    @Override
    public void writable(Http2Stream stream) {}

    @Override
    public void aborted(Http2Stream stream, int code, Cause cause) {}

    @Override
    public void goAway(int code) {}

    @Override
    public void drained() {}
}
