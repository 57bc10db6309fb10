package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A command that runs until it is told to end, and meets an error in Ebb itself before that. */
@Timeout(60)
class UnexpectedEndTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gateway --xds 127.0.0.1:1 --admin 127.0.0.1:0",
                "proxy --to 127.0.0.1:1 --listen 127.0.0.1:0",
                "proxy --to 127.0.0.1:1 --listen 127.0.0.1:0 --state STATE"
            })
    void isAFailureAndSaysSo(String command) throws Exception {
        var words = new ArrayList<String>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx128m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokenOutput.class.getName()));
        words.addAll(
                List.of(command.replace("STATE", folder.resolve("state").toString()).split(" ")));
        Path said = folder.resolve("err");
        Process process = new ProcessBuilder(words).redirectError(said.toFile()).start();
        try {
            assertThat(process.waitFor(40, TimeUnit.SECONDS)).as("it ends").isTrue();
            assertThat(Files.readString(said, StandardCharsets.UTF_8))
                    .contains("ebb: this should not happen", "broken on purpose");
            assertThat(process.exitValue()).isEqualTo(Exit.FAILED);
        } finally {
            process.destroyForcibly();
        }
    }
}
