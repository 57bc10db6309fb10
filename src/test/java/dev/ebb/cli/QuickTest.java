package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.config.ConfigFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The short way past picocli means the same as picocli, and knows the same options. */
class QuickTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--to 127.0.0.1:9001",
                "--to=127.0.0.1:9001,127.0.0.1:9002 --listen 127.0.0.1:0,[::1]:0",
                "--to [::1]:1 --loops 4 --strategy RANDOM --transport nio --trust-forwarded",
                "--to [::1]:1 --check /health?a=b --admin 127.0.0.1:0 --shutdown 7",
                "--to [::1]:1 --access-log a.json --access-sample 5",
                "--to [::1]:1 --access-log=stdout",
                "--to [::1]:1 --tls 127.0.0.1:8443 --certificate a.pem --key=b.pem"
            })
    void aPlainLineMeansTheSame(String line) {
        String[] args = line.split(" ", -1);
        var full = new ProxyCommand();
        new CommandLine(full).parseArgs(args);
        assertThat(ProxyCommand.quick(List.of(args)).map(ProxyCommand::plan)).contains(full.plan());
    }

    @Test
    void anAccessLogIsTheConfigurationsWithItsDefaults() {
        var settings =
                ProxyCommand.quick(List.of("--to", "[::1]:1", "--access-log", "a.json"))
                        .orElseThrow()
                        .plan()
                        .settings();
        var log = settings.accessLog().orElseThrow();
        var yaml = "access-log: a.json\nservices: {a: {run: {command: a}, instances: 1}}\n";
        var config = ConfigFile.read("test.yaml", yaml).config().orElseThrow();
        var configured = RouteAdapters.accessLog(config.accessLog()).orElseThrow();
        assertThat(log).usingRecursiveComparison().ignoringFields("file").isEqualTo(configured);
        assertThat(log.file()).hasValue(Path.of("a.json"));
        assertThat(settings.heads().requestId().generate()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--loops 2",
                "--to",
                "--to=",
                "--to x --loops many",
                "--to x --loops -1",
                "--to x --nope",
                "--to x y",
                "--to x --trust-forwarded=yes",
                "--to @file",
                "--to \"x\"",
                "--to x --check --loops",
                "--help",
                "-h --to x"
            })
    void otherLinesAreForTheFullParser(String line) {
        List<String> args = line.isEmpty() ? List.of() : List.of(line.split(" ", -1));
        assertThat(ProxyCommand.quick(args)).isEmpty();
    }

    /** So that nobody adds an option and wonders why the start has become slow. */
    @Test
    void everyOptionIsKnown() {
        for (OptionSpec option : new CommandLine(new ProxyCommand()).getCommandSpec().options()) {
            String name = option.longestName();
            boolean flag = option.arity().min() == 0;
            List<String> args = flag ? List.of(name) : List.of(name, "1");
            List<String> all =
                    name.equals("--to") ? args : List.of("--to", "x", args.get(0), args.getLast());
            Optional<ProxyCommand> quick =
                    ProxyCommand.quick(flag ? List.of("--to", "x", name) : all);
            assertThat(quick).as(name).isPresent();
        }
        for (OptionSpec option : new CommandLine(new StatusCommand()).getCommandSpec().options()) {
            String name = option.longestName();
            boolean flag = option.arity().max() == 0;
            assertThat(StatusCommand.quick(flag ? List.of(name) : List.of(name, "x")))
                    .as(name)
                    .isPresent();
        }
    }
}
