package dev.ebb.gateway.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With a socket that listens as a service manager does. */
@Timeout(60)
class ServiceManagerTest {
    private static final String LINES = "READY=1\nMAINPID=7\n";

    @TempDir Path folder;
    private final BlockingQueue<String> heard = new ArrayBlockingQueue<>(4);
    private Optional<MultiThreadIoEventLoopGroup> group = Optional.empty();

    @BeforeEach
    void open() {
        assumeTrue(HandoverDoor.isAvailable(), "needs epoll");
        group = Optional.of(HandoverDoor.group());
    }

    @AfterEach
    void close() {
        group.ifPresent(
                one -> one.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly());
    }

    private void listen(String address) {
        new Bootstrap()
                .group(group.orElseThrow())
                .channel(EpollDomainDatagramChannel.class)
                .handler(
                        new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                            @Override
                            protected void channelRead0(
                                    ChannelHandlerContext ctx, DomainDatagramPacket packet) {
                                heard.add(packet.content().toString(StandardCharsets.UTF_8));
                            }
                        })
                .bind(new DomainSocketAddress(address))
                .syncUninterruptibly();
    }

    @Test
    void isToldAtItsSocketInOneDatagram() throws InterruptedException {
        String socket = folder.resolve("notify").toString();
        listen(socket);
        assertThat(ServiceManager.tell(Optional.of(socket), LINES)).isEmpty();
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(LINES);
    }

    @Test
    void isToldAtASocketWithoutAFile() throws InterruptedException {
        String name = "ebb-test-" + ProcessHandle.current().pid();
        listen("\0" + name);
        assertThat(ServiceManager.tell(Optional.of("@" + name), LINES)).isEmpty();
        assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(LINES);
    }

    @Test
    void isNotMissedWhereThereIsNone() {
        assertThat(ServiceManager.tell(Optional.empty(), LINES)).isEmpty();
        assertThat(ServiceManager.tell(Optional.of(""), LINES)).isEmpty();
    }

    @Test
    void whoCannotBeToldIsNamed() {
        String nowhere = folder.resolve("nowhere").toString();
        assertThat(ServiceManager.tell(Optional.of(nowhere), LINES).orElseThrow())
                .startsWith("the service manager at " + nowhere + " cannot be told: ");
    }
}
