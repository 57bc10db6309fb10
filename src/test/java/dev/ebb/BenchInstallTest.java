package dev.ebb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench/proxy/install} where its tools are not there, or do nothing. */
class BenchInstallTest {
    private static final String FAILS = "exit 1\n";

    /** What {@code python3 -m venv DIR} leaves is a pip that has all that it is asked for. */
    private static final String WORKS =
            "mkdir -p \"$3/bin\"\necho '#!/bin/sh' >\"$3/bin/pip\"\nchmod +x \"$3/bin/pip\"\n";

    @TempDir Path folder;

    @BeforeEach
    void onlyTheseTools() throws Exception {
        Path script = Path.of(System.getProperty("ebb.project", "."), "bench", "proxy", "install");
        Files.createDirectories(folder.resolve("bench/proxy"));
        Files.copy(script, folder.resolve("bench/proxy/install"));
        Files.createDirectories(folder.resolve("bin"));
        for (String tool : List.of("dirname", "mkdir", "chmod")) {
            Path there = Path.of("/usr/bin", tool);
            Path real = Files.exists(there) ? there : Path.of("/bin", tool);
            program(tool, "exec " + real + " \"$@\"\n");
        }
    }

    private void program(String name, String text) throws Exception {
        Path file = folder.resolve("bin").resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private int install(String python, String... words) throws Exception {
        program("python3", python);
        var command = new ArrayList<String>();
        command.add("/bin/sh");
        command.add(folder.resolve("bench/proxy/install").toString());
        command.addAll(List.of(words));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PATH", folder.resolve("bin").toString());
        builder.environment().put("HOME", folder.resolve("home").toString());
        builder.redirectOutput(folder.resolve("out").toFile());
        return builder.start().waitFor();
    }

    private String said() throws Exception {
        return Files.readString(folder.resolve("out"), StandardCharsets.UTF_8);
    }

    @Test
    void envoyAloneThatCannotBeHadIsAFailure() throws Exception {
        assertThat(install(FAILS, "envoy")).isEqualTo(1);
        assertThat(said()).contains("Envoy could not be fetched");
        assertThat(install(WORKS, "envoy")).isZero();
        assertThat(install(FAILS, "envoy")).as("it is here now").isZero();
    }

    @Test
    void theComparisonDoesWithoutWhatCannotBeHad() throws Exception {
        assertThat(install(FAILS)).isZero();
        assertThat(said())
                .contains("Envoy could not be fetched")
                .contains("the rival vertx could not be built")
                .contains("the rival spring could not be built");
    }
}
