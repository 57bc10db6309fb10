package dev.ebb.platform.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.core.InstanceId;
import dev.ebb.platform.process.LaunchSettings.LogLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The output of instances: bounded, and readable without a running Ebb. */
class LogsTest {
    private static final InstanceId WEB_1 = new InstanceId(World.WEB, 1);

    @TempDir Path state;

    @Test
    void rotatesTheOutputOfARunningInstanceAndFollowsItAcross() throws IOException {
        // It writes numbered lines as long as the file "go" exists.
        var settings =
                new LaunchSettings(
                        List.of(
                                "sh",
                                "-c",
                                "i=0; while :; do [ -e go ] && i=$((i+1)) && echo line $i;"
                                        + " sleep 0.002; done"),
                        state,
                        Map.of(),
                        "127.0.0.1",
                        Optional.empty(),
                        new LogLimits(500, 2, 1));
        try (var world = new World(state, settings)) {
            var web = world.start();
            var logs = new LogFiles(state);
            var follower = logs.follow(web.id());
            var seen = new ByteArrayOutputStream();
            Path go = Files.writeString(state.resolve("go"), "");
            for (int rotation = 0; rotation < 4; rotation++) {
                await().until(() -> Files.size(logs.current(web.id())) > 600);
                // Pausing the writer makes the copy exact; running, a line may fall between.
                Files.delete(go);
                awaitStill(logs.current(web.id()));
                follower.readNew(seen);
                world.platform().rotateLogs();
                assertThat(logs.current(web.id())).isEmptyFile();
                Files.writeString(go, "");
            }
            await().until(() -> Files.size(logs.current(web.id())) > 100);
            Files.delete(go);
            awaitStill(logs.current(web.id()));
            follower.readNew(seen);

            List<String> lines = seen.toString(StandardCharsets.UTF_8).lines().toList();
            assertThat(lines)
                    .isEqualTo(
                            IntStream.rangeClosed(1, lines.size())
                                    .mapToObj(i -> "line " + i)
                                    .toList());
            assertThat(logs.files(web.id()))
                    .containsExactly(
                            logs.rotated(web.id(), 2),
                            logs.rotated(web.id(), 1),
                            logs.current(web.id()));
            int last = lines.size();
            assertThat(logs.lastLines(web.id(), 80)).isEqualTo(lines.subList(last - 80, last));
        }
    }

    @Test
    void followsWhatWasWrittenBeforeARotationThatItMissed() throws IOException {
        var logs = new LogFiles(state);
        var rotation = new LogRotation(logs);
        write("one\n");
        var follower = logs.follow(WEB_1);
        assertThat(follower.lastLines(5)).containsExactly("one");
        write("two\n");
        var seen = new ByteArrayOutputStream();
        assertThat(follower.readNew(seen)).isEqualTo(4);
        write("three\n");
        rotation.rotate(Map.of(World.WEB, new LogLimits(1, 1, 1)), Set.of(WEB_1));
        // The new file is longer by now than the old one was when it was read last.
        write("four, and much more than there was before the rotation\n");
        follower.readNew(seen);
        assertThat(follower.readNew(seen)).isZero();
        assertThat(seen.toString(StandardCharsets.UTF_8))
                .isEqualTo("two\nthree\nfour, and much more than there was before the rotation\n");
    }

    @Test
    void startsOverWhenSomebodyCutsTheFile() throws IOException {
        var logs = new LogFiles(state);
        write("a long line\n");
        var follower = logs.follow(WEB_1);
        Files.writeString(logs.current(WEB_1), "new\n");
        var seen = new ByteArrayOutputStream();
        follower.readNew(seen);
        follower.readNew(seen);
        assertThat(seen.toString(StandardCharsets.UTF_8)).isEqualTo("new\n");
    }

    @Test
    void finishesARotationThatACrashCutShort() throws IOException {
        var logs = new LogFiles(state);
        write("after the cut\n");
        Files.writeString(logs.copying(WEB_1), "before the cut\n");
        assertThat(logs.lastLines(WEB_1, 9)).containsExactly("before the cut", "after the cut");
        new LogRotation(logs).rotate(Map.of(), Set.of(WEB_1));
        assertThat(logs.rotated(WEB_1, 1)).hasContent("before the cut\n");
        assertThat(logs.copying(WEB_1)).doesNotExist();
        assertThat(logs.lastLines(WEB_1, 9)).containsExactly("before the cut", "after the cut");
    }

    @Test
    void readsTheLastLinesOfLongFilesAndOfNone() throws IOException {
        var logs = new LogFiles(state);
        assertThat(logs.lastLines(WEB_1, 3)).isEmpty();
        assertThat(logs.instances()).isEmpty();
        String all =
                IntStream.range(0, 50_000)
                        .mapToObj(i -> "line " + i + "\n")
                        .collect(Collectors.joining());
        write(all + "ünfinished");
        assertThat(logs.lastLines(WEB_1, 2)).containsExactly("line 49999", "ünfinished");
        assertThat(logs.lastLines(WEB_1, 20_000)).hasSize(20_000).startsWith("line 30001");
        assertThat(logs.lastLines(WEB_1, 0)).isEmpty();
        assertThat(logs.instances()).containsExactly(WEB_1);
    }

    @Test
    void keepsTheOutputOfOnlySomeInstancesThatAreGone() throws IOException {
        var logs = new LogFiles(state);
        for (int i = 1; i <= 9; i++) {
            Files.createDirectories(state.resolve("logs"));
            Files.writeString(logs.current(new InstanceId(World.WEB, i)), "x\n");
            Files.writeString(logs.rotated(new InstanceId(World.WEB, i), 1), "y\n");
        }
        new LogRotation(logs).rotate(Map.of(World.WEB, new LogLimits(99, 2, 3)), Set.of(WEB_1));
        assertThat(logs.instances().stream().map(InstanceId::ordinal)).containsExactly(1, 7, 8, 9);
        assertThat(state.resolve("logs").toFile().list()).hasSize(8);
    }

    private void write(String text) throws IOException {
        Path file = new LogFiles(state).current(WEB_1);
        Files.createDirectories(state.resolve("logs"));
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Waits until a file has not grown for some time. */
    private static void awaitStill(Path file) throws IOException {
        long[] size = {Files.size(file)};
        await().pollInterval(Duration.ofMillis(60))
                .during(Duration.ofMillis(60))
                .until(() -> {
                    long before = size[0];
                    size[0] = Files.size(file);
                    return before == size[0];
                });
    }
}
