package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of answers has a row for each that the gateway makes, in their order, and no other. */
class AnswersPageTest {
    private static final Path PAGE =
            Path.of(System.getProperty("ebb.project", "."), "docs", "answers.md");
    private static final Pattern ROW =
            Pattern.compile(
                    "^\\| ([0-9]{3}) \\| `([a-z_]+)` \\| [^|]{4,} \\| (no|yes)[^|]* \\| [^|]{4,}"
                            + " \\|$",
                    Pattern.MULTILINE);

    @Test
    void hasARowForEachAnswer() throws IOException {
        var rows =
                ROW.matcher(Files.readString(PAGE))
                        .results()
                        .map(m -> m.group(1) + " " + m.group(2))
                        .toList();
        assertThat(rows)
                .containsExactlyElementsOf(
                        Arrays.stream(Refusal.values())
                                .map(r -> r.status() + " " + r.code())
                                .toList());
    }
}
