package dev.ebb.cli;

import dev.ebb.config.ConfigFile;
import dev.ebb.config.EbbConfig;
import dev.ebb.config.Loaded;
import dev.ebb.config.Problem;
import dev.ebb.demo.DemoReport;
import dev.ebb.demo.DemoRun;
import dev.ebb.demo.load.LoadGenerator;
import dev.ebb.demo.load.LoadOptions;
import dev.ebb.demo.view.LiveView;
import dev.ebb.demo.view.PlainView;
import dev.ebb.demo.view.Terminal;
import dev.ebb.demo.view.View;
import dev.ebb.gateway.GatewayStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "demo", description = "demo")
final class DemoCommand implements Callable<Integer> {
    @Option(names = "--duration", defaultValue = "60")
    private long seconds;

    @Option(names = "--json")
    private Path json = Path.of("");

    @Option(names = "--port")
    private int port = 0;

    @Override
    public Integer call() throws Exception {
        Path file = Path.of(System.getProperty("ebb.home", "."), "examples/demo.yaml");
        Loaded loaded = ConfigFile.load(file, System.getenv());
        if (loaded.config().isEmpty()) {
            loaded.lines(Problem.Severity.ERROR).forEach(System.err::println);
            return 1;
        }
        EbbConfig config = loaded.config().get();
        Path state = Files.createTempDirectory("ebb-demo-");
        var terminal = new Terminal();
        var run = new DemoRun(Duration.ofSeconds(seconds), 5, 410, 115, 215);
        var ebb = new DemoEbb(config, port, state, run, "demo");
        View view =
                terminal.size().isPresent()
                        ? new LiveView(System.out, terminal::size, System.getenv())
                        : new PlainView(System.out);
        DemoReport report;
        try (var load = new LoadGenerator(LoadOptions.to(ebb.address(), "hello"))) {
            report = run.play(ebb, load, view);
        }
        report.lines().forEach(System.out::println);
        if (!json.toString().isEmpty()) {
            Files.writeString(json, report.json());
        }
        System.out.println(state);
        return report.exitCode();
    }
}
