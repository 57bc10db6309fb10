package dev.ebb.gateway;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets on which the gateway accepts connections: its own, or those that another process has
 * handed over. One open socket may be shared by two processes; then only one of them accepts. For
 * one thread at a time.
 */
final class Listeners {
    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final EventLoopGroup group;
    private final GatewaySettings settings;
    private final List<Listening> inherited;
    private final boolean accepting;
    private final List<Channel> open = new ArrayList<>();
    private Optional<Channel> tls = Optional.empty();

    /**
     * @param inherited handed over by another process; those that nobody wants are closed
     * @param accepting whether connections are taken at once; otherwise {@link #accept} begins it
     */
    Listeners(
            EventLoopGroup group,
            GatewaySettings settings,
            List<Listening> inherited,
            boolean accepting) {
        this.group = group;
        this.settings = settings;
        this.inherited = new ArrayList<>(inherited);
        this.accepting = accepting;
    }

    /**
     * @param plain gets connections without TLS
     * @param secured gets connections that are to begin a handshake
     * @throws GatewayStartException when an address cannot be had; its message says why
     */
    void open(Consumer<Channel> plain, Consumer<Channel> secured) throws GatewayStartException {
        for (InetSocketAddress address : settings.listen().plain()) {
            open.add(open(address, plain));
        }
        if (settings.listen().tls().isPresent()) {
            Channel opened = open(settings.listen().tls().get().listen(), secured);
            tls = Optional.of(opened);
            open.add(opened);
        }
        closeUnwanted();
    }

    private Channel open(InetSocketAddress address, Consumer<Channel> accept)
            throws GatewayStartException {
        var handler =
                new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept.accept(channel);
                    }
                };
        var bootstrap =
                new ServerBootstrap()
                        .group(group)
                        .option(ChannelOption.SO_BACKLOG, 4096)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .option(ChannelOption.AUTO_READ, accepting)
                        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(
                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                GatewayLoop.waterMark(settings))
                        .childHandler(handler);
        Optional<Listening> handed = inherited.stream().filter(l -> l.fits(address)).findFirst();
        ChannelFuture opened;
        if (handed.isPresent()) {
            int fd = handed.get().fd();
            inherited.remove(handed.get());
            opened = bootstrap.channelFactory(() -> new EpollServerSocketChannel(fd)).register();
        } else {
            opened = bootstrap.channel(settings.loops().transport().serverChannel()).bind(address);
        }
        opened.awaitUninterruptibly();
        if (!opened.isSuccess()) {
            throw new GatewayStartException(why(address, opened.cause()), opened.cause());
        }
        return opened.channel();
    }

    private void closeUnwanted() {
        for (Listening unwanted : inherited) {
            try {
                new FileDescriptor(unwanted.fd()).close();
            } catch (IOException e) {
                LOG.warn("a socket that nobody wants stays open: {}", e.toString());
            }
        }
        inherited.clear();
    }

    private static String why(InetSocketAddress address, Throwable cause) {
        boolean known = address.getAddress() != null;
        var host = known ? address.getAddress().getHostAddress() : address.getHostString();
        var where = (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
        var message = String.valueOf(cause.getMessage());
        if (!known) {
            return "cannot listen at %s: the name is unknown; use an address of this machine"
                    .formatted(where);
        }
        if (message.contains("assign")) {
            return "cannot listen at %s: this machine does not have that address".formatted(where);
        }
        if (cause instanceof BindException || message.contains("in use")) {
            return "cannot listen at %s: the port is in use by another program; choose another"
                    .formatted(where);
        }
        return "cannot listen at %s: %s".formatted(where, message);
    }

    /** Where it listens without TLS, with the ports that were really taken. */
    List<InetSocketAddress> addresses() {
        return open.stream()
                .filter(channel -> tls.filter(channel::equals).isEmpty())
                .map(channel -> (InetSocketAddress) channel.localAddress())
                .toList();
    }

    Optional<InetSocketAddress> tlsAddress() {
        return tls.map(channel -> (InetSocketAddress) channel.localAddress());
    }

    /** What may be handed to another process; empty when the transport cannot do that. */
    Optional<List<Listening>> handles() {
        List<Listening> handles = new ArrayList<>();
        for (Channel channel : open) {
            if (!(channel instanceof EpollServerSocketChannel epoll)) {
                return Optional.empty();
            }
            handles.add(new Listening(epoll.localAddress(), epoll.fd().intValue()));
        }
        return Optional.of(handles);
    }

    /**
     * Begins to take connections, or takes no more: those that wait in the system's queue stay
     * there, for whoever accepts next. Returns when it is so.
     */
    void accept(boolean on) {
        for (Channel channel : open) {
            channel.eventLoop()
                    .submit(() -> channel.config().setAutoRead(on))
                    .awaitUninterruptibly();
        }
    }

    /**
     * Deregistered first: a socket that lives on in another process would otherwise stay among what
     * our epoll watches, with nobody to handle it. Only epoll's can be handed over, and io_uring's
     * do not end their wait for a connection by this.
     */
    void close() {
        for (Channel channel : open) {
            if (channel instanceof EpollServerSocketChannel) {
                channel.deregister().awaitUninterruptibly();
            }
            channel.close().awaitUninterruptibly();
        }
    }
}
