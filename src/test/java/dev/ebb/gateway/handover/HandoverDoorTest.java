package dev.ebb.gateway.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ebb.gateway.Listening;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both sides in one process: what the kernel says of the other side is then true of us. */
@Timeout(60)
class HandoverDoorTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final long MINE = ProcessHandle.current().pid();

    private HandoverDoor door;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(HandoverDoor.isAvailable(), "needs epoll");
        door = HandoverDoor.open();
    }

    @AfterEach
    void close() {
        if (door != null) {
            door.close();
        }
    }

    private Talk come(long expected, Duration limit) throws Exception {
        return door.await(pid -> pid == expected, () -> {}, limit);
    }

    @Test
    void onlyItsOwnerMayEnterTheFolderAndNothingIsLeftOfIt() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(door.folder())))
                .isEqualTo("rwx------");
        door.close();
        assertThat(door.folder()).doesNotExist();
    }

    @Test
    void linesGoBothWaysAndTheEndIsSeenAfterTheLastOfThem() throws Exception {
        HandoverGuest guest = HandoverGuest.enter(door.folder());
        Talk talk = come(MINE, SOON);
        guest.talk().send("one");
        guest.talk().send("two\nlines");
        talk.send("three");
        assertThat(guest.talk().hear(SOON)).isEqualTo("three");
        guest.close();
        await().atMost(SOON).until(talk::hasEnded);
        assertThat(talk.hear(SOON)).isEqualTo("one");
        assertThat(talk.hear(SOON)).isEqualTo("two lines");
        assertThatThrownBy(() -> talk.hear(SOON))
                .isInstanceOf(HandoverException.class)
                .hasMessage("the other process has ended");
    }

    @Test
    void anUnexpectedProcessIsHungUpOn() throws Exception {
        try (HandoverGuest guest = HandoverGuest.enter(door.folder())) {
            assertThatThrownBy(() -> come(MINE + 1, Duration.ofSeconds(1)))
                    .isInstanceOf(HandoverException.class)
                    .hasMessage("the new process did not come within 1 s");
            await().atMost(SOON).until(guest.talk()::hasEnded);
        }
    }

    @Test
    void whoSaysNothingIsNotWaitedForLonger() throws Exception {
        try (HandoverGuest guest = HandoverGuest.enter(door.folder())) {
            Talk talk = come(MINE, SOON);
            assertThatThrownBy(() -> talk.hear(Duration.ofMillis(1500)))
                    .isInstanceOf(HandoverException.class)
                    .hasMessage("the other process said nothing for 1.5 s");
            assertThat(guest.talk().hasEnded()).isFalse();
        }
    }

    @Test
    void aLineWithoutEndEndsTheTalk() throws Exception {
        var address = UnixDomainSocketAddress.of(door.folder().resolve(HandoverDoor.LINES));
        try (var raw = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            raw.connect(address);
            Talk talk = come(MINE, SOON);
            raw.write(
                    ByteBuffer.wrap(
                            "x".repeat(Talk.LONGEST_LINE + 1).getBytes(StandardCharsets.UTF_8)));
            await().atMost(SOON).until(talk::hasEnded);
        }
    }

    /** As when a service has many endpoints: the speaker waits, and nothing is missed. */
    @Test
    void whatIsNotHeardYetWaitsWithItsSpeaker() throws Exception {
        int count = 30_000;
        try (HandoverGuest guest = HandoverGuest.enter(door.folder())) {
            Talk talk = come(MINE, SOON);
            var said = new AtomicInteger();
            var speaking =
                    CompletableFuture.runAsync(() -> {
                        for (int i = 0; i < count; i++) {
                            say(
                                    guest.talk(),
                                    "endpoint shop-%d 127.0.0.1 80 ACTIVE 1".formatted(i));
                            said.incrementAndGet();
                        }
                    });
            await().atMost(SOON).until(() -> said.get() > 4_150 || speaking.isDone());
            for (int i = 0; i < count; i++) {
                assertThat(talk.hear(SOON)).startsWith("endpoint shop-" + i + " ");
            }
            speaking.get(20, TimeUnit.SECONDS);
        }
    }

    private static void say(Talk talk, String line) {
        try {
            talk.send(line);
        } catch (HandoverException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aListeningSocketIsTheSameOneOnTheOtherSide() throws Exception {
        var mine = new EpollServerSocketChannel();
        var group = HandoverDoor.group();
        try (HandoverGuest guest = HandoverGuest.enter(door.folder())) {
            group.register(mine).syncUninterruptibly();
            mine.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .syncUninterruptibly();
            var handed = new Listening(mine.localAddress(), mine.fd().intValue());
            var taking =
                    CompletableFuture.supplyAsync(() -> {
                        try {
                            return guest.take(List.of(handed.address()), SOON);
                        } catch (HandoverException | InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            door.hand(List.of(handed), pid -> pid == MINE, () -> {}, SOON);
            Listening taken = taking.join().getFirst();
            assertThat(taken.fd()).isNotEqualTo(handed.fd());
            var theirs = new EpollServerSocketChannel(taken.fd());
            assertThat(theirs.localAddress()).isEqualTo(mine.localAddress());
        } finally {
            mine.close().syncUninterruptibly();
            var _ = group.shutdownGracefully();
        }
    }

    @Test
    void nobodyWaitsWhereThereIsNoDoor() {
        var nowhere = door.folder().resolve("nowhere");
        assertThatThrownBy(() -> HandoverGuest.enter(nowhere))
                .isInstanceOf(HandoverException.class)
                .hasMessageContaining("no Ebb waits at");
    }
}
