package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.console.UpgradeOrder;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.Order.Answer;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.Listening;
import dev.ebb.gateway.handover.HandoverDoor;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The old process's side, with new processes that are real and go wrong at every step. */
@Timeout(120)
class UpgradesTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir Path folder;
    private final List<String> done = new CopyOnWriteArrayList<>();
    private final List<JournalEntry.Upgraded> notes = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final List<EndpointSnapshot> learned = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Boolean> gaveUp = new CompletableFuture<>();
    private CountDownLatch mayLeave = new CountDownLatch(0);
    private volatile boolean endsWhenPaused;
    private boolean handsOver = true;
    private int cut;
    private EpollServerSocketChannel listener;
    private Upgrades upgrades;

    @BeforeEach
    void listen() {
        assumeTrue(HandoverDoor.isAvailable(), "needs epoll");
        listener = new EpollServerSocketChannel();
        group.register(listener).syncUninterruptibly();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly();
        var successor = Successor.run(folder.resolve("ebb.yaml"), folder, List.of());
        upgrades = new Upgrades(new Recording(), folder, Optional.of(successor));
    }

    @AfterEach
    void close() {
        listener.close().syncUninterruptibly();
        var _ = group.shutdownGracefully();
    }

    private final class Recording implements Upgrades.Running {
        @Override
        public Optional<String> refusal() {
            return Optional.empty();
        }

        @Override
        public Optional<List<Listening>> sockets() {
            return handsOver
                    ? Optional.of(
                            List.of(
                                    new Listening(
                                            listener.localAddress(), listener.fd().intValue())))
                    : Optional.empty();
        }

        @Override
        public Set<InstanceId> healthy() {
            return Set.of(new InstanceId(new ServiceName("hello"), 1));
        }

        @Override
        public void accept(boolean on) {
            done.add(on ? "accept" : "pause");
            if (endsWhenPaused && !on) {
                Thread.ofVirtual().start(() -> gaveUp.completeAsync(UpgradesTest.this::giveUp));
                while (!Thread.currentThread().isInterrupted()) {
                    Thread.onSpinWait();
                }
            }
        }

        @Override
        public void release() {
            done.add("release");
        }

        @Override
        public void takeBack() {
            if (refusals.getAndDecrement() > 0) {
                throw new Failure(Exit.FAILED, "another Ebb has it");
            }
            done.add("take back");
        }

        @Override
        public void note(JournalEntry.OfEbb entry) {
            notes.add((JournalEntry.Upgraded) entry);
        }

        @Override
        public int leave() {
            done.add(Thread.currentThread().isInterrupted() ? "leave in haste" : "leave");
            awaitQuietly(mayLeave);
            await().atMost(SOON).until(() -> !learned.isEmpty());
            return cut;
        }

        @Override
        public void learn(EndpointSnapshot snapshot) {
            learned.add(snapshot);
        }

        @Override
        public Map<ServiceName, Integer> waiting() {
            return Map.of();
        }

        @Override
        public Duration leaveLimit() {
            return Duration.ofSeconds(1);
        }

        @Override
        public void left() {
            done.add("left");
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean giveUp() {
        try {
            return upgrades.giveUp();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String program(String step, String how) throws IOException {
        Path script = folder.resolve("successor");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Files.writeString(
                script,
                ("#!/bin/sh\nexec '%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
                                + " --enable-native-access=ALL-UNNAMED -cp '%s' %s %s %s \"$@\"\n")
                        .formatted(
                                java,
                                System.getProperty("java.class.path"),
                                TestSuccessor.class.getName(),
                                step,
                                how));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script.toString();
    }

    private UpgradeProgress.Line upgrade(String step, String how, int seconds) throws IOException {
        var order =
                new UpgradeOrder(program(step, how), Optional.empty(), Duration.ofSeconds(seconds));
        assertThat(upgrades.begin(order)).isInstanceOf(Answer.Done.class);
        return await().atMost(SOON).until(this::last, l -> l.failed() || l.left());
    }

    private UpgradeProgress.Line last() throws IOException {
        var lines = UpgradeProgress.read(folder);
        return lines.isEmpty() ? new UpgradeProgress.Line("none", "", 0) : lines.getLast();
    }

    @Test
    void theStepsComeInTheStatedOrder() throws IOException {
        assertThat(upgrade("never", "die", 30).left()).isTrue();
        assertThat(UpgradeProgress.read(folder))
                .extracting(UpgradeProgress.Line::step)
                .containsExactly(
                        "started",
                        "received",
                        "prepared",
                        "released",
                        "ready",
                        "in charge",
                        "draining",
                        "left");
        await().atMost(SOON).until(() -> done.contains("left"));
        assertThat(done).containsExactly("release", "pause", "leave", "left");
        assertThat(notes).as("the new process writes it down").isEmpty();
    }

    @Test
    void whileItLeavesItLearnsAndSaysWhatItCut() throws IOException {
        cut = 2;
        UpgradeProgress.Line end = upgrade("never", "die", 30);
        assertThat(end.text()).endsWith("has ended and cut 2 connections");
        assertThat(learned).hasSize(1);
        assertThat(learned.getFirst().endpoints()).isEqualTo(TestSuccessor.SNAPSHOT.endpoints());
        assertThat(learned.getFirst().generation()).isGreaterThan(1_000_000);
    }

    @ParameterizedTest
    @CsvSource({
        "start, die, ended with code 7, ''",
        "greeting, die, has ended, ''",
        "received, die, has ended, ''",
        "released, die, has ended, release|take back",
        "yours, die, has ended, release|pause|accept|take back",
        "greeting, fail, it does not want to, ''",
        "released, fail, it does not want to, release|take back",
        "greeting, mute, did not come within 3 s, ''",
        "received, mute, said nothing for 3 s, ''",
        "yours, mute, said nothing for 3 s, release|pause|accept|take back"
    })
    void whateverGoesWrongIsTakenBack(String step, String how, String why, String back)
            throws IOException {
        UpgradeProgress.Line end = upgrade(step, how, how.equals("mute") ? 3 : 30);
        assertThat(end.failed()).isTrue();
        assertThat(end.text()).contains(why).endsWith("is in charge as before");
        assertThat(String.join("|", done)).isEqualTo(back);
        assertThat(notes).hasSize(1);
        assertThat(notes.getFirst().failed().orElseThrow()).contains(why);
        long successor = notes.getFirst().toPid();
        assertThat(ProcessHandle.of(successor).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(listener.isActive()).isTrue();
    }

    @Test
    void controlThatCannotBeHadAtOnceIsAskedForAgain() throws IOException {
        refusals.set(2);
        assertThat(upgrade("released", "die", 30).text()).endsWith("is in charge as before");
        assertThat(done).containsExactly("release", "take back");
    }

    @Test
    void aFailedOneDoesNotStandInTheWayOfTheNext() throws IOException {
        assertThat(upgrade("received", "die", 30).failed()).isTrue();
        await().atMost(SOON)
                .until(() ->
                        upgrades.begin(order("/nowhere")) instanceof Answer.Refused(String w)
                                && !w.contains("under way"));
        assertThat(upgrade("never", "die", 30).left()).isTrue();
    }

    private static UpgradeOrder order(String program) {
        return new UpgradeOrder(program, Optional.empty(), Duration.ofSeconds(5));
    }

    @Test
    void anEndInTheMidstOfItIsWaitedForAndTakesAllBack() throws Exception {
        var order = new UpgradeOrder(program("yours", "mute"), Optional.empty(), SOON);
        assertThat(upgrades.begin(order)).isInstanceOf(Answer.Done.class);
        await().atMost(SOON).until(() -> done.contains("pause"));
        assertThat(upgrades.giveUp()).isFalse();
        assertThat(done).containsExactly("release", "pause", "accept", "take back");
        assertThat(upgrades.begin(order)).isEqualTo(new Answer.Refused("Ebb is ending"));
    }

    /** The new process may accept already: it stays, and the end does not wait for the drain. */
    @Test
    void anEndThatComesTooLateToTakeItBackOnlyHurriesTheDrain() throws Exception {
        endsWhenPaused = true;
        mayLeave = new CountDownLatch(1);
        var order = new UpgradeOrder(program("never", "die"), Optional.empty(), SOON);
        assertThat(upgrades.begin(order)).isInstanceOf(Answer.Done.class);
        assertThat(gaveUp.get(30, TimeUnit.SECONDS)).as("another process has everything").isTrue();
        await().atMost(SOON).until(() -> done.size() >= 3);
        assertThat(done).containsExactly("release", "pause", "leave");
        mayLeave.countDown();
        await().atMost(SOON).until(() -> last().left());
    }

    @Test
    void whatCannotBeUpgradedIsRefusedBeforeAnythingIsBegun() {
        assertRefused(upgrades, Optional.of("other.yaml"), "is no program");
        assertRefused(
                new Upgrades(new Recording(), folder, Optional.empty()),
                Optional.empty(),
                "a demo cannot be upgraded");
        var proxy = Successor.proxy(List.of("--to", "127.0.0.1:1"));
        assertRefused(
                new Upgrades(new Recording(), folder, Optional.of(proxy)),
                Optional.of("other.yaml"),
                "has no configuration file");
        handsOver = false;
        assertRefused(upgrades, Optional.empty(), "cannot hand over its sockets; only epoll can");
        assertThat(done).isEmpty();
        assertThat(folder.resolve("upgrade.jsonl")).doesNotExist();
    }

    private static void assertRefused(Upgrades upgrades, Optional<String> file, String why) {
        var order = new UpgradeOrder("/nowhere", file, Duration.ofSeconds(5));
        assertThat(upgrades.begin(order))
                .isInstanceOfSatisfying(
                        Answer.Refused.class, refused -> assertThat(refused.text()).contains(why));
    }

    @Test
    void aSuccessorIsStartedAsItsPredecessorWas() {
        Path door = Path.of("/door");
        Path file = Path.of("/etc/ebb.yaml");
        Successor run = Successor.run(file, Path.of("/state"), List.of("--keep-instances"));
        assertThat(String.join(" ", run.command("/ebb", Optional.empty(), door)))
                .isEqualTo(
                        "/ebb run /etc/ebb.yaml --state /state --keep-instances --take-over /door");
        assertThat(String.join(" ", run.command("/ebb", Optional.of("/b.yaml"), door)))
                .startsWith("/ebb run /b.yaml --state /state ");
        List<String> words = List.of("--to", "a:1", "--take-over", "/old", "--state=s");
        Successor proxy = Successor.proxy(words);
        assertThat(String.join(" ", proxy.command("/ebb", Optional.empty(), door)))
                .isEqualTo("/ebb proxy --to a:1 --state=s --take-over /door");
    }

    @Test
    void aProgramThatAnyoneMayChangeIsNotRun() throws IOException {
        String program = program("never", "die");
        assertThat(Upgrades.unfit(program)).isEmpty();
        Files.setPosixFilePermissions(
                Path.of(program), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(Upgrades.unfit(program).orElseThrow()).contains("may be changed by anyone");
        assertThat(Upgrades.unfit("ebb").orElseThrow()).contains("absolute path");
        assertThat(Upgrades.unfit(folder.toString())).isPresent();
    }
}
