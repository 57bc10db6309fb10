package dev.ebb.platform.process;

import dev.ebb.control.LaunchIntent;
import dev.ebb.control.Platform;
import dev.ebb.control.Platform.Planned;
import dev.ebb.control.Platform.Started;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * As much of Ebb as a crash between journal and spawn needs, run as a process of its own: waits for
 * a line, then starts one instance after the other, each with its intent and then its identity in a
 * small journal, until it is killed.
 */
final class CrashingEbb {
    /** An instance with children, so that they could be mistaken for it. */
    static final String COMMAND = "sleep 1000 & wait";

    /** Should nobody kill it. */
    private static final int ORDINAL_MAX = 100;

    private CrashingEbb() {}

    static LaunchSettings settings(Path state) {
        return LaunchSettings.of(List.of("sh", "-c", COMMAND), state);
    }

    public static void main(String[] arguments) throws IOException {
        Path state = Path.of(arguments[0]);
        Path journal = state.resolve("journal");
        try (var platform = new ProcessPlatform(Map.of(World.WEB, settings(state)), state)) {
            // Warm, so that the crash meets the starts and not the loading of classes.
            start(platform, journal, 1);
            System.out.println("ready");
            if (System.in.read() < 0) {
                return;
            }
            for (int ordinal = 2; ordinal < ORDINAL_MAX; ordinal++) {
                start(platform, journal, ordinal);
            }
        }
    }

    private static void start(Platform platform, Path journal, int ordinal) throws IOException {
        var id = new InstanceId(World.WEB, ordinal);
        var intent = ((Planned.Ready) platform.plan(id, new Now(0, 0))).intent();
        append(journal, "intent " + ordinal + " " + intent.token() + " " + intent.port());
        var started = (Started.Running) platform.start(intent);
        append(journal, "identity " + ordinal + " " + started.identity());
    }

    private static void append(Path journal, String line) throws IOException {
        Files.writeString(
                journal, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** What the next Ebb reads in the journal; a line that is not whole does not count. */
    static List<Platform.Known> read(Path state) throws IOException {
        String all = Files.readString(state.resolve("journal"));
        var known = new LinkedHashMap<Integer, Platform.Known>();
        all.substring(0, all.lastIndexOf('\n') + 1)
                .lines()
                .map(line -> line.split(" "))
                .forEach(words -> {
                    int ordinal = Integer.parseInt(words[1]);
                    var before = known.get(ordinal);
                    known.put(
                            ordinal,
                            before == null
                                    ? intended(ordinal, words)
                                    : new Platform.Known(before.intent(), Optional.of(words[2])));
                });
        return List.copyOf(known.values());
    }

    private static Platform.Known intended(int ordinal, String[] words) {
        var id = new InstanceId(World.WEB, ordinal);
        return new Platform.Known(
                new LaunchIntent(id, words[2], "127.0.0.1", Integer.parseInt(words[3]), 0),
                Optional.empty());
    }
}
