package dev.ebb.cli;

import dev.ebb.config.EbbConfig;
import dev.ebb.demo.DemoReport;
import dev.ebb.demo.DemoRun;
import dev.ebb.demo.DemoSettings;
import dev.ebb.demo.load.LoadGenerator;
import dev.ebb.demo.load.LoadOptions;
import dev.ebb.demo.view.LiveView;
import dev.ebb.demo.view.PlainView;
import dev.ebb.demo.view.Terminal;
import dev.ebb.demo.view.View;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code ebb demo}: the whole promise, in a minute. */
@Command(
        name = "demo",
        header = "Show the whole promise, in a minute.",
        description = {
            "Runs five instances of a small web service under live traffic that falls and rises"
                    + " again. Ebb lets instances go, rescues one when load returns, routes around"
                    + " one that is killed, and closes with a ledger. Leaves nothing behind.",
            "",
            "Its policy is examples/demo.yaml, which `ebb run` runs, too. The exit code is 0 only"
                    + " if no request failed and all of that happened.",
            ""
        })
final class DemoCommand implements Callable<Integer> {
    /** The policy's windows and trials take their time, however short the play is meant to be. */
    private static final Duration SHORTEST = Duration.ofSeconds(40);

    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int PLAIN_WIDTH = 160;
    private static final int MOST_LOG_LINES = 20;

    /** The end of everything, Ebb's own limits included. */
    private static final Duration LONGEST_END = Duration.ofSeconds(60);

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = Seconds.class,
            description = "How long it takes, from 40s to 1h (default: ${DEFAULT-VALUE}).")
    private Duration duration = Duration.ofSeconds(60);

    @Option(names = "--json", paramLabel = "FILE", description = "Write the ledger as JSON, too.")
    private Optional<Path> json = Optional.empty();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "The gateway's port (default: 8080, or a free one if that is taken).")
    private Optional<Integer> port = Optional.empty();

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "Keep the journal and the logs in this folder, which must be new or empty, for"
                            + " `ebb replay --state DIR` and others. They are removed without it.")
    private Optional<Path> kept = Optional.empty();

    @Spec private CommandSpec spec;

    private final Terminal terminal = new Terminal();
    private final CountDownLatch finished = new CountDownLatch(1);

    @Override
    public Integer call() throws IOException {
        json.ifPresent(this::mustBeWritable);
        Path file = home().resolve("examples").resolve("demo.yaml");
        EbbConfig config = RunCommand.load(file, spec.commandLine().getErr());
        Path state = stateFolder();
        var run = new DemoRun(duration, DemoSettings.USUAL, target(config));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> endEarly(run), "end"));
        try {
            DemoReport report = play(config, file, state, run);
            tell(report);
            return report.exitCode();
        } finally {
            if (kept.isEmpty()) {
                delete(state);
            }
            finished.countDown();
        }
    }

    private Path stateFolder() throws IOException {
        if (kept.isEmpty()) {
            return Files.createTempDirectory("ebb-demo-");
        }
        Path folder = kept.get();
        if (Files.exists(folder) && !(Files.isDirectory(folder) && isEmpty(folder))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--state: " + folder + " is there already; give a new folder");
        }
        return Files.createDirectories(folder);
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    private DemoReport play(EbbConfig config, Path file, Path state, DemoRun run)
            throws IOException {
        // What is logged meanwhile would tear the live view apart; it is shown afterwards.
        PrintStream err = System.err;
        Path log = state.resolve("demo.log");
        try (var held = new PrintStream(Files.newOutputStream(log), true, StandardCharsets.UTF_8);
                var ebb = DemoEbb.start(config, file.toString(), port, state, run);
                var load = new LoadGenerator(LoadOptions.to(ebb.address(), "hello"));
                View view = view()) {
            if (view instanceof LiveView) {
                System.setErr(held);
            }
            return run.play(ebb, load, view);
        } finally {
            System.setErr(err);
            tail(log).forEach(err::println);
        }
    }

    private void tell(DemoReport report) throws IOException {
        var out = spec.commandLine().getOut();
        int width = terminal.size().map(Terminal.Size::columns).orElse(PLAIN_WIDTH);
        report.lines(width).forEach(out::println);
        out.flush();
        if (json.isPresent()) {
            Files.writeString(json.get(), report.json());
        }
    }

    private View view() {
        return terminal.size().isPresent()
                ? new LiveView(System.out, terminal::size, System.getenv())
                : new PlainView(System.out);
    }

    private static double target(EbbConfig config) {
        return config.services().getFirst().policy().targets().cpu();
    }

    /** The project's folder: as the launcher says, else the one that this program stands in. */
    private static Path home() {
        String given = System.getProperty("ebb.home", "");
        if (!given.isEmpty()) {
            return Path.of(given);
        }
        var source = DemoCommand.class.getProtectionDomain().getCodeSource();
        Path jar = source == null ? Path.of("") : Path.of(source.getLocation().getPath());
        for (Path folder = jar.toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("examples").resolve("demo.yaml"))) {
                return folder;
            }
        }
        return Path.of("");
    }

    private void mustBeWritable(Path file) {
        Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
        boolean good =
                Files.exists(file)
                        ? Files.isRegularFile(file) && Files.isWritable(file)
                        : Files.isDirectory(folder) && Files.isWritable(folder);
        if (!good) {
            throw new Failure(
                    Exit.USAGE, "--json: " + file + " cannot be written; name a file that can");
        }
    }

    /** Ctrl-C and SIGTERM: the play ends, instances stop, the terminal is as it was. */
    private void endEarly(DemoRun run) {
        run.interrupt();
        try {
            var _ = finished.await(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The newest log lines; none when the file is gone, which is no reason to lose the report. */
    private static List<String> tail(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return lines.subList(Math.max(0, lines.size() - MOST_LOG_LINES), lines.size());
        } catch (IOException e) {
            return List.of();
        }
    }

    private void delete(Path state) {
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // Somebody has done it already.
        } catch (IOException | UncheckedIOException e) {
            var err = spec.commandLine().getErr();
            err.println("ebb: " + state + " could not be removed: " + e.getMessage());
        }
    }

    /** {@code 90}, {@code 90s} or {@code 2m}. */
    static final class Seconds implements ITypeConverter<Duration> {
        private static final Pattern TEXT = Pattern.compile("([0-9]{1,5})(s|m|h)?");

        @Override
        public Duration convert(String text) {
            Matcher match = TEXT.matcher(text.strip());
            if (!match.matches()) {
                throw new TypeConversionException("'" + text + "' is no time such as 60s or 2m");
            }
            long count = Long.parseLong(match.group(1));
            String unit = Optional.ofNullable(match.group(2)).orElse("s");
            Duration time =
                    switch (unit) {
                        case "h" -> Duration.ofHours(count);
                        case "m" -> Duration.ofMinutes(count);
                        default -> Duration.ofSeconds(count);
                    };
            if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
                throw new TypeConversionException(
                        "'"
                                + text
                                + "' is not from 40s to 1h; in less, the policy's windows and"
                                + " trials leave no time for all that is to be shown");
            }
            return time;
        }
    }
}
