package dev.ebb.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.ebb.console.AdminFile;
import dev.ebb.gateway.handover.HandoverDoor;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ebb proxy} with a state directory, as processes of their own, under a service manager. */
@Timeout(120)
class ProxyUpgradeTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir Path folder;
    private final BlockingQueue<String> told = new ArrayBlockingQueue<>(16);
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final List<Long> pids = new CopyOnWriteArrayList<>();
    private final CountDownLatch slow = new CountDownLatch(1);
    private final AtomicInteger slowly = new AtomicInteger();
    private HttpServer service;
    private Path program;
    private int port;

    @BeforeEach
    void prepare() throws IOException {
        assumeTrue(HandoverDoor.isAvailable(), "needs epoll");
        service = HttpServer.create(new InetSocketAddress(HERE, 0), 64);
        service.createContext(
                "/",
                exchange -> {
                    byte[] body = "here".getBytes(UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    try (var out = exchange.getResponseBody()) {
                        out.write(body);
                    }
                });
        service.createContext(
                "/slow",
                exchange -> {
                    slowly.incrementAndGet();
                    try {
                        slow.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        service.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        service.start();
        try (var free = new ServerSocket(0, 1, HERE)) {
            port = free.getLocalPort();
        }
        program = folder.resolve("ebb");
        Files.writeString(
                program,
                """
                #!/bin/sh
                exec '%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
                --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
                -cp '%s' %s "$@"
                """
                        .formatted(
                                Path.of(System.getProperty("java.home"), "bin", "java"),
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        new Bootstrap()
                .group(group)
                .channel(EpollDomainDatagramChannel.class)
                .handler(
                        new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                            @Override
                            protected void channelRead0(
                                    ChannelHandlerContext ctx, DomainDatagramPacket packet) {
                                told.add(packet.content().toString(UTF_8));
                            }
                        })
                .bind(new DomainSocketAddress(folder.resolve("notify").toString()))
                .syncUninterruptibly();
    }

    @AfterEach
    void end() {
        pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        slow.countDown();
        service.stop(0);
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Path state() {
        return folder.resolve("state");
    }

    private long start(String... more) throws IOException {
        var words = new ArrayList<>(List.of(program.toString(), "proxy"));
        words.addAll(List.of("--listen", "127.0.0.1:" + port));
        words.addAll(List.of("--to", "127.0.0.1:" + service.getAddress().getPort()));
        words.addAll(List.of("--state", state().toString(), "--shutdown", "5"));
        words.addAll(List.of(more));
        var builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.redirectOutput(folder.resolve("out").toFile());
        builder.environment().put("NOTIFY_SOCKET", folder.resolve("notify").toString());
        Process process = builder.start();
        pids.add(process.pid());
        await().atMost(SOON).until(() -> AdminFile.find(state()).isPresent());
        return process.pid();
    }

    private void assertTold(String text) throws InterruptedException {
        assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo(text);
    }

    private static boolean alive(long pid) {
        // One that nobody has asked for its exit code yet runs no program.
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> process.info().command().isPresent())
                .isPresent();
    }

    /** One request over a connection of its own; whether it was answered as it should be. */
    private boolean asks() {
        try (var socket = new Socket(HERE, port)) {
            socket.setSoTimeout(10_000);
            String head = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            return answer.startsWith("HTTP/1.1 200") && answer.endsWith("\r\n\r\nhere");
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void isReplacedUnderLoadAndTheServiceManagerFollows() throws Exception {
        long old = start();
        assertTold("READY=1\nMAINPID=" + old + "\n");
        var over = new AtomicBoolean();
        var good = new AtomicInteger();
        var bad = new AtomicInteger();
        Thread client =
                Thread.ofVirtual()
                        .start(() -> {
                            while (!over.get()) {
                                (asks() ? good : bad).incrementAndGet();
                            }
                        });
        await().atMost(SOON).until(() -> good.get() > 10);

        Cli upgrade = Cli.on(state(), "upgrade", "--program", program.toString());
        assertThat(upgrade.code()).as(upgrade.out() + upgrade.err()).isZero();
        long heir = AdminFile.find(state()).orElseThrow().pid();
        pids.add(heir);
        assertThat(heir).isNotEqualTo(old);
        assertTold("READY=1\nMAINPID=" + heir + "\n");
        await().atMost(SOON).until(() -> !alive(old));
        int then = good.get();
        await().atMost(SOON).until(() -> good.get() > then + 10);
        over.set(true);
        client.join();
        assertThat(bad).hasValue(0);
        assertThat(Files.readString(folder.resolve("out"))).contains("pid " + old + ", to version");

        assertThat(Cli.on(state(), "status").out()).contains("proxy to 1 endpoint");
        assertThat(Cli.on(state(), "scale", "static", "2").err()).contains("no instances to order");
        assertThat(Cli.on(state(), "stop").code()).isZero();
        await().atMost(SOON).until(() -> !alive(heir));
        assertTold("STOPPING=1\n");
        assertThat(told).as("the old one's end is nobody's business").isEmpty();
        assertThat(asks()).isFalse();
    }

    /** One request that is not answered before {@link #slow} opens. */
    private Socket askSlowly() throws IOException {
        var socket = new Socket(HERE, port);
        socket.setSoTimeout(60_000);
        String head = "GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(UTF_8));
        await().atMost(SOON).until(() -> slowly.get() > 0);
        return socket;
    }

    private static String lastStep(Path state) throws IOException {
        return UpgradeProgress.read(state).getLast().text();
    }

    @Test
    void whatIsOpenIsHeldHoweverShortTheOrdinaryEnd() throws Exception {
        long old = start("--shutdown", "0");
        try (Socket socket = askSlowly()) {
            var upgrade =
                    CompletableFuture.supplyAsync(
                            () -> Cli.on(state(), "upgrade", "--program", program.toString()));
            await().atMost(SOON)
                    .until(() ->
                            UpgradeProgress.read(state()).stream()
                                    .anyMatch(line -> line.step().equals("draining")));
            assertThat(lastStep(state())).contains("for 1h00m at most");
            pids.add(AdminFile.find(state()).orElseThrow().pid());
            assertThat(asks()).isTrue();
            slow.countDown();
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 200");
            assertThat(upgrade.join().code()).isZero();
            assertThat(lastStep(state())).isEqualTo("pid " + old + " has ended");
        }
        assertThat(Cli.on(state(), "stop").code()).isZero();
    }

    @Test
    void whatIsCutAtTheLimitIsCountedAndTold() throws Exception {
        long old = start("--upgrade-drain", "1");
        try (Socket socket = askSlowly()) {
            Cli upgrade = Cli.on(state(), "upgrade", "--program", program.toString());
            pids.add(AdminFile.find(state()).orElseThrow().pid());
            assertThat(upgrade.code()).as(upgrade.out() + upgrade.err()).isZero();
            assertThat(upgrade.out()).contains("pid " + old + " has ended and cut 1 connection");
            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
            await().atMost(SOON)
                    .until(() ->
                            Files.readString(folder.resolve("out"))
                                    .contains(
                                            "pid "
                                                    + old
                                                    + ", has ended at its limit and cut 1 conn"));
        }
        assertThat(Cli.on(state(), "stop").code()).isZero();
    }

    @Test
    void oneThatFailsIsTakenBack() throws Exception {
        long old = start();
        Path broken = folder.resolve("broken");
        Files.writeString(broken, "#!/bin/sh\nexit 3\n");
        Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rwx------"));
        Cli upgrade = Cli.on(state(), "upgrade", "--program", broken.toString());
        assertThat(upgrade.code()).isEqualTo(Exit.FAILED);
        assertThat(upgrade.err()).contains("ended with code 3").contains("as before");
        assertThat(alive(old)).isTrue();
        assertThat(asks()).isTrue();
        String file = yaml("EPOLL");
        Cli config = Cli.on(state(), "upgrade", "--program", program.toString(), "--config", file);
        assertThat(config.err()).contains("has no configuration file");
        assertThat(Cli.on(state(), "stop").code()).isZero();
    }

    @Test
    void anotherTransportIsRefusedBeforeAnythingIsBegun() throws Exception {
        start("--transport", "nio");
        Cli upgrade = Cli.on(state(), "upgrade", "--program", program.toString());
        assertThat(upgrade.code()).isEqualTo(Exit.FAILED);
        assertThat(upgrade.err()).contains("cannot hand over its sockets; only epoll can");
        String file = yaml("NIO");
        Cli config = Cli.on(state(), "upgrade", "--program", program.toString(), "--config", file);
        assertThat(config.code()).isEqualTo(Exit.USAGE);
        assertThat(config.err()).contains("the transport NIO cannot take over sockets");
        assertThat(state().resolve("upgrade.jsonl")).doesNotExist();
        assertThat(Cli.on(state(), "stop").code()).isZero();
    }

    @Test
    void twoDoNotShareAFolder() throws Exception {
        long first = start();
        Cli second = Cli.on(state(), "proxy", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:1");
        assertThat(second.code()).isEqualTo(Exit.FAILED);
        assertThat(second.err()).contains("another Ebb (pid " + first + ") has the state");
        assertThat(Cli.on(state(), "stop").code()).isZero();
    }

    private String yaml(String transport) throws IOException {
        Path file = folder.resolve(transport + ".yaml");
        Files.writeString(
                file,
                """
                listen: 127.0.0.1:0
                gateway: {transport: %s}
                services:
                  hello:
                    run: {command: "sleep 60"}
                    instances: 1
                """
                        .formatted(transport.toLowerCase(Locale.ROOT)));
        return file.toString();
    }
}
