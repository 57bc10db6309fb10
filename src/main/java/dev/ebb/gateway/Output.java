package dev.ebb.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/**
 * The writing end of a connection. Without TLS nothing stands between the connection's handler and
 * the socket, and the way through Netty's pipeline, some 5 % of a request's work, is spared. One
 * event loop.
 */
// What fails to be written ends the connection, and that is where it is handled.
@SuppressWarnings("FutureReturnValueIgnored")
final class Output {
    private final Channel channel;
    private boolean looked;
    private boolean direct;

    Output(Channel channel) {
        this.channel = channel;
    }

    private boolean direct() {
        if (!looked) {
            looked = true;
            direct = channel.pipeline().names().size() == 2;
        }
        return direct;
    }

    /** Owns the bytes; they go out with the next {@link #flush}. */
    void write(ByteBuf bytes) {
        if (direct()) {
            channel.unsafe().write(bytes, channel.unsafe().voidPromise());
        } else {
            channel.write(bytes, channel.voidPromise());
        }
    }

    void flush() {
        if (direct()) {
            channel.unsafe().flush();
        } else {
            channel.flush();
        }
    }
}
