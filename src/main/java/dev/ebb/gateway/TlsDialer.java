package dev.ebb.gateway;

import dev.ebb.core.ServiceName;
import dev.ebb.gateway.tls.HandshakeFailure;
import dev.ebb.gateway.tls.TlsClient;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens TLS connections to one service's instances on one event loop. Whoever asked for one is told
 * only when the handshake has ended. Failures are counted, and told in the log now and then.
 */
// Netty tells of what fails by closing the connection, and that is where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class TlsDialer {
    private static final Logger LOG = LoggerFactory.getLogger(TlsDialer.class);
    private static final long LOG_EVERY_NANOS = 30_000_000_000L;

    final TlsCounters counters = new TlsCounters();
    private final ServiceName service;
    private final TlsClient client;
    private final Duration timeout;
    private long loggedNanos = System.nanoTime() - LOG_EVERY_NANOS;

    TlsDialer(ServiceName service, TlsClient client, Duration timeout) {
        this.service = service;
        this.client = client;
        this.timeout = timeout;
    }

    /** Told exactly once how connecting ended. */
    interface Asker {
        void connected(Channel channel, @Nullable Throwable failure);
    }

    /** The connection stands, but TLS could not be agreed on. */
    static final class TlsException extends IOException {
        private static final long serialVersionUID = 1;

        TlsException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * @param next gets what comes over TLS, from the end of the handshake on
     */
    void connect(Bootstrap bootstrap, InetSocketAddress to, ChannelHandler next, Asker asker) {
        var dial = new Dial(to, next, asker);
        var handlers =
                new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        var tls =
                                client.newHandler(
                                        channel.alloc(), to.getHostString(), to.getPort(), timeout);
                        channel.pipeline().addLast(tls, dial);
                    }
                };
        ChannelFuture opened = bootstrap.handler(handlers).connect(to);
        opened.addListener((ChannelFuture done) -> {
            Throwable failure = done.cause();
            if (failure != null) {
                dial.end(done.channel(), failure);
            }
        });
    }

    private IOException failed(InetSocketAddress to, Throwable cause) {
        var why = HandshakeFailure.of(cause);
        counters.failed(why);
        var text = why.text(cause);
        long now = System.nanoTime();
        if (now - loggedNanos >= LOG_EVERY_NANOS) {
            loggedNanos = now;
            LOG.warn(
                    "TLS to an instance of {} at {}:{} failed: {}",
                    service,
                    to.getHostString(),
                    to.getPort(),
                    text);
        }
        return new TlsException(text, cause);
    }

    /** Stays between TLS and what uses it. */
    private final class Dial extends ChannelInboundHandlerAdapter {
        private final InetSocketAddress to;
        private final ChannelHandler next;
        private final Asker asker;
        private boolean open;
        private boolean ended;

        Dial(InetSocketAddress to, ChannelHandler next, Asker asker) {
            this.to = to;
            this.next = next;
            this.asker = asker;
        }

        /** Who says nothing by ALPN is taken to speak HTTP/1.1, and nothing else. */
        private boolean agreed(ChannelHandlerContext ctx) {
            SslHandler tls = ctx.pipeline().get(SslHandler.class);
            String chosen = tls == null ? null : tls.applicationProtocol();
            return client.protocol().equals(chosen == null ? "http/1.1" : chosen);
        }

        void end(Channel channel, @Nullable Throwable failure) {
            if (!ended) {
                ended = true;
                asker.connected(channel, failure);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            switch (event) {
                case SslHandshakeCompletionEvent done when !ended -> {
                    if (done.isSuccess() && !agreed(ctx)) {
                        var why =
                                new SSLException(
                                        "the instance does not speak " + client.protocol());
                        end(ctx.channel(), failed(to, why));
                    } else if (done.isSuccess()) {
                        counters.done();
                        open = true;
                        ctx.pipeline().addLast(next);
                        end(ctx.channel(), null);
                    } else if (ctx.channel().remoteAddress() != null) {
                        end(ctx.channel(), failed(to, done.cause()));
                    }
                }
                case SslCloseCompletionEvent said -> {
                    if (said.isSuccess()) {
                        ctx.close();
                    } else if (open) {
                        // An answer that ends with the connection may have been cut by anyone.
                        ctx.fireExceptionCaught(new IOException("ended without close_notify"));
                    }
                }
                default -> ctx.fireUserEventTriggered(event);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (open) {
                ctx.fireChannelRead(message);
            } else {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (!ended) {
                end(ctx.channel(), failed(to, new java.nio.channels.ClosedChannelException()));
            }
            ctx.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (open) {
                ctx.fireExceptionCaught(TlsDoor.plain(cause));
            }
        }
    }
}
