package dev.ebb.config;

import dev.ebb.pki.Checked;
import dev.ebb.pki.Identity;
import dev.ebb.pki.IdentityFiles;
import dev.ebb.pki.TrustFile;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The machine around a configuration file, as far as it can be checked without running anything:
 * the folder that relative paths start from, directories, programs, and certificates.
 */
interface Surroundings {

    Optional<Path> resolve(String directory);

    /** Why no instance could start in this directory, if so. */
    Optional<String> wrongDirectory(Path directory);

    /**
     * Why this program could not be started there, if so.
     *
     * @param searched the instance's own PATH, if it has one
     */
    Optional<String> wrongProgram(String program, Path directory, Optional<String> searched);

    /** What is in these files; empty when nothing is looked at. */
    Optional<Checked<Identity>> read(IdentityFiles files);

    /** The same. */
    Optional<Checked<List<X509Certificate>>> read(TrustFile file);

    /** Nothing is looked at. */
    static Surroundings none() {
        return new Machine(Path.of("").toAbsolutePath(), "") {
            @Override
            public Optional<Checked<Identity>> read(IdentityFiles files) {
                return Optional.empty();
            }

            @Override
            public Optional<Checked<List<X509Certificate>>> read(TrustFile file) {
                return Optional.empty();
            }

            @Override
            public Optional<String> wrongDirectory(Path directory) {
                return Optional.empty();
            }

            @Override
            public Optional<String> wrongProgram(
                    String program, Path directory, Optional<String> searched) {
                return Optional.empty();
            }
        };
    }

    /** This machine. */
    class Machine implements Surroundings {
        private final Path folder;
        private final String path;

        /**
         * @param folder of the file; absolute
         * @param path where programs are looked for, as in the variable PATH
         */
        Machine(Path folder, String path) {
            this.folder = folder;
            this.path = path;
        }

        @Override
        public Optional<Path> resolve(String directory) {
            try {
                return Optional.of(folder.resolve(directory).normalize());
            } catch (InvalidPathException e) {
                return Optional.empty();
            }
        }

        @Override
        public Optional<Checked<Identity>> read(IdentityFiles files) {
            return Optional.of(files.read(Instant.now()));
        }

        @Override
        public Optional<Checked<List<X509Certificate>>> read(TrustFile file) {
            return Optional.of(file.read(Instant.now()));
        }

        @Override
        public Optional<String> wrongDirectory(Path directory) {
            if (!Files.exists(directory)) {
                return Optional.of("the directory " + directory + " does not exist; create it");
            }
            if (!Files.isDirectory(directory)) {
                return Optional.of(directory + " is no directory; name the folder it is in");
            }
            return Files.isExecutable(directory)
                    ? Optional.empty()
                    : Optional.of("the directory " + directory + " may not be entered; chmod +x");
        }

        @Override
        public Optional<String> wrongProgram(
                String program, Path directory, Optional<String> searched) {
            try {
                if (program.contains("/")) {
                    return wrongFile(directory.resolve(program).normalize());
                }
                for (String folderName : searched.orElse(path).split(":", -1)) {
                    // As in a shell, an empty part is the current directory.
                    Path file = directory.resolve(folderName).resolve(program);
                    if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                        return Optional.empty();
                    }
                }
            } catch (InvalidPathException e) {
                return Optional.of(Problems.quote(program) + " is no program's name");
            }
            String there = Files.isRegularFile(directory.resolve(program)) ? "./" : "/path/to/";
            return Optional.of(
                    "the program '%s' is not on the PATH; install it or write %s%s"
                            .formatted(program, there, program));
        }

        private static Optional<String> wrongFile(Path file) {
            if (!Files.exists(file)) {
                return Optional.of("the program " + file + " does not exist; correct the path");
            }
            if (Files.isDirectory(file)) {
                return Optional.of("the program " + file + " is a directory; name a file in it");
            }
            return Files.isExecutable(file)
                    ? Optional.empty()
                    : Optional.of("the program " + file + " may not be executed; chmod +x " + file);
        }
    }
}
