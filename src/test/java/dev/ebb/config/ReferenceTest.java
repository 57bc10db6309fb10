package dev.ebb.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The reference page and the examples say what the code does. */
class ReferenceTest {
    private static final Path PROJECT = Path.of(System.getProperty("ebb.project", "."));
    private static final String BEGIN = "<!-- generated: begin -->\n";
    private static final String END = "<!-- generated: end -->";

    /** With -Debb.write=true the page is brought up to date instead. */
    @Test
    void thePageHoldsTheTablesOfTheSchema() throws IOException {
        Path page = PROJECT.resolve("docs/configuration.md");
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        assertThat(end).as("the page's marks").isGreaterThan(begin - 1);
        if (Boolean.getBoolean("ebb.write")) {
            String fresh = text.substring(0, begin) + "\n" + Reference.markdown() + "\n";
            Files.writeString(page, fresh + text.substring(end));
            return;
        }
        assertThat(text.substring(begin, end).strip())
                .as("run this test with -Debb.write=true to write the page")
                .isEqualTo(Reference.markdown().strip());
    }

    @Test
    void everyExampleOnThePagesIsAccepted() throws IOException {
        for (String page : List.of("configuration.md", "bounds.md", "tls.md", "envoy.md")) {
            String text = Files.readString(PROJECT.resolve("docs").resolve(page));
            var blocks = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(text);
            int count = 0;
            while (blocks.find()) {
                Loaded loaded = ConfigFile.read(page, blocks.group(1));
                assertThat(loaded.problems()).as(blocks.group(1)).isEmpty();
                count++;
            }
            assertThat(count).as(page).isPositive();
        }
    }

    @Test
    void theExamplesAreAccepted() throws IOException {
        try (Stream<Path> files = Files.list(PROJECT.resolve("examples"))) {
            List<Path> examples = files.filter(f -> f.toString().endsWith(".yaml")).toList();
            assertThat(examples).isNotEmpty();
            for (Path example : examples) {
                String name = example.getFileName().toString();
                Loaded loaded = ConfigFile.read(name, Files.readString(example));
                assertThat(loaded.problems()).isEmpty();
            }
        }
    }

    @Test
    void anExampleWorksAsItStandsWhereItsProgramIs() {
        Loaded loaded = ConfigFile.load(PROJECT.resolve("examples/python.yaml"), System.getenv());
        assertThat(loaded.problems())
                .allMatch(p -> p.text().contains("'python3' is not on the PATH"));
    }
}
