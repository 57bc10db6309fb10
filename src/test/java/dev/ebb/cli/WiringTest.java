package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ebb.config.ConfigFile;
import dev.ebb.config.Loaded;
import dev.ebb.control.InstanceStatus;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.demo.HelloService;
import dev.ebb.platform.process.LogFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole program with real instances, in one process, and its commands. */
@Timeout(120)
class WiringTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir Path folder;
    private final List<Wiring> running = new ArrayList<>();
    private final List<String> events = new CopyOnWriteArrayList<>();

    @AfterEach
    void stopAll() throws InterruptedException {
        for (Wiring ebb : running) {
            ebb.stop(false);
            ebb.await();
        }
    }

    private Path state() {
        return folder.resolve("state");
    }

    private static String hello() {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return "[%s, -Xmx32m, -XX:TieredStopAtLevel=1, -cp, '%s', %s, --port, '${port}']"
                .formatted(
                        java, System.getProperty("java.class.path"), HelloService.class.getName());
    }

    private Wiring start(String yaml) {
        Loaded loaded = ConfigFile.read("test.yaml", yaml);
        assertThat(loaded.problems()).isEmpty();
        var logs = new LogFiles(state());
        var narrator =
                new Narrator(
                        (id, n) -> {
                            try {
                                return logs.lastLines(id, n);
                            } catch (IOException e) {
                                return List.of();
                            }
                        },
                        events::add,
                        new Ink(false));
        var ears = new Wiring.Ears(narrator::listening, p -> p, narrator::failures);
        Wiring ebb = Wiring.open(loaded.config().orElseThrow(), "test.yaml", state(), ears);
        running.add(ebb);
        ebb.begin();
        return ebb;
    }

    /** Instances end with this process, should a test fail after it left them running. */
    private String helloYaml(String tick) {
        return """
        listen: 127.0.0.1:0
        tick: %s
        services:
          hello:
            run: {command: %s, ports: 23000-23999, environment: {%s: %d}}
            instances: 2..4
            balance: {slow-start: 0}
            ready: {http: /, interval: 500ms, timeout: 500ms, fall: 10}
        """
                .formatted(tick, hello(), HelloService.PARENT, ProcessHandle.current().pid());
    }

    private static Map<InstanceId, Long> serving(Wiring ebb) {
        var pids = new TreeMap<InstanceId, Long>();
        for (InstanceStatus i : ebb.view().status().services().getFirst().instances()) {
            if (i.lifecycle() == Lifecycle.SERVING) {
                ebb.pidOf(i.id()).ifPresent(pid -> pids.put(i.id(), pid));
            }
        }
        return pids;
    }

    private static void awaitServing(Wiring ebb, int count) {
        await().atMost(SOON).until(() -> serving(ebb).size() >= count);
    }

    private static int get(Wiring ebb) throws IOException {
        var url = URI.create("http://" + Wiring.text(ebb.listening()) + "/").toURL();
        var connection = (HttpURLConnection) url.openConnection();
        connection.setReadTimeout(5000);
        return connection.getResponseCode();
    }

    @Test
    void servesByTlsWithACertificateOfItsOwnMaking() throws Exception {
        var out = new StringWriter();
        var written = new PrintWriter(out, true);
        int code =
                Commands.commandLine(written, written)
                        .execute("certificate", "--folder", folder.toString());
        assertThat(code).isEqualTo(Exit.OK);
        String tls =
                "tls:"
                        + out.toString()
                                .split("tls:", -1)[1]
                                .split("And then", -1)[0]
                                .replace(":8443", ":0");
        Wiring ebb =
                start(helloYaml("200ms").replace("listen: 127.0.0.1:0", "listen: none\n" + tls));
        awaitServing(ebb, 2);
        assertThat(ebb.urls()).singleElement().asString().startsWith("https://127.0.0.1:");
        var url = URI.create(ebb.urls().getFirst() + "/").toURL();
        var connection = (HttpsURLConnection) url.openConnection();
        connection.setSSLSocketFactory(trusting(folder.resolve("certificate.pem")));
        connection.setReadTimeout(5000);
        assertThat(connection.getResponseCode()).isEqualTo(200);
        assertThat(ebb.view().tls().orElseThrow().clients().done()).isEqualTo(1);
        assertThat(ebb.view().ebb().listen()).startsWith("https://");
        // The admin API is another listener, and without TLS.
        assertThat(ebb.adminAddress().getPort()).isNotEqualTo(ebb.listening().getPort());
    }

    private static SSLSocketFactory trusting(Path certificate) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var in = Files.newInputStream(certificate)) {
            store.setCertificateEntry(
                    "it", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    @Test
    void servesObeysEndsAndTakesOverAgain() throws Exception {
        Wiring ebb = start(helloYaml("200ms"));
        awaitServing(ebb, 2);
        assertThat(get(ebb)).isEqualTo(200);
        Map<InstanceId, Long> before = serving(ebb);

        // Another Ebb on this state is refused, and says who has it.
        assertThatThrownBy(() -> start(helloYaml("1s")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("another Ebb (pid " + ProcessHandle.current().pid() + ")");

        // Every command that reads.
        Cli status = Cli.on(state(), "status");
        assertThat(status.code()).as(status.err()).isZero();
        assertThat(status.out()).contains(" wanted (2 to 4)  route */");
        assertThat(Cli.on(state(), "status", "--json").out()).contains("\"lifecycle\" : \"SERVING");
        assertThat(Cli.on(state(), "explain", "hello").out())
                .contains("hello: ", "What was done lately", "hello-1");
        assertThat(Cli.on(state(), "explain", "nobody").err())
                .isEqualTo("ebb: there is no service 'nobody'; there is: hello\n");
        assertThat(Cli.on(state(), "logs", "hello-1").code()).isZero();
        assertThat(Cli.on(state(), "logs", "other").err()).contains("hello-1, hello-2");

        // Every command that orders.
        assertThat(Cli.on(state(), "scale", "hello", "9").err())
                .startsWith("ebb: refused: 9 is outside of 2..4");
        assertThat(Cli.on(state(), "scale", "hello", "9").code()).isEqualTo(1);
        assertThat(Cli.on(state(), "scale", "hello", "3", "--force").code()).isZero();
        awaitServing(ebb, 3);
        assertThat(Cli.on(state(), "freeze").code()).isZero();
        assertThat(Cli.on(state(), "status").out()).contains("frozen: nothing is scaled until");
        assertThat(Cli.on(state(), "thaw").code()).isZero();
        assertThat(Cli.on(state(), "protect", "hello-1").code()).isZero();
        assertThat(Cli.on(state(), "park", "hello-2", "--force").code()).isZero();
        await().atMost(SOON).until(() -> Cli.on(state(), "status").out().contains("held out"));
        assertThat(Cli.on(state(), "rescue", "hello-2").code()).isZero();
        assertThat(Cli.on(state(), "rescue", "hello-77").err()).contains("no instance hello-77");

        // It ends, its instances do not, and the next one takes them over.
        ebb.stop(true);
        ebb.await();
        assertThat(Cli.on(state(), "status").code()).isEqualTo(3);
        assertThat(Cli.on(state(), "explain", "hello").out())
                .startsWith("No Ebb runs. This was decided last")
                .contains(" instances kept running");
        Wiring next = start(helloYaml("200ms"));
        awaitServing(next, 3);
        assertThat(serving(next)).containsAllEntriesOf(before);
        assertThat(get(next)).isEqualTo(200);
        Cli stopped = Cli.on(state(), "explain", "hello", "-n", "3", "--json");
        assertThat(stopped.out()).contains("\"running\" : true").contains("adopted");
        next.stop(false);
        next.await();
        assertThat(before.values()).noneMatch(pid -> runs(pid));
        assertThat(state().resolve("admin.json")).doesNotExist();
    }

    /** One that has ended and that nobody has taken note of yet (a zombie) does not run. */
    private static boolean runs(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return !stat.substring(stat.lastIndexOf(')')).startsWith(") Z");
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void anExitIsNoticedBeforeTheNextTick() {
        Wiring ebb = start(helloYaml("8s"));
        awaitServing(ebb, 2);
        long pid = serving(ebb).values().iterator().next();
        long began = System.nanoTime();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        await().atMost(SOON).until(() -> events.stream().anyMatch(e -> e.contains("stands in")));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(6));
    }

    @Test
    void aPortThatIsTakenIsToldBeforeAnythingStarts() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String yaml =
                    helloYaml("1s").replace("127.0.0.1:0", "127.0.0.1:" + taken.getLocalPort());
            assertThatThrownBy(() -> start(yaml))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("port is in use by another program")
                    .hasMessageContaining("'listen' in test.yaml");
            String admin = helloYaml("1s") + "admin: 127.0.0.1:" + taken.getLocalPort() + "\n";
            assertThatThrownBy(() -> start(admin))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("the admin API cannot listen on");
        }
        assertThat(state().resolve("logs"))
                .satisfiesAnyOf(
                        logs -> assertThat(logs).doesNotExist(),
                        logs -> assertThat(logs).isEmptyDirectory());
        // Nothing is left behind that would keep the next one from running.
        awaitServing(start(helloYaml("200ms")), 2);
    }

    @Test
    void aCommandThatExitsAtOnceIsToldWithItsLastLines() throws IOException {
        Wiring ebb =
                start(
                        """
                        listen: 127.0.0.1:0
                        tick: 200ms
                        services:
                          once:
                            run:
                              command: [sh, -c, 'echo cannot find the database; exit 3']
                              ports: 24000-24999
                            instances: 1
                          mute:
                            run: {command: [sleep, '60'], ports: 24000-24999}
                            instances: 1
                            route: {path: /mute}
                            policy: {start: {timeout: 1s}, drain: {grace: 0}}
                        """);
        await().atMost(SOON).until(() -> ebb.view().failures().size() == 2);
        assertThat(events)
                .anyMatch(e -> e.matches(".*once-1 +failed +.*exit code 3"))
                .contains("          | cannot find the database")
                .anyMatch(e -> e.matches(".*mute-1 +failed +no good check within 1 s.*"))
                .anyMatch(e -> e.contains("does it listen on 127.0.0.1"));
        assertThat(Cli.on(state(), "status").out())
                .contains(
                        "once-", "exit code 3; see: ebb logs once-", "| cannot find the database");
        assertThat(Cli.on(state(), "logs", "once-1").out()).isEqualTo("cannot find the database\n");
        assertThat(get(ebb)).isEqualTo(503);
    }

    @Test
    void aJournalThatCannotBeReadIsToldBeforeAnythingStarts() throws IOException {
        Path journal = Files.createDirectories(state().resolve("journal"));
        Wiring ebb = start(helloYaml("200ms"));
        awaitServing(ebb, 2);
        ebb.stop(false);
        assertThat(ended(ebb)).isTrue();
        try (var files = Files.list(journal)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.write(file, "garbage\n".repeat(100).getBytes(StandardCharsets.UTF_8));
            }
        }
        assertThatThrownBy(() -> start(helloYaml("200ms")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("cannot be read");
    }

    private static boolean ended(Wiring ebb) {
        try {
            return ebb.await(SOON);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
