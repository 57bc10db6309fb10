package dev.ebb.bench.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/** Opens the generator's connections to the proxy, whose certificate it does not check. */
final class LoadConnector {
    private final LoadOrder order;
    private final EventLoop loop;
    private final LoadClient.Owner owner;
    private final SslContext tls;

    LoadConnector(LoadOrder order, EventLoop loop, LoadClient.Owner owner) throws SSLException {
        this.order = order;
        this.loop = loop;
        this.owner = owner;
        tls = tls(order.wire().equals("h2") ? "h2" : "http/1.1");
    }

    /** The owner hears of it when it stands; {@code failure} when it cannot be had. */
    void open(Consumer<Throwable> failure) {
        LoadClient client =
                order.wire().equals("h2")
                        ? new H2Client(owner, order.path())
                        : new H1Client(owner, order.path());
        new Bootstrap()
                .group(loop)
                .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                if (order.secure()) {
                                    channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                                }
                                channel.pipeline().addLast(client);
                            }
                        })
                .connect("127.0.0.1", order.port())
                .addListener((ChannelFuture done) -> {
                    if (!done.isSuccess()) {
                        failure.accept(done.cause());
                    } else if (order.secure()) {
                        afterHandshake(done.channel(), client, failure);
                    } else {
                        start(done.channel(), client);
                    }
                });
    }

    private void afterHandshake(Channel channel, LoadClient client, Consumer<Throwable> failure) {
        SslHandler handler = channel.pipeline().get(SslHandler.class);
        handler.handshakeFuture()
                .addListener(done -> {
                    String wanted = order.wire().equals("h2") ? "h2" : "http/1.1";
                    if (!done.isSuccess()) {
                        failure.accept(done.cause());
                    } else if (!wanted.equals(handler.applicationProtocol())) {
                        failure.accept(new IllegalStateException(wanted + " was not agreed on"));
                    } else {
                        start(channel, client);
                    }
                });
    }

    private static void start(Channel channel, LoadClient client) {
        var context = channel.pipeline().context(client);
        if (client instanceof H2Client h2) {
            h2.greet(context);
        } else {
            client.start(context);
        }
    }

    private static SslContext tls(String protocol) throws SSLException {
        return SslContextBuilder.forClient()
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .protocols("TLSv1.3")
                .ciphers(List.of("TLS_AES_128_GCM_SHA256"))
                .endpointIdentificationAlgorithm("")
                .applicationProtocolConfig(
                        new ApplicationProtocolConfig(
                                Protocol.ALPN,
                                SelectorFailureBehavior.NO_ADVERTISE,
                                SelectedListenerFailureBehavior.ACCEPT,
                                protocol))
                .build();
    }
}
