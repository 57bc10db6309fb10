package dev.ebb.cli;

import dev.ebb.config.ConfigFile;
import dev.ebb.config.EbbConfig;
import dev.ebb.config.Loaded;
import dev.ebb.config.Problem;
import dev.ebb.demo.DemoReport;
import dev.ebb.demo.DemoRun;
import dev.ebb.demo.DemoSettings;
import dev.ebb.demo.load.LoadGenerator;
import dev.ebb.demo.load.LoadOptions;
import dev.ebb.demo.view.LiveView;
import dev.ebb.demo.view.PlainView;
import dev.ebb.demo.view.Terminal;
import dev.ebb.demo.view.View;

import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code ebb demo}: the whole promise, in a minute. Leaves nothing behind. */
@Command(
        name = "demo",
        description = {
            "Show what Ebb does, in a minute: five instances of a small web service under live"
                    + " traffic that falls and rises again. Ebb lets instances go, rescues one when"
                    + " load returns, routes around one that is killed, and closes with a ledger."
                    + " Exit code 0 only if no request failed."
        })
final class DemoCommand implements Callable<Integer> {
    private static final Duration SHORTEST = Duration.ofSeconds(20);
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
            description = "How long it takes, from 20s to 1h (default: ${DEFAULT-VALUE}).")
    private Duration duration = Duration.ofSeconds(60);

    @Option(names = "--json", paramLabel = "FILE", description = "Write the ledger as JSON, too.")
    private Optional<Path> json = Optional.empty();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "The gateway's port (default: 8080, or a free one if that is taken).")
    private Optional<Integer> port = Optional.empty();

    @Spec private CommandSpec spec;

    private final CountDownLatch finished = new CountDownLatch(1);

    @Override
    public Integer call() throws IOException {
        json.ifPresent(this::mustBeWritable);
        EbbConfig config = config();
        Path state = Files.createTempDirectory("ebb-demo-");
        var run = new DemoRun(duration, DemoSettings.USUAL, target(config));
        var end = new Thread(() -> endEarly(run), "end");
        Runtime.getRuntime().addShutdownHook(end);
        try {
            return play(config, state, run);
        } finally {
            delete(state);
            finished.countDown();
        }
    }

    private int play(EbbConfig config, Path state, DemoRun run) throws IOException {
        var terminal = new Terminal();
        var asked = port.map(OptionalInt::of).orElseGet(OptionalInt::empty);
        DemoReport report;
        // What is logged meanwhile would tear the live view apart; it is shown afterwards.
        PrintStream err = System.err;
        Path log = state.resolve("demo.log");
        try (var held = new PrintStream(Files.newOutputStream(log), true, StandardCharsets.UTF_8);
                var ebb = DemoEbb.start(config, asked, state, run);
                View view = view(terminal);
                var load = new LoadGenerator(LoadOptions.to(ebb.address(), "hello"))) {
            if (view instanceof LiveView) {
                System.setErr(held);
            }
            report = run.play(ebb, load, view);
        } catch (DemoEbb.CannotStart e) {
            err.println("ebb: " + e.getMessage());
            return 1;
        } finally {
            System.setErr(err);
        }
        for (String line : tail(log)) {
            err.println(line);
        }
        int width = terminal.size().map(Terminal.Size::columns).orElse(PLAIN_WIDTH);
        var out = spec.commandLine().getOut();
        report.lines(width).forEach(out::println);
        out.flush();
        if (json.isPresent()) {
            Files.writeString(json.get(), report.json());
        }
        return report.exitCode();
    }

    private static double target(EbbConfig config) {
        return config.services().getFirst().policy().targets().cpu();
    }

    private static View view(Terminal terminal) {
        return terminal.size().isPresent()
                ? new LiveView(System.out, terminal::size, System.getenv())
                : new PlainView(System.out);
    }

    private EbbConfig config() {
        Path file = home().resolve("examples").resolve("demo.yaml");
        Loaded loaded = ConfigFile.load(file, System.getenv());
        return loaded.config()
                .orElseThrow(() ->
                        new ParameterException(
                                spec.commandLine(),
                                String.join("\n", loaded.lines(Problem.Severity.ERROR))));
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
            throw new ParameterException(
                    spec.commandLine(), "--json: " + file + " cannot be written");
        }
    }

    /** Ctrl-C and SIGTERM: the play ends, instances stop, the terminal is as it was. */
    private void endEarly(DemoRun run) {
        run.interrupt();
        try {
            boolean unused = finished.await(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<String> tail(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.subList(Math.max(0, lines.size() - MOST_LOG_LINES), lines.size());
    }

    private static void delete(Path state) throws IOException {
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
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
                throw new TypeConversionException("'" + text + "' is not from 20s to 1h");
            }
            return time;
        }
    }
}
