package dev.ebb.platform.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.control.Platform.Known;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ebb is killed at random moments while it starts instances; nothing is lost or doubled. */
class CrashTest {
    private static final int CRASHES = 20;
    private static final long SEED = 20_261_123;
    private static final long WINDOW_MICROS = 30_000;

    @TempDir Path folder;

    @Test
    @Timeout(180)
    void noCrashWhileStartingOrphansOrDoublesAnInstance() throws Exception {
        var random = new SplittableRandom(SEED);
        var kinds = new HashSet<String>();
        for (int crash = 0; crash < CRASHES; crash++) {
            Path state = Files.createDirectory(folder.resolve("crash-" + crash));
            long afterMicros = random.nextLong(WINDOW_MICROS);
            crashAfter(state, afterMicros);
            kinds.addAll(adoptAndCheck(state, "crash " + crash + " after " + afterMicros + " us"));
        }
        // Not a matter of luck that nothing was wrong: the crashes met different moments.
        assertThat(kinds).contains("identified and alive").hasSizeGreaterThan(1);
    }

    private static void crashAfter(Path state, long micros) throws Exception {
        Process ebb =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                CrashingEbb.class.getName(),
                                state.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var out = ebb.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("ready");
            ebb.getOutputStream().write('\n');
            ebb.getOutputStream().flush();
            long began = System.nanoTime();
            while (System.nanoTime() - began < TimeUnit.MICROSECONDS.toNanos(micros)) {
                Thread.onSpinWait();
            }
        } finally {
            ebb.destroyForcibly().waitFor();
        }
    }

    /** The next Ebb comes at once, while what the last one left may still be on its way. */
    private static Set<String> adoptAndCheck(Path state, String when) throws IOException {
        List<Known> journal = CrashingEbb.read(state);
        try (var world = new World(state, CrashingEbb.settings(state))) {
            journal.forEach(known -> world.remember(known.intent()));
            Map<InstanceId, String> adopted = world.platform().adopt(journal);
            await().alias(when).until(() -> atTheGate(world, journal) == 0);
            await().alias(when).until(world.platform()::isQuiet);
            var kinds = new HashSet<String>();
            for (Known known : journal) {
                InstanceId id = known.intent().id();
                boolean running = world.look(id) instanceof Liveness.Running;
                assertThat(world.leaders(known.intent()))
                        .as("%s: %s, adopted as %s", when, known, adopted.get(id))
                        .hasSize(running ? 1 : 0);
                if (known.identity().isPresent()) {
                    assertThat(running).as("%s: %s", when, known).isTrue();
                    assertThat(adopted).containsEntry(id, known.identity().get());
                }
                kinds.add(
                        (known.identity().isPresent() ? "identified" : "intended")
                                + (running ? " and alive" : " and not there"));
            }
            return kinds;
        }
    }

    private static long atTheGate(World world, List<Known> journal) {
        return journal.stream()
                .flatMap(known -> world.bearing(known.intent()).stream())
                .filter(pid -> commandLine(pid).contains("ebb_gate"))
                .collect(Collectors.counting());
    }

    private static String commandLine(long pid) {
        try {
            return Files.readString(
                    Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
