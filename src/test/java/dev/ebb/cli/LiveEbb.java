package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.config.ConfigFile;
import dev.ebb.config.Loaded;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Lifecycle;
import dev.ebb.demo.HelloService;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;

/** An Ebb in this process, with one service of real instances, in a test's folder. */
final class LiveEbb implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(90);

    private final Wiring wiring;
    private final Path state;

    private LiveEbb(Wiring wiring, Path state) {
        this.wiring = wiring;
        this.state = state;
    }

    /** Begins with this configuration. */
    static LiveEbb start(Path folder, String yaml) {
        Loaded loaded = ConfigFile.read("test.yaml", yaml);
        assertThat(loaded.problems()).isEmpty();
        Path state = folder.resolve("state");
        Wiring wiring =
                Wiring.open(loaded.config().orElseThrow(), "test.yaml", state, Wiring.Ears.NONE);
        wiring.begin();
        return new LiveEbb(wiring, state);
    }

    /** For {@code run}: a service that answers "Hello", and ends with this process. */
    static String hello(String ports) {
        var classes = HelloService.class.getProtectionDomain().getCodeSource().getLocation();
        return ("{command: [%s, -Xmx32m, -XX:+UseSerialGC, -XX:TieredStopAtLevel=1, -cp, '%s', %s,"
                        + " --port, '${port}'], ports: %s, environment: {%s: %d}}")
                .formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        Path.of(classes.getPath()),
                        HelloService.class.getName(),
                        ports,
                        HelloService.PARENT,
                        ProcessHandle.current().pid());
    }

    static boolean hasPython() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    Wiring wiring() {
        return wiring;
    }

    URI uri(String path) {
        return URI.create("http://" + Wiring.text(wiring.listening()) + path);
    }

    ServiceStatus service() {
        return wiring.view().status().services().getFirst();
    }

    long serving() {
        return service().instances().stream()
                .filter(i -> i.lifecycle() == Lifecycle.SERVING)
                .count();
    }

    void until(Predicate<ServiceStatus> condition) {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> condition.test(service()));
    }

    void untilServing(int count) {
        until(s -> serving() == count);
    }

    /** What {@code ebb explain} says of it. */
    String explained() {
        return Cli.on(state, "explain", service().name().value()).out();
    }

    /** As {@code ebb replay} does it: what was decided is decided again. Returns what it prints. */
    String replayed(String... options) {
        String[] words = new String[options.length + 1];
        words[0] = "replay";
        System.arraycopy(options, 0, words, 1, options.length);
        Cli replay = Cli.on(state, words);
        assertThat(replay.code()).as(replay.out() + replay.err()).isZero();
        return replay.out();
    }

    @Override
    public void close() {
        wiring.stop(false);
        try {
            wiring.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
