package dev.ebb.gateway.http2;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;

/**
 * A client for conformance suites: sends one GET to each address that it reads, one after the
 * other, and prints a line when the connection has ended, as the suite wants it to.
 */
final class SpecClient extends ChannelPeer {
    private final String authority;

    private SpecClient(String authority) {
        super(Http2Connection.Side.CLIENT, Http2Settings.DEFAULT);
        this.authority = authority;
    }

    public static void main(String[] arguments) throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        var addresses = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        String address = addresses.readLine();
        while (address != null) {
            ask(group, URI.create(address));
            System.out.println("done");
            address = addresses.readLine();
        }
        group.shutdownGracefully().sync();
    }

    private static void ask(EventLoopGroup group, URI address) throws InterruptedException {
        var connected =
                new Bootstrap()
                        .group(group)
                        .channel(NioSocketChannel.class)
                        .handler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel channel) {
                                        channel.pipeline()
                                                .addLast(new SpecClient(address.getAuthority()));
                                    }
                                })
                        .connect(address.getHost(), address.getPort())
                        .await();
        if (connected.isSuccess()) {
            connected.channel().closeFuture().sync();
        }
    }

    @Override
    void started() {
        Http2Stream stream = connection.open(false, "the only one");
        FieldSink fields = connection.beginFields(stream);
        field(fields, ":method", "GET");
        field(fields, ":scheme", "http");
        field(fields, ":authority", authority);
        field(fields, ":path", "/");
        connection.endFields(stream, true);
    }

    private static void field(FieldSink fields, String name, String value) {
        byte[] one = FieldTraits.ascii(name);
        byte[] other = FieldTraits.ascii(value);
        fields.field(one, 0, one.length, other, 0, other.length, 0);
    }

    @Override
    public void aborted(Http2Stream stream, int code, Cause cause) {
        connection.goAway(Http2Error.NO_ERROR);
    }

    @Override
    public void drained() {
        close();
    }
}
