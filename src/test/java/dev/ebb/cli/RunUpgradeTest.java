package dev.ebb.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ebb.console.AdminFile;
import dev.ebb.demo.HelloService;
import dev.ebb.gateway.handover.HandoverDoor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ebb run} is upgraded, as processes of their own, while requests have no instance yet and
 * wait for one at the old process.
 */
@Timeout(180)
class RunUpgradeTest {
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir Path folder;
    private final List<Long> pids = new CopyOnWriteArrayList<>();
    private Path program;
    private int port;

    @BeforeEach
    void prepare() throws IOException {
        assumeTrue(HandoverDoor.isAvailable(), "needs epoll");
        try (var free = new ServerSocket(0, 1, HERE)) {
            port = free.getLocalPort();
        }
        program =
                script(
                        "ebb",
                        "exec '%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
                                + " --enable-native-access=ALL-UNNAMED"
                                + " --sun-misc-unsafe-memory-access=allow -cp '%s' %s \"$@\"",
                        Main.class);
    }

    private Path script(String name, String line, Class<?> main) throws IOException {
        Path script = folder.resolve(name);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String text = line.formatted(java, System.getProperty("java.class.path"), main.getName());
        Files.writeString(script, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script;
    }

    @AfterEach
    void end() {
        pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    private Path state() {
        return folder.resolve("state");
    }

    /** Instances begin only when there is the file {@code go}. */
    private long start() throws IOException {
        Path hello =
                script(
                        "hello",
                        "while [ ! -e %s ]; do sleep 0.1; done\n".formatted(folder.resolve("go"))
                                + "exec '%s' -Xmx32m -XX:TieredStopAtLevel=1 -cp '%s' %s \"$@\"",
                        HelloService.class);
        Path file = folder.resolve("ebb.yaml");
        Files.writeString(
                file,
                """
                listen: 127.0.0.1:%d
                admin: 127.0.0.1:0
                tick: 100ms
                services:
                  hello:
                    run: {command: ["%s", --port, "${port}"], ports: 25000-25999}
                    instances: 0..2
                    balance: {queue: {start-timeout: 2m}}
                    ready: {http: /, interval: 200ms}
                """
                        .formatted(port, hello));
        Process process =
                new ProcessBuilder(
                                List.of(
                                        program.toString(),
                                        "run",
                                        file.toString(),
                                        "--state",
                                        state().toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile())
                        .start();
        pids.add(process.pid());
        await().atMost(SOON).until(() -> AdminFile.find(state()).isPresent());
        await().atMost(SOON).until(this::connects);
        return process.pid();
    }

    private boolean connects() {
        try (var socket = new Socket(HERE, port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private Socket connected() throws IOException {
        var socket = new Socket(HERE, port);
        socket.setSoTimeout((int) SOON.toMillis());
        return socket;
    }

    private static void ask(Socket socket) throws IOException {
        String head = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(UTF_8));
    }

    private static String answer(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }

    private String status() {
        return Cli.on(state(), "status").out();
    }

    private void upgrade() throws IOException {
        Thread.ofVirtual().start(() -> Cli.on(state(), "upgrade", "--program", program.toString()));
        await().atMost(SOON)
                .until(() ->
                        UpgradeProgress.read(state()).stream()
                                .anyMatch(line -> line.step().equals("draining")));
        pids.add(AdminFile.find(state()).map(AdminFile::pid).orElseThrow());
    }

    private void stop() throws IOException {
        Files.writeString(folder.resolve("go"), "");
        assertThat(Cli.on(state(), "stop").code()).isZero();
    }

    @Test
    void whatWaitsForAnInstanceThatIsStartingIsAnswered() throws Exception {
        start();
        try (Socket waiting = connected()) {
            ask(waiting);
            await().atMost(SOON).until(() -> status().contains("STARTING"));
            upgrade();
            Files.writeString(folder.resolve("go"), "");
            assertThat(answer(waiting)).startsWith("HTTP/1.1 200");
        }
        stop();
    }

    @Test
    void whatComesToTheOldProcessBringsAnInstanceToo() throws Exception {
        Files.writeString(folder.resolve("go"), "");
        start();
        try (Socket before = connected()) {
            upgrade();
            ask(before);
            assertThat(answer(before)).startsWith("HTTP/1.1 200");
        }
        stop();
    }
}
