package dev.ebb.cli;

import dev.ebb.config.Address;
import dev.ebb.config.ConfigFile;
import dev.ebb.config.EbbConfig;
import dev.ebb.config.Loaded;
import dev.ebb.config.Problem;
import dev.ebb.config.Problem.Severity;
import dev.ebb.config.RouteConfig;
import dev.ebb.config.ServiceConfig;
import dev.ebb.config.TlsConfig;
import dev.ebb.console.Wire;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ebb check FILE}: what is wrong with a configuration, without running it. */
@Command(
        name = "check",
        header = "Check a configuration file, and start nothing.",
        description = {
            "Tells every error at once, each as file:line:column: what is wrong; what would be"
                    + " right. Also looks whether programs and directories are there, and tells"
                    + " when the schedules are open next.",
            "",
            "docs/configuration.md has every key, with its default and its meaning.",
            ""
        })
final class CheckCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The configuration, in YAML.")
    private Path file = Path.of("");

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        Loaded loaded = ConfigFile.load(file, System.getenv());
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(Wire.pretty(json(loaded)));
        } else {
            var err = spec.commandLine().getErr();
            loaded.problems().forEach(p -> err.println(p.line(loaded.file())));
            loaded.config()
                    .ifPresent(config -> {
                        out.println(summary(config));
                        occurrences().lines(config).forEach(out::println);
                    });
        }
        return loaded.config().isPresent() ? Exit.OK : Exit.USAGE;
    }

    private String summary(EbbConfig config) {
        List<String> names = config.services().stream().map(s -> s.name().value()).toList();
        return "%s is right: %s (%s), gateway on %s"
                .formatted(
                        file,
                        Texts.count(names.size(), "service"),
                        String.join(", ", names),
                        listening(config));
    }

    private static Occurrences occurrences() {
        return new Occurrences(System.currentTimeMillis());
    }

    private static String listening(EbbConfig config) {
        return Stream.concat(
                        config.listen().map(Address::toString).stream(),
                        config.tls().map(tls -> tls.listen() + " (TLS)").stream())
                .collect(Collectors.joining(" and "));
    }

    private static Map<String, Object> json(Loaded loaded) {
        var root = new LinkedHashMap<String, Object>();
        root.put("file", loaded.file());
        root.put("ok", loaded.config().isPresent());
        root.put("problems", loaded.problems().stream().map(CheckCommand::json).toList());
        loaded.config()
                .ifPresent(c -> {
                    c.listen().ifPresent(a -> root.put("listen", a.toString()));
                    c.tls().ifPresent(tls -> root.put("tls", json(tls)));
                    root.put("services", c.services().stream().map(s -> json(s)).toList());
                });
        return root;
    }

    private static Map<String, Object> json(TlsConfig tls) {
        var map = new LinkedHashMap<String, Object>();
        map.put("listen", tls.listen().toString());
        map.put(
                "certificates",
                tls.certificates().stream().map(c -> c.certificate().toString()).toList());
        map.put("minimum", tls.minimum());
        map.put("clients", tls.clients().verify());
        return map;
    }

    private static Map<String, Object> json(Problem problem) {
        var map = new LinkedHashMap<String, Object>();
        map.put("severity", problem.severity() == Severity.ERROR ? "error" : "warning");
        map.put("line", problem.place().line());
        map.put("column", problem.place().column());
        map.put("text", problem.text());
        return map;
    }

    private static Map<String, Object> json(ServiceConfig service) {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", service.name());
        map.put("routes", service.routes().stream().map(RouteConfig::toString).toList());
        map.put("command", service.run().command());
        map.put("directory", service.run().directory().toString());
        map.put("strategy", service.balance().strategy().name().toLowerCase(Locale.ROOT));
        map.put("policy", service.policy());
        List<Map<String, Object>> schedules = occurrences().json(service);
        if (!schedules.isEmpty()) {
            map.put("schedules", schedules);
        }
        return map;
    }
}
