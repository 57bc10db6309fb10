package dev.ebb.cli;

import dev.ebb.config.ConfigFile;
import dev.ebb.config.EbbConfig;
import dev.ebb.config.Loaded;
import dev.ebb.config.Problem.Severity;
import dev.ebb.config.RouteConfig;
import dev.ebb.config.ServiceConfig;
import dev.ebb.console.View;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Policy.Range;
import dev.ebb.platform.process.LogFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb run FILE}: the program itself. */
@Command(
        name = "run",
        header = "Run the services of a configuration file.",
        description = {
            "Starts the gateway and each service's instances, and keeps as many running as the load"
                    + " needs. One line is printed for each thing that happens, with its reason.",
            "",
            "Ctrl-C or SIGTERM ends it in order: the gateway answers what is in flight, then the"
                    + " instances are stopped. If Ebb itself is ended by force, instances live on,"
                    + " and the next `ebb run` with the same state directory takes them over.",
            "",
            "The smallest file:",
            "",
            "  services:",
            "    hello:",
            "      run: {command: \"python3 -m http.server $${port} --bind 127.0.0.1\"}",
            "      instances: 2..5",
            ""
        })
final class RunCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private StateOption state;

    @Parameters(paramLabel = "FILE", description = "The configuration, in YAML.")
    private Path file = Path.of("");

    @Option(
            names = "--keep-instances",
            description =
                    "Leave instances running when Ebb ends; the next `ebb run` takes them over.")
    private boolean keep;

    @Option(
            names = Successor.TAKE_OVER,
            paramLabel = "DIR",
            hidden = true,
            description = "Take over from the Ebb that waits there; see `ebb upgrade`.")
    private Optional<Path> takeOver = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Optional<EbbConfig> first =
                takeOver.isPresent() ? Optional.empty() : Optional.of(load(file, err));
        Ink ink = Ink.of(Ink.isTerminal());
        var logs = new LogFiles(state.path());
        var manager = new ServiceNotice(err);
        try (var narrator =
                new Narrator(
                        (id, n) -> lastLines(logs, id, n),
                        line -> {
                            out.println(line);
                            out.flush();
                        },
                        ink)) {
            var ears = new Wiring.Ears(narrator::listening, p -> p, narrator::failures);
            Wiring.Place place = place(manager);
            Wiring ebb =
                    first.isPresent()
                            ? Wiring.open(first.get(), place, ears)
                            : TakeOver.from(
                                    takeOver.orElseThrow(),
                                    (sockets, before) ->
                                            Wiring.beside(
                                                    load(file, err), place, ears, sockets, before));
            var done = new AtomicBoolean();
            endOnSignal(ebb, narrator, done);
            hello(ebb, ebb.config(), ink).forEach(out::println);
            out.flush();
            ebb.warning().ifPresent(err::println);
            if (first.isPresent()) {
                ebb.begin();
            }
            manager.ready();
            ebb.await();
            done.set(true);
        }
        return Exit.OK;
    }

    private Wiring.Place place(ServiceNotice manager) {
        Path config = file.toAbsolutePath().normalize();
        Path folder = state.path().toAbsolutePath().normalize();
        var options = keep ? List.of("--keep-instances") : List.<String>of();
        return new Wiring.Place(
                state.path(),
                config.toString(),
                Optional.of(Successor.run(config, folder, options)),
                manager::stopping);
    }

    /** The configuration of a file; its errors are printed. */
    static EbbConfig load(Path file, PrintWriter err) {
        Loaded loaded = ConfigFile.load(file, System.getenv());
        loaded.lines(Severity.ERROR).forEach(err::println);
        loaded.lines(Severity.WARNING).forEach(err::println);
        err.flush();
        return loaded.config()
                .orElseThrow(() -> {
                    int errors = loaded.lines(Severity.ERROR).size();
                    return new Failure(
                            Exit.USAGE,
                            "%s in %s; nothing was started"
                                    .formatted(Texts.count(errors, "error"), file));
                });
    }

    private void endOnSignal(Wiring ebb, Narrator narrator, AtomicBoolean done) {
        Exit.inOrder(() -> {
            if (done.get()) {
                return false;
            }
            ebb.stop(keep);
            try {
                ebb.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            narrator.close();
            spec.commandLine().getOut().flush();
            return true;
        });
    }

    private List<String> hello(Wiring ebb, EbbConfig config, Ink ink) {
        var lines = new ArrayList<String>();
        lines.add(
                ink.bold("ebb " + BuildInfo.load().version())
                        + "  pid "
                        + ProcessHandle.current().pid()
                        + ", state in "
                        + state.path()
                        + ", admin at http://"
                        + Wiring.text(ebb.adminAddress()));
        String base = ebb.urls().getFirst();
        String scheme = base.substring(0, base.indexOf(':'));
        ebb.view().tls().stream()
                .flatMap(tls -> tls.certificates().stream())
                .map(c -> "TLS at " + ebb.urls().getLast() + ", certificate for " + describe(c))
                .map(ink::dim)
                .forEach(lines::add);
        config.xds()
                .map(xds -> "xDS at %s, for Envoy and gRPC clients".formatted(xds.listen()))
                .map(ink::dim)
                .ifPresent(lines::add);
        var table = new Table();
        for (ServiceConfig service : config.services()) {
            Range range = service.policy().range();
            RouteConfig.Match route = service.routes().getFirst().match();
            String url = route.host().map(h -> scheme + "://" + h).orElse(base) + route.path();
            table.add(
                    List.of(
                            Table.Cell.of(url, ink::blue),
                            Table.Cell.of(service.name().value(), ink::bold),
                            Table.Cell.of(
                                    range.min() == range.max()
                                            ? Texts.count(range.min(), "instance")
                                            : range.min() + " to " + range.max() + " instances"),
                            Table.Cell.of(command(service), ink::dim)));
        }
        lines.addAll(table.lines(""));
        lines.add(
                ink.dim("Ctrl-C ends it" + (keep ? " and leaves the instances running." : "."))
                        + "\n");
        return lines;
    }

    private static String describe(View.Certificate certificate) {
        var until = Instant.ofEpochMilli(certificate.expiresWallMillis()).atZone(ZoneOffset.UTC);
        return String.join(", ", certificate.names()) + " until " + until.toLocalDate();
    }

    private static String command(ServiceConfig service) {
        String text = String.join(" ", service.run().command());
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }

    private static List<String> lastLines(LogFiles logs, InstanceId id, int count) {
        try {
            return logs.lastLines(id, count);
        } catch (IOException e) {
            return List.of();
        }
    }
}
