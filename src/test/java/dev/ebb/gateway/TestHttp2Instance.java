package dev.ebb.gateway;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.core.InstanceId;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An instance that speaks HTTP/2, by somebody else's hand: Netty's codec. */
// What is not written is not answered, and a test fails.
@SuppressWarnings("FutureReturnValueIgnored")
final class TestHttp2Instance implements AutoCloseable {
    /** More than the gateway lets pass. */
    private static final int MOST_HEAD_BYTES = 64 * 1024;

    /** Bodies of requests whose path begins so are not read. */
    static final String STALL = "/stall";

    /** One whole request. */
    record Request(Http2Headers head, String body, List<String> trailers) {
        String path() {
            return head.path().toString();
        }

        String field(String name) {
            CharSequence value = head.get(name);
            return value == null ? "" : value.toString();
        }
    }

    /** What answers a request. */
    record Answer(ChannelHandlerContext stream) {
        void head(String status, boolean end, String... fields) {
            Http2Headers head = new DefaultHttp2Headers().status(status);
            for (int i = 0; i < fields.length; i += 2) {
                head.add(fields[i], fields[i + 1]);
            }
            stream.writeAndFlush(new DefaultHttp2HeadersFrame(head, end));
        }

        void body(String text, boolean end) {
            ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
            stream.writeAndFlush(new DefaultHttp2DataFrame(bytes, end));
        }

        void trailers(String... fields) {
            Http2Headers trailers = new DefaultHttp2Headers();
            for (int i = 0; i < fields.length; i += 2) {
                trailers.add(fields[i], fields[i + 1]);
            }
            stream.writeAndFlush(new DefaultHttp2HeadersFrame(trailers, true));
        }

        /** Whether the stream is over, on whichever side. */
        boolean gone() {
            return !stream.channel().isActive();
        }

        void refuse() {
            stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
        }

        void reset() {
            stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
        }

        void goAway() {
            stream.channel()
                    .parent()
                    .writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
        }
    }

    interface Behavior {
        void answer(Request request, Answer answer);
    }

    final List<Request> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();

    /** Connections that it closed because no request came for long. */
    final AtomicInteger tired = new AtomicInteger();

    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private volatile Duration patience = Duration.ZERO;
    private volatile boolean goesAway;
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel server;
    private volatile Behavior behavior;

    TestHttp2Instance(int maxStreams, Behavior behavior) {
        this.behavior = behavior;
        server =
                new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        accept(channel, maxStreams);
                                    }
                                })
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .syncUninterruptibly()
                        .channel();
    }

    private void accept(Channel channel, int maxStreams) {
        connections.incrementAndGet();
        open.add(channel);
        channel.closeFuture().addListener(closed -> open.remove(channel));
        if (!patience.isZero()) {
            long millis = patience.toMillis();
            channel.pipeline()
                    .addLast(
                            new IdleStateHandler(millis, 0, 0, TimeUnit.MILLISECONDS),
                            new Impatient());
        }
        var settings =
                Http2Settings.defaultSettings()
                        .maxConcurrentStreams(maxStreams)
                        .maxHeaderListSize(MOST_HEAD_BYTES);
        channel.pipeline()
                .addLast(
                        Http2FrameCodecBuilder.forServer()
                                .initialSettings(settings)
                                // Not every server counts what it refuses.
                                .encoderEnforceMaxRstFramesPerWindow(0, 0)
                                .build(),
                        new Http2MultiplexHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel stream) {
                                        stream.pipeline().addLast(new Stream());
                                    }
                                }),
                        new Quiet());
    }

    private final class Impatient extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof IdleStateEvent) {
                tired.incrementAndGet();
                if (goesAway) {
                    ctx.channel().write(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
                }
                ctx.channel()
                        .writeAndFlush(Unpooled.EMPTY_BUFFER)
                        .addListener(ChannelFutureListener.CLOSE);
            } else {
                ctx.fireUserEventTriggered(event);
            }
        }
    }

    /** Connections that the gateway resets are what some tests are about. */
    private static final class Quiet extends ChannelInboundHandlerAdapter {
        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    private final class Stream extends ChannelInboundHandlerAdapter {
        private Http2Headers head = new DefaultHttp2Headers();
        private final StringBuilder body = new StringBuilder();
        private final List<String> trailers = new CopyOnWriteArrayList<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            boolean end = false;
            if (message instanceof Http2HeadersFrame fields) {
                if (head.isEmpty()) {
                    head = fields.headers();
                    if (head.path().toString().startsWith(STALL)) {
                        // Takes no more than the windows, of the stream and of the connection.
                        ctx.channel().config().setAutoRead(false);
                    }
                } else {
                    fields.headers().forEach(f -> trailers.add(f.getKey() + "=" + f.getValue()));
                }
                end = fields.isEndStream();
            } else if (message instanceof Http2DataFrame data) {
                body.append(data.content().toString(StandardCharsets.ISO_8859_1));
                end = data.isEndStream();
                data.release();
            }
            if (end) {
                var request = new Request(head, body.toString(), trailers);
                requests.add(request);
                behavior.answer(request, new Answer(ctx));
            }
        }
    }

    /**
     * It closes new connections on which nothing comes for so long.
     *
     * @param goAway it says so beforehand
     */
    void closesIdleAfter(Duration habit, boolean goAway) {
        patience = habit;
        goesAway = goAway;
    }

    /** All of them, without a word; returns when it is done. */
    void closeConnections() {
        open.forEach(channel -> channel.close().awaitUninterruptibly());
    }

    void behave(Behavior other) {
        behavior = other;
    }

    Endpoint endpoint(InstanceId id, EndpointRole role) {
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        return new Endpoint(id, "127.0.0.1", port, role, 1, Endpoint.NO_RAMP);
    }

    @Override
    public void close() {
        server.close().awaitUninterruptibly();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
