package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.config.ConfigFile;
import dev.ebb.config.Problem.Severity;
import dev.ebb.demo.DemoSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ebb demo} refuses before anything starts; the demo itself is run by the suites. */
class DemoCommandTest {
    private static final Path PROJECT = Path.of(System.getProperty("ebb.project", "."));
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"5s", "20s", "2h", "soon", "-60s", ""})
    void refusesATimeThatIsNone(String text) {
        assertThat(run("demo", "--duration", text)).isEqualTo(Exit.USAGE);
        assertThat(err.toString()).contains("--duration", "see: ebb demo --help");
    }

    @Test
    void looksWhetherItsReportCanBeWrittenBeforeItBegins() {
        assertThat(run("demo", "--json", "/no/such/folder/report.json")).isEqualTo(Exit.USAGE);
        assertThat(err.toString())
                .contains("/no/such/folder/report.json cannot be written")
                .hasLineCount(1);
    }

    @Test
    void hasAFileThatEbbRunTakes() {
        var loaded =
                ConfigFile.load(PROJECT.resolve("examples").resolve("demo.yaml"), System.getenv());

        assertThat(loaded.lines(Severity.ERROR)).isEmpty();
        assertThat(loaded.lines(Severity.WARNING)).isEmpty();
        assertThat(loaded.config()).isPresent();
        assertThat(loaded.config().get().services())
                .singleElement()
                .satisfies(service ->
                        assertThat(service.policy().range().max())
                                .isEqualTo(DemoSettings.USUAL.fleet()));
    }

    private int run(String... args) {
        var out = new PrintWriter(new StringWriter());
        return Commands.commandLine(out, new PrintWriter(err, true)).execute(args);
    }
}
