package dev.ebb.sim.lab.rival;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Decisions that were recorded from others' test tables, in the folder named by the system property
 * {@code ebb.vectors}. They are not part of the project.
 */
final class Vectors {
    private static final Path FOLDER =
            Path.of(System.getProperty("ebb.vectors", "../shared/vectors"));

    private Vectors() {}

    /** The file's content; the test is skipped where there is no such file. */
    static JsonNode read(String name) {
        Path file = FOLDER.resolve(name);
        assumeTrue(
                Files.isRegularFile(file),
                () -> "no " + file.toAbsolutePath().normalize() + "; -Debb.vectors names a folder");
        return JsonMapper.shared().readTree(file.toFile());
    }
}
