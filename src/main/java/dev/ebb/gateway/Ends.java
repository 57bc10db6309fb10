package dev.ebb.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/** Ends of connections that TLS must tell its peer about, or must not. On the event loop. */
// Netty tells of what fails by closing the connection, and that is where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class Ends {
    private Ends() {}

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
