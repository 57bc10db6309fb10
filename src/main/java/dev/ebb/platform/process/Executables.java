package dev.ebb.platform.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Looks for programs the way {@code execvp} does, so that a missing one gets a plain message. */
final class Executables {
    private Executables() {}

    /** Why this program cannot be run from that directory; empty when it can. */
    static Optional<String> problem(String program, Path directory, String path) {
        if (program.contains("/")) {
            Path file = directory.resolve(program);
            if (!Files.exists(file)) {
                return Optional.of("the command " + program + " does not exist (" + file + ")");
            }
            return isProgram(file)
                    ? Optional.empty()
                    : Optional.of("the command " + program + " is no executable file");
        }
        return find(program, path).isPresent()
                ? Optional.empty()
                : Optional.of("the command " + program + " was not found in PATH (" + path + ")");
    }

    /** The first program of that name in the folders of {@code path}. */
    static Optional<Path> find(String program, String path) {
        for (String folder : path.split(":", -1)) {
            Path file = Path.of(folder, program);
            if (!folder.isEmpty() && isProgram(file)) {
                return Optional.of(file.toAbsolutePath());
            }
        }
        return Optional.empty();
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }
}
