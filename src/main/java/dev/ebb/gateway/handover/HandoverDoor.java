package dev.ebb.gateway.handover;

import dev.ebb.gateway.Listening;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.PeerCredentials;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;

/**
 * Where the running process waits for its successor: two Unix domain sockets in a folder that only
 * its owner may enter, one for lines and one for listening sockets. Who comes is told by the
 * kernel; anyone else than the expected process of the same user is hung up on. For one thread.
 */
public final class HandoverDoor implements AutoCloseable {
    static final String LINES = "lines";
    static final String SOCKETS = "sockets";
    private static final int WAITING_MAX = 8;
    private static final Duration SEND_MAX = Duration.ofSeconds(5);
    private static final Duration SLICE = Duration.ofMillis(50);

    private record Visitor(Channel channel, Talk talk, PeerCredentials who) {}

    private final Path folder;
    private final MultiThreadIoEventLoopGroup group;
    private final BlockingQueue<Visitor> talkers = new ArrayBlockingQueue<>(WAITING_MAX);
    private final BlockingQueue<Visitor> takers = new ArrayBlockingQueue<>(WAITING_MAX);

    private HandoverDoor(Path folder, MultiThreadIoEventLoopGroup group) {
        this.folder = folder;
        this.group = group;
    }

    /** Whether this machine can do it at all: it takes Linux and epoll. */
    public static boolean isAvailable() {
        return Epoll.isAvailable();
    }

    /**
     * @throws IOException when there can be no such folder or no sockets in it
     */
    public static HandoverDoor open() throws IOException {
        // In the folder for temporary files: a socket's path may have 107 bytes only.
        Path folder =
                Files.createTempDirectory(
                        "ebb-",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        var door = new HandoverDoor(folder, group());
        try {
            door.bind(LINES, door.talkers);
            door.bind(SOCKETS, door.takers);
            return door;
        } catch (IOException e) {
            door.close();
            throw e;
        }
    }

    static MultiThreadIoEventLoopGroup group() {
        return new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("handover", true), EpollIoHandler.newFactory());
    }

    private void bind(String name, BlockingQueue<Visitor> visitors) throws IOException {
        var bound =
                new ServerBootstrap()
                        .group(group)
                        .channel(EpollServerDomainSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<EpollDomainSocketChannel>() {
                                    @Override
                                    protected void initChannel(EpollDomainSocketChannel channel)
                                            throws IOException {
                                        Talk talk = Talk.over(channel);
                                        var who = channel.peerCredentials();
                                        if (!visitors.offer(new Visitor(channel, talk, who))) {
                                            var _ = channel.close();
                                        }
                                    }
                                })
                        .bind(new DomainSocketAddress(folder.resolve(name).toFile()))
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("cannot listen in " + folder, bound.cause());
        }
    }

    /** Where the successor is to come. */
    public Path folder() {
        return folder;
    }

    /**
     * Waits for the successor.
     *
     * @param expected whether a process of this id may be it
     * @param alive whether it may still come
     * @throws HandoverException when it ended before, or did not come in time
     */
    public Talk await(LongPredicate expected, Alive alive, Duration limit)
            throws HandoverException, InterruptedException {
        return visitor(talkers, expected, alive, limit).talk();
    }

    /** Whether the process that is waited for may still come. */
    @FunctionalInterface
    public interface Alive {
        /**
         * @throws HandoverException when it may not; says why
         */
        void check() throws HandoverException, InterruptedException;
    }

    private static Visitor visitor(
            BlockingQueue<Visitor> visitors, LongPredicate expected, Alive alive, Duration limit)
            throws HandoverException, InterruptedException {
        long until = System.nanoTime() + limit.toNanos();
        long mine = uid();
        while (System.nanoTime() - until < 0) {
            Visitor visitor = visitors.poll(SLICE.toMillis(), TimeUnit.MILLISECONDS);
            if (visitor == null) {
                alive.check();
            } else if (visitor.who().uid() == mine && expected.test(visitor.who().pid())) {
                return visitor;
            } else {
                var _ = visitor.channel().close();
            }
        }
        throw new HandoverException(
                "the new process did not come within %d s".formatted(limit.toSeconds()));
    }

    /** The user that this process runs as. */
    private static long uid() throws HandoverException {
        try {
            return ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue();
        } catch (IOException e) {
            throw new HandoverException("cannot tell who we are: " + e.getMessage());
        }
    }

    /**
     * Hands over the listening sockets, in this order; ours stay open.
     *
     * @throws HandoverException when the successor does not take them in time
     */
    public void hand(List<Listening> sockets, LongPredicate expected, Alive alive, Duration limit)
            throws HandoverException, InterruptedException {
        Channel taker = visitor(takers, expected, alive, limit).channel();
        for (Listening socket : sockets) {
            // A copy of the number only: the kernel makes the descriptor of the other process.
            var sent = taker.writeAndFlush(new FileDescriptor(socket.fd()));
            if (!sent.awaitUninterruptibly(SEND_MAX.toMillis()) || !sent.isSuccess()) {
                throw new HandoverException("the new process does not take the listening sockets");
            }
        }
    }

    /** All conversations end with it. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(SEND_MAX.toMillis());
        for (Path path : List.of(folder.resolve(LINES), folder.resolve(SOCKETS), folder)) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                // An empty folder among temporary files harms nobody.
                return;
            }
        }
    }
}
