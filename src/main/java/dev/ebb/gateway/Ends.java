package dev.ebb.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.AbstractNioChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.handler.ssl.SslHandler;

/** Ends of connections that TLS must tell its peer about, or must not. On the event loop. */
// Netty tells of what fails by closing the connection, and that is where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class Ends {
    private static final int TCP_ESTABLISHED = 1;

    private Ends() {}

    /**
     * Whether the peer has not closed yet, as far as the operating system knows: the loop may not
     * have come to see it. What it has sent may be read by this.
     */
    static boolean isOpen(Channel channel, GatewayLoop loop) {
        // No switch over types: the first request of each life would wait for the making of it.
        if (channel instanceof EpollSocketChannel epoll) {
            return epoll.tcpInfo(loop.tcpInfo()).state() == TCP_ESTABLISHED;
        }
        if (channel instanceof IoUringSocketChannel uring) {
            return uring.tcpInfo().state() == TCP_ESTABLISHED;
        }
        if (channel instanceof AbstractNioChannel nio) {
            nio.unsafe().read();
        }
        return channel.isActive();
    }

    /** Nothing more is sent, and the client may know that this is the whole. */
    static void shutdownOutput(Channel channel) {
        if (Secured.of(channel).isEmpty()) {
            ((DuplexChannel) channel).shutdownOutput();
        } else {
            channel.pipeline()
                    .get(SslHandler.class)
                    .closeOutbound()
                    .addListener(told -> ((DuplexChannel) channel).shutdownOutput());
        }
    }

    /** Resets the connection, so that nobody takes what was sent for the whole. */
    static void cut(Channel channel) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        // Past TLS, which would say that this was all.
        channel.unsafe().close(channel.voidPromise());
    }
}
