package dev.ebb.cli;

import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import dev.ebb.platform.process.LogFiles;
import dev.ebb.platform.process.LogFollower;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb logs}: what instances wrote. */
@Command(
        name = "logs",
        header = "Show what instances wrote.",
        description = {
            "The last lines of one instance (hello-3), of all instances of a service (hello), or of"
                    + " everything. Needs no running Ebb; output stays for a while after an"
                    + " instance is gone.",
            ""
        })
final class LogsCommand implements Callable<Integer> {
    private static final Duration EVERY = Duration.ofMillis(250);
    private static final int LINE_MAX = 64 * 1024;

    @Spec private CommandSpec spec;
    @Mixin private StateOption state;

    @Parameters(
            paramLabel = "SERVICE|INSTANCE",
            arity = "0..1",
            description = "Whose output to show; everybody's without it.")
    private Optional<String> who = Optional.empty();

    @Option(names = "-n", paramLabel = "N", description = "Lines of each instance; 20 without it.")
    private int lines = 20;

    @Option(
            names = {"-f", "--follow"},
            description =
                    "Go on as more is written, until Ctrl-C. Instances that start are joined.")
    private boolean follow;

    @Override
    public Integer call() throws InterruptedException {
        if (lines < 0) {
            throw new Failure(Exit.USAGE, "-n is 0 or more");
        }
        var logs = new LogFiles(state.path());
        Predicate<InstanceId> wanted = wanted();
        List<InstanceId> found = logs.instances().stream().filter(wanted).toList();
        if (found.isEmpty() && !follow) {
            throw new Failure(
                    Exit.FAILED,
                    "no output%s in %s; what has output: %s"
                            .formatted(
                                    who.map(w -> " of '" + w + "'").orElse(""),
                                    state.path().resolve("logs"),
                                    known(logs)));
        }
        PrintWriter out = spec.commandLine().getOut();
        boolean named = found.size() != 1 || (follow && !isInstance());
        var followers = new TreeMap<InstanceId, Following>();
        for (InstanceId id : found) {
            if (follow) {
                followers.put(id, new Following(id, logs.follow(id), named, out));
            }
            show(logs, id, named, out);
        }
        out.flush();
        if (follow) {
            followOn(logs, wanted, followers, out);
        }
        return Exit.OK;
    }

    private static String known(LogFiles logs) {
        List<String> all = logs.instances().stream().map(InstanceId::toString).toList();
        return all.isEmpty() ? "nothing" : String.join(", ", all);
    }

    private boolean isInstance() {
        return who.flatMap(InstanceId::parse).isPresent();
    }

    private Predicate<InstanceId> wanted() {
        if (who.isEmpty()) {
            return id -> true;
        }
        String name = who.get();
        if (!ServiceName.isValid(name)) {
            throw new Failure(Exit.USAGE, "'" + name + "' is neither a service nor an instance");
        }
        // A service may be called like another one's instance; both are meant then.
        return id -> id.service().value().equals(name) || id.toString().equals(name);
    }

    private void show(LogFiles logs, InstanceId id, boolean named, PrintWriter out) {
        try {
            for (String line : logs.lastLines(id, lines)) {
                out.println(named ? prefix(id) + line : line);
            }
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "the output of %s cannot be read: %s".formatted(id, e));
        }
    }

    private static String prefix(InstanceId id) {
        return "%-10s | ".formatted(id);
    }

    private void followOn(
            LogFiles logs,
            Predicate<InstanceId> wanted,
            Map<InstanceId, Following> followers,
            PrintWriter out)
            throws InterruptedException {
        boolean named = followers.isEmpty() ? !isInstance() : followers.size() > 1 || !isInstance();
        var never = new CountDownLatch(1);
        Set<InstanceId> seen = new HashSet<>(followers.keySet());
        try {
            while (!never.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                for (InstanceId id : logs.instances()) {
                    if (wanted.test(id) && seen.add(id)) {
                        // Before it is shown, so that nothing is missed; little may come twice.
                        followers.put(id, new Following(id, logs.follow(id), named, out));
                        show(logs, id, named, out);
                    }
                }
                for (Following one : followers.values()) {
                    one.readOn();
                }
                out.flush();
                if (out.checkError()) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new Failure(Exit.FAILED, "output cannot be read any more: " + e);
        }
    }

    /** One instance's output, a line at a time. */
    private static final class Following {
        private final InstanceId id;
        private final LogFollower follower;
        private final boolean named;
        private final PrintWriter out;
        private final ByteArrayOutputStream rest = new ByteArrayOutputStream();

        Following(InstanceId id, LogFollower follower, boolean named, PrintWriter out) {
            this.id = id;
            this.follower = follower;
            this.named = named;
            this.out = out;
        }

        void readOn() throws IOException {
            if (follower.readNew(rest) == 0) {
                return;
            }
            byte[] bytes = rest.toByteArray();
            rest.reset();
            int from = 0;
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] == '\n' || i - from >= LINE_MAX) {
                    String line = new String(bytes, from, i - from, StandardCharsets.UTF_8);
                    out.println(named ? prefix(id) + line : line);
                    from = i + 1;
                }
            }
            rest.write(bytes, from, bytes.length - from);
        }
    }
}
