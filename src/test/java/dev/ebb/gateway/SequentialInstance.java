package dev.ebb.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.core.InstanceId;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An instance of one thread, by Netty's codec: when a request that came later is answered, all that
 * was there before was seen. Writes down each whole request but those for {@link
 * RecordingInstance#BARRIER}.
 */
// What is not written is not answered, and a test fails.
@SuppressWarnings("FutureReturnValueIgnored")
final class SequentialInstance {
    private static final int MOST_HEAD_BYTES = 64 * 1024;
    private static final int MOST_BODY_BYTES = 1024 * 1024;

    final List<String> seen = new CopyOnWriteArrayList<>();
    final List<String> flaws = new CopyOnWriteArrayList<>();
    private final AtomicLong events = new AtomicLong();
    private final Channel server;

    SequentialInstance() {
        server =
                new ServerBootstrap()
                        .group(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        accept(channel);
                                    }
                                })
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .syncUninterruptibly()
                        .channel();
    }

    private void accept(Channel channel) {
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(MOST_HEAD_BYTES, MOST_HEAD_BYTES, MOST_HEAD_BYTES),
                        new HttpObjectAggregator(MOST_BODY_BYTES),
                        new Answering());
    }

    Endpoint endpoint(InstanceId id) {
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        return new Endpoint(id, "127.0.0.1", port, EndpointRole.ACTIVE, 1, Endpoint.NO_RAMP);
    }

    /** Requests so far, but for barriers. */
    long events() {
        return events.get();
    }

    private final class Answering extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
            if (request.decoderResult().isFailure()) {
                flaws.add(request.decoderResult().toString());
                ctx.close();
                return;
            }
            var line = request.method() + " " + request.uri();
            if (!request.uri().equals(RecordingInstance.BARRIER)) {
                seen.add(
                        "%s %s %s %s"
                                .formatted(
                                        line,
                                        fields(request),
                                        request.content().toString(ISO_8859_1),
                                        request.trailingHeaders().entries()));
                events.incrementAndGet();
            }
            boolean head = request.method().equals(HttpMethod.HEAD);
            var body = head ? Unpooled.EMPTY_BUFFER : Unpooled.copiedBuffer(line, ISO_8859_1);
            var answer =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
            answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, line.length());
            ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        }

        private String fields(FullHttpRequest request) {
            return request.headers().entries().toString();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
