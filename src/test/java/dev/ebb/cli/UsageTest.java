package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands say when they are used wrongly, and without a running Ebb. */
class UsageTest {
    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "stats | ebb: Unmatched argument at index 0: 'stats'; did you mean 'status'?; see:",
                "check | ebb: Missing required parameter: 'FILE'; see: ebb check --help",
                "run a b | ebb: Unmatched argument at index 2: 'b'; see: ebb run --help",
                "status --jsn | ebb: Unknown option: '--jsn'",
                "scale hello | ebb: Missing required parameter: 'N|auto'; see: ebb scale --help",
                "scale hello many | ebb: 'many' is neither a number of instances nor 'auto'",
                "scale Hello 3 | ebb: 'Hello' is no service's name; see: ebb status",
                "park hello | ebb: 'hello' is no instance's name; they look like hello-3, see:",
                "logs A/B | ebb: 'A/B' is neither a service nor an instance",
                "explain ../x | ebb: '../x' is no service's name; see: ebb status"
            })
    void wrongUsageIsOneLineAndCode2(String line, String said) throws IOException {
        Files.writeString(
                folder.resolve("admin.json"),
                "{\"host\": \"127.0.0.1\", \"port\": 1, \"pid\": 1, \"token\": \"x\"}");
        List<String> args = List.of(line.strip().split(" ", -1));
        boolean stateless = List.of("stats", "check", "run").contains(args.getFirst());
        Cli cli =
                stateless
                        ? Cli.run(args.toArray(String[]::new))
                        : Cli.on(folder, args.toArray(String[]::new));
        assertThat(cli.err()).startsWith(said).hasLineCount(1);
        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "scale hello 3",
                "approve",
                "approve hello",
                "park hello-1",
                "rescue hello-1",
                "restart hello-1",
                "protect hello-1",
                "freeze",
                "thaw hello",
                "stop",
                "explain hello"
            })
    void withoutARunningEbbTheCodeIs3(String line) {
        Cli cli = Cli.on(folder, line.split(" ", -1));
        assertThat(cli.err())
                .startsWith("ebb: no Ebb runs with the state directory " + folder)
                .hasLineCount(1);
        assertThat(cli.code()).isEqualTo(3);
    }

    @Test
    void anEbbThatEndedByForceDoesNotRun() throws IOException {
        Files.writeString(
                folder.resolve("admin.json"),
                "{\"host\": \"127.0.0.1\", \"port\": 1, \"pid\": 999999999, \"token\": \"x\"}");
        assertThat(Cli.on(folder, "status").code()).isEqualTo(3);
        Files.writeString(folder.resolve("admin.json"), "{\"po");
        assertThat(Cli.on(folder, "stop").code()).isEqualTo(3);
    }

    @Test
    void everyCommandHasAHelpWithExitCodes() {
        var nowhere = new PrintWriter(Writer.nullWriter());
        var commands = Commands.commandLine(nowhere, nowhere);
        assertThat(commands.getSubcommands()).hasSizeGreaterThan(12);
        for (String name : commands.getSubcommands().keySet()) {
            Cli cli = Cli.run(name, "--help");
            assertThat(cli.code()).isZero();
            assertThat(cli.out()).contains("Usage: ebb " + name).contains("Exit codes:");
            assertThat(cli.out()).doesNotContain("Scales microservices in");
        }
    }

    @Test
    void checkTellsAllErrors() throws IOException {
        Path file = folder.resolve("x.yaml");
        Files.writeString(
                file,
                """
                services:
                  a: {run: {command: no-such-program}, instances: 3..1}
                """);
        Cli cli = Cli.run("check", file.toString());
        assertThat(cli.code()).isEqualTo(2);
        assertThat(cli.err().lines())
                .containsExactly(
                        file
                                + ":2:22: the program 'no-such-program' is not on the PATH; install"
                                + " it or write /path/to/no-such-program",
                        file + ":2:51: min 3 is more than max 1; write 1..3");
        Cli json = Cli.run("check", file.toString(), "--json");
        assertThat(json.code()).isEqualTo(2);
        assertThat(json.out()).contains("\"ok\" : false").contains("\"line\" : 2");
        Cli run = Cli.on(folder.resolve("state"), "run", file.toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).endsWith("ebb: 2 errors in " + file + "; nothing was started\n");
        assertThat(folder.resolve("state")).doesNotExist();
    }

    @Test
    void checkSaysWhenAllIsRight() throws IOException {
        Path file = folder.resolve("x.yaml");
        Files.writeString(file, "services:\n  a: {run: {command: sh -c true}, instances: 1}\n");
        Cli cli = Cli.run("check", file.toString());
        assertThat(cli.out())
                .isEqualTo(file + " is right: 1 service (a), gateway on 127.0.0.1:8080\n");
        assertThat(cli.code()).isZero();
        assertThat(Cli.run("check", file.toString(), "--json").out()).contains("\"ok\" : true");
    }

    @ParameterizedTest
    @CsvSource({
        "PT0.85S, 850ms",
        "PT12S, 12s",
        "PT3M5S, 3m05s",
        "PT2H7M, 2h07m",
        "P3DT4H, 3d04h",
        "PT0S, 0ms"
    })
    void spansAreShort(Duration span, String text) {
        assertThat(Texts.span(span)).isEqualTo(text);
    }

    @Test
    void columnsAreAligned() {
        var table =
                new Table()
                        .add(List.of(Table.Cell.of("NAME"), Table.Cell.number("N")))
                        .add(
                                List.of(
                                        Table.Cell.of("a", new Ink(true)::red),
                                        Table.Cell.number("100")));
        assertThat(table.lines("  "))
                .containsExactly("  NAME    N", "  \u001B[31ma\u001B[0m     100");
    }
}
