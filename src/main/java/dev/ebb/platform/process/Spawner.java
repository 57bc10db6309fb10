package dev.ebb.platform.process;

import dev.ebb.control.LaunchIntent;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts one instance, in a session of its own, so that it can be found again whenever Ebb ends.
 * The pid stays the same all the way; what runs under it, and what a crash of Ebb then leaves:
 *
 * <ol>
 *   <li>the JVM's helper, not yet told what to run: it ends by itself when its pipe breaks
 *   <li>{@code setsid}, then a shell at the <em>gate</em>: it waits for one line on its standard
 *       input, whose only writer is Ebb. When Ebb ends, the line never comes and the shell ends;
 *       the command has not run. Ebb opens the gate only after it has seen that this process leads
 *       its session and bears the token, and has written the {@link RunFiles run file}
 *   <li>the gate is open: whether Ebb lives or not, the command will run, or runs. From here on a
 *       new Ebb finds it, by the run file or by the token. {@code exec} keeps pid, start time,
 *       session and environment
 * </ol>
 *
 * <p>So before the gate there is nothing to lose, and behind it nothing that cannot be found. In
 * {@code exec} itself the environment can look empty for a moment, so {@link Adoption} looks again.
 */
final class Spawner {
    private static final Logger LOG = LoggerFactory.getLogger(Spawner.class);
    private static final String PASS = "go";
    private static final String GATE =
            "read -r ebb_gate && [ \"$ebb_gate\" = "
                    + PASS
                    + " ] || exit 125; unset ebb_gate; exec \"$@\" </dev/null";
    private static final long READY_NANOS_MAX = TimeUnit.SECONDS.toNanos(2);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final Host host;
    private final Proc proc;
    private final RunFiles runFiles;
    private final LogFiles logs;

    Spawner(Host host, Proc proc, RunFiles runFiles, LogFiles logs) {
        this.host = host;
        this.proc = proc;
        this.runFiles = runFiles;
        this.logs = logs;
    }

    /** Result of {@link #spawn}. */
    sealed interface Spawned {
        record Alive(Process process, Identity identity) implements Spawned {}

        record Failed(String why) implements Spawned {}
    }

    Spawned spawn(LaunchIntent intent, LaunchSettings settings) {
        try {
            return prepared(intent, settings);
        } catch (IOException | IllegalArgumentException e) {
            // The latter: text that cannot stand in a path, an argument or a variable's name.
            return new Spawned.Failed(
                    "could not start " + settings.command().getFirst() + ": " + reason(e));
        }
    }

    private Spawned prepared(LaunchIntent intent, LaunchSettings settings) throws IOException {
        var placeholders = new Placeholders(intent);
        var environment = new ChildEnvironment(System.getenv(), settings, intent);
        var command = settings.command().stream().map(placeholders::fill).toList();
        Path directory = Path.of(placeholders.fill(settings.directory().toString()));
        Optional<String> problem = problem(command.getFirst(), directory, environment);
        if (problem.isPresent()) {
            return new Spawned.Failed(problem.get());
        }
        var builder =
                new ProcessBuilder(
                        behindGate(host.setsid(), withOddVariables(command, environment)));
        builder.environment().clear();
        builder.environment().putAll(environment.variables());
        builder.directory(directory.toFile()).redirectErrorStream(true);
        builder.redirectOutput(output(intent));
        return pass(intent, builder.start());
    }

    private static Optional<String> problem(
            String program, Path directory, ChildEnvironment environment) {
        if (!Files.isDirectory(directory)) {
            return Optional.of("the working directory " + directory + " does not exist");
        }
        return Executables.problem(program, directory, environment.path());
    }

    private static List<String> withOddVariables(
            List<String> command, ChildEnvironment environment) {
        if (environment.odd().isEmpty()) {
            return command;
        }
        var all = new ArrayList<String>(List.of("env"));
        all.addAll(environment.odd());
        all.addAll(command);
        return all;
    }

    /** The whole command line: a session of its own, then the gate, then the command. */
    static List<String> behindGate(String setsid, List<String> command) {
        var all = new ArrayList<>(List.of(setsid, Host.SHELL, "-c", GATE, "ebb-gate"));
        all.addAll(command);
        return all;
    }

    /** The log, opened to append; without room for one the instance still starts, unheard. */
    private Redirect output(LaunchIntent intent) {
        Path file = logs.current(intent.id());
        try {
            PrivateFolders.create(logs.folder());
            Files.newByteChannel(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
            return Redirect.appendTo(file.toFile());
        } catch (IOException e) {
            LOG.warn("cannot write {}: {}; output of {} is dropped", file, e, intent.id());
            return Redirect.DISCARD;
        }
    }

    private Spawned pass(LaunchIntent intent, Process process) throws IOException {
        Optional<ProcStat> ready = awaitAtGate(process, intent.token());
        if (ready.isEmpty()) {
            process.destroyForcibly();
            return new Spawned.Failed(
                    "the process for it did not get as far as its command; see "
                            + logs.current(intent.id()));
        }
        var identity = new Identity(host.bootId(), process.pid(), ready.get().startTicks());
        runFiles.write(new RunFiles.Entry(intent.id(), intent.token(), identity));
        try (OutputStream gate = process.getOutputStream()) {
            gate.write((PASS + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            process.destroyForcibly();
            runFiles.delete(intent.id());
            throw e;
        }
        return new Spawned.Alive(process, identity);
    }

    /** Waits, some milliseconds as a rule, until the new process could be found by anybody. */
    private Optional<ProcStat> awaitAtGate(Process process, String token) {
        long began = System.nanoTime();
        while (process.isAlive() && System.nanoTime() - began < READY_NANOS_MAX) {
            if (proc.look(process.pid()) instanceof Proc.Seen.There(ProcStat stat)
                    && stat.leadsSession()
                    && proc.environment(process.pid()).token().equals(Optional.of(token))) {
                return Optional.of(stat);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        return Optional.empty();
    }

    private static String reason(Exception e) {
        return Optional.ofNullable(e.getMessage()).orElseGet(e::toString);
    }
}
