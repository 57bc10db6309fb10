package dev.ebb.gateway.handover;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells a service manager how we are, by the protocol of sd_notify(3): a datagram with lines {@code
 * NAME=value}, to the socket that the variable NOTIFY_SOCKET names; an {@code @} in front stands
 * for a socket without a file.
 */
public final class ServiceManager {
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private ServiceManager() {}

    /**
     * Says it, if there is somebody to say it to. Waits two seconds at most.
     *
     * @param socket the value of NOTIFY_SOCKET
     * @return why it could not be said; empty when it was, or nobody asked for it
     */
    public static Optional<String> tell(Optional<String> socket, String lines) {
        if (socket.isEmpty() || socket.get().isEmpty()) {
            return Optional.empty();
        }
        if (!Epoll.isAvailable()) {
            return Optional.of("the service manager is not told: this machine has no epoll");
        }
        String name = socket.get();
        var address =
                new DomainSocketAddress(name.startsWith("@") ? "\0" + name.substring(1) : name);
        MultiThreadIoEventLoopGroup group = HandoverDoor.group();
        try {
            var opened =
                    new Bootstrap()
                            .group(group)
                            .channel(EpollDomainDatagramChannel.class)
                            .handler(new ChannelInboundHandlerAdapter())
                            .connect(address);
            if (!opened.awaitUninterruptibly(LONGEST.toMillis()) || !opened.isSuccess()) {
                return Optional.of(cannot(name, opened.cause()));
            }
            var sent =
                    opened.channel()
                            .writeAndFlush(Unpooled.copiedBuffer(lines, StandardCharsets.UTF_8));
            boolean done = sent.awaitUninterruptibly(LONGEST.toMillis()) && sent.isSuccess();
            return done ? Optional.empty() : Optional.of(cannot(name, sent.cause()));
        } finally {
            var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private static String cannot(String name, @Nullable Throwable cause) {
        String why = cause == null ? "it takes nothing" : String.valueOf(cause.getMessage());
        return "the service manager at %s cannot be told: %s".formatted(name, why);
    }
}
