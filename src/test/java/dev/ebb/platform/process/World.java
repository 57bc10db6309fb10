package dev.ebb.platform.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.control.LaunchIntent;
import dev.ebb.control.Platform.Planned;
import dev.ebb.control.Platform.Started;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A platform with one service, {@code web}, and what tests ask about the real processes that it
 * starts. Whatever bears a token of one of its intents is ended at the end.
 */
final class World implements AutoCloseable {
    static final ServiceName WEB = new ServiceName("web");

    final Path state;
    final Proc proc = new Proc();
    private final List<LaunchIntent> intents = new ArrayList<>();
    private ProcessPlatform platform;
    private int lastOrdinal;

    World(Path state, LaunchSettings settings) {
        this.state = state;
        this.platform = new ProcessPlatform(Map.of(WEB, settings), state);
    }

    /** Instances of this command, with a working directory that exists. */
    static World of(Path state, String... command) {
        return new World(state, LaunchSettings.of(List.of(command), state));
    }

    /** Instances of this line of shell. */
    static World ofShell(Path state, String line) {
        return of(state, "sh", "-c", line);
    }

    ProcessPlatform platform() {
        return platform;
    }

    /** Another Ebb takes over; the one before does nothing any more. */
    ProcessPlatform restart() {
        platform.close();
        platform =
                new ProcessPlatform(Map.of(WEB, LaunchSettings.of(List.of("true"), state)), state);
        return platform;
    }

    LaunchIntent plan() {
        var planned = platform.plan(new InstanceId(WEB, ++lastOrdinal), new Now(0, 0));
        assertThat(planned).isInstanceOf(Planned.Ready.class);
        LaunchIntent intent = ((Planned.Ready) planned).intent();
        remember(intent);
        return intent;
    }

    void remember(LaunchIntent intent) {
        intents.add(intent);
    }

    /** Plans and starts one, which must succeed. */
    Running start() {
        LaunchIntent intent = plan();
        var started = platform.start(intent);
        assertThat(started).isInstanceOf(Started.Running.class);
        String identity = ((Started.Running) started).identity();
        return new Running(intent, Identity.parse(identity).orElseThrow());
    }

    record Running(LaunchIntent intent, Identity identity) {
        InstanceId id() {
            return intent.id();
        }

        long pid() {
            return identity.pid();
        }
    }

    Liveness look(InstanceId id) {
        return platform.look().getOrDefault(id, new Liveness.NotStarted("never heard of it"));
    }

    void awaitExit(InstanceId id) {
        await().until(() -> look(id) instanceof Liveness.Exited);
    }

    /** Waits until the instance has written this, and returns all that it has written. */
    String awaitOutput(InstanceId id, String text) {
        return await().until(() -> output(id), all -> all.contains(text));
    }

    String output(InstanceId id) throws IOException {
        Path file = new LogFiles(state).current(id);
        return Files.exists(file) ? Files.readString(file) : "";
    }

    /** Pids of all processes that bear the token. */
    Set<Long> bearing(LaunchIntent intent) {
        return bearing(new ProcessTable(proc), intent);
    }

    private static Set<Long> bearing(ProcessTable table, LaunchIntent intent) {
        var pids = new TreeSet<Long>();
        table.bearing(intent.token()).forEach(stat -> pids.add(stat.pid()));
        return pids;
    }

    /** The same, but only those that lead a session. */
    Set<Long> leaders(LaunchIntent intent) {
        var pids = new TreeSet<Long>();
        new ProcessTable(proc)
                .bearing(intent.token()).stream()
                        .filter(ProcStat::leadsSession)
                        .forEach(stat -> pids.add(stat.pid()));
        return pids;
    }

    Optional<ProcStat> stat(long pid) {
        return proc.look(pid) instanceof Proc.Seen.There(ProcStat stat) && !stat.ended()
                ? Optional.of(stat)
                : Optional.empty();
    }

    @Override
    public void close() {
        platform.close();
        if (endedAll()) {
            return;
        }
        await().atMost(Duration.ofSeconds(20)).until(this::endedAll);
    }

    private boolean endedAll() {
        var table = new ProcessTable(proc);
        var left = intents.stream().flatMap(intent -> bearing(table, intent).stream()).toList();
        left.forEach(pid -> Signals.send(pid, Signals.KILL));
        return left.isEmpty();
    }
}
