package dev.ebb.gateway.handover;

import dev.ebb.gateway.Listening;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** The successor's side of a {@link HandoverDoor}. For one thread. */
public final class HandoverGuest implements AutoCloseable {
    private static final int SOCKETS_MAX = 64;
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

    private final Path folder;
    private final MultiThreadIoEventLoopGroup group;
    private final Talk talk;

    private HandoverGuest(Path folder, MultiThreadIoEventLoopGroup group, Talk talk) {
        this.folder = folder;
        this.group = group;
        this.talk = talk;
    }

    /**
     * @param folder where the door is
     * @throws HandoverException when nobody is there
     */
    public static HandoverGuest enter(Path folder) throws HandoverException {
        MultiThreadIoEventLoopGroup group = HandoverDoor.group();
        var made = new ArrayBlockingQueue<Talk>(1);
        var bootstrap =
                new Bootstrap()
                        .group(group)
                        .channel(EpollDomainSocketChannel.class)
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        made.add(Talk.over(channel));
                                    }
                                });
        try {
            connect(bootstrap, folder.resolve(HandoverDoor.LINES));
            return new HandoverGuest(folder, group, made.remove());
        } catch (HandoverException e) {
            var _ = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw e;
        }
    }

    private static void connect(Bootstrap bootstrap, Path socket) throws HandoverException {
        var connected = bootstrap.connect(new DomainSocketAddress(socket.toFile()));
        if (!connected.awaitUninterruptibly(CONNECT_MAX.toMillis()) || !connected.isSuccess()) {
            throw new HandoverException(
                    "no Ebb waits at %s for its successor".formatted(socket.getParent()));
        }
    }

    public Talk talk() {
        return talk;
    }

    /**
     * Takes the listening sockets.
     *
     * @param addresses where they listen, in the order in which they come
     * @throws HandoverException when they do not come, or are not what was announced
     */
    public List<Listening> take(List<InetSocketAddress> addresses, Duration limit)
            throws HandoverException, InterruptedException {
        BlockingQueue<FileDescriptor> came = new ArrayBlockingQueue<>(SOCKETS_MAX);
        connect(
                new Bootstrap()
                        .group(group)
                        .channel(EpollDomainSocketChannel.class)
                        .option(
                                EpollChannelOption.DOMAIN_SOCKET_READ_MODE,
                                DomainSocketReadMode.FILE_DESCRIPTORS)
                        .handler(
                                new ChannelInboundHandlerAdapter() {
                                    @Override
                                    public void channelRead(
                                            ChannelHandlerContext ctx, Object message) {
                                        if (message instanceof FileDescriptor fd
                                                && !came.offer(fd)) {
                                            var _ = ctx.close();
                                        }
                                    }
                                }),
                folder.resolve(HandoverDoor.SOCKETS));
        List<Listening> taken = new ArrayList<>();
        for (InetSocketAddress address : addresses) {
            FileDescriptor fd = came.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (fd == null) {
                throw new HandoverException("the listening sockets did not come");
            }
            taken.add(new Listening(address, fd.intValue()));
        }
        return taken;
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS)
                .awaitUninterruptibly(CONNECT_MAX.toMillis());
    }
}
