package dev.ebb.gateway.http2;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;

/**
 * A server for conformance suites: answers each request, when it is complete, with a short text.
 * Prints its port and ends when its input does.
 */
final class SpecServer extends ChannelPeer {
    private static final byte[] NAME = FieldTraits.ascii("content-type");
    private static final byte[] VALUE = FieldTraits.ascii("text/plain");

    private SpecServer() {
        super(Http2Connection.Side.SERVER, Http2Settings.DEFAULT);
    }

    public static void main(String[] arguments) throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        var server =
                new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel channel) {
                                        channel.pipeline().addLast(new SpecServer());
                                    }
                                })
                        .bind(
                                "127.0.0.1",
                                arguments.length > 0 ? Integer.parseInt(arguments[0]) : 0)
                        .sync()
                        .channel();
        System.out.println(((InetSocketAddress) server.localAddress()).getPort());
        while (System.in.read() >= 0) {
            // Until the one who started it closes it.
        }
        server.close().sync();
        group.shutdownGracefully().sync();
    }

    @Override
    public void head(Http2Stream stream, boolean end) {
        if (end) {
            answer(stream);
        }
    }

    @Override
    public void data(Http2Stream stream, ByteBuf in, int length, boolean end) {
        connection.consumed(stream, length);
        if (end) {
            answer(stream);
        }
    }

    @Override
    public void trailers(Http2Stream stream) {
        answer(stream);
    }

    private void answer(Http2Stream stream) {
        connection
                .beginResponse(stream, 200)
                .field(NAME, 0, NAME.length, VALUE, 0, VALUE.length, 0);
        connection.endFields(stream, false);
        connection.data(stream, Unpooled.copiedBuffer(FieldTraits.ascii("at your service")), true);
    }

    @Override
    public void failed(int code, String why) {
        System.out.println("failed: " + Http2Error.name(code) + ": " + why);
        super.failed(code, why);
    }
}
