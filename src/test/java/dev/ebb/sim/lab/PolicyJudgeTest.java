package dev.ebb.sim.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * The verdicts of {@code make bench-policy} are those of its stated method: its own tests say so.
 */
class PolicyJudgeTest {

    @Test
    void theJudgesTestsPass() throws IOException, InterruptedException {
        String path = System.getenv().getOrDefault("PATH", "");
        assumeTrue(
                Arrays.stream(path.split(":"))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "python3"))),
                "no python3");
        Path project = Path.of(System.getProperty("ebb.project", ""));
        var builder =
                new ProcessBuilder(
                        "python3", "-B", "-m", "unittest", "discover", "-p", "*_test.py");
        builder.directory(project.resolve("bench/policy").toAbsolutePath().toFile());
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("Ran ").doesNotContain("Ran 0 tests");
    }
}
