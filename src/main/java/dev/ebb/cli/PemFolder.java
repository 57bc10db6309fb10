package dev.ebb.cli;

import dev.ebb.pki.Issuer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Certificates and keys on their way into a folder. Nobody else may read a key at any moment. All
 * or nothing is written as far as what is there already is concerned. For one thread.
 */
final class PemFolder {
    private record Content(String text, boolean secret) {
        @Override
        public String toString() {
            return secret ? "a key" : text;
        }
    }

    private final Path folder;
    private final boolean replace;
    private final Map<String, Content> contents = new LinkedHashMap<>();

    /**
     * @param replace what is there already; otherwise that is refused
     */
    PemFolder(Path folder, boolean replace) {
        this.folder = folder;
        this.replace = replace;
    }

    void certificate(String name, Issuer whose) {
        contents.put(name, new Content(whose.certificatePem(), false));
    }

    void key(String name, Issuer whose) {
        contents.put(name, new Content(whose.keyPem(), true));
    }

    void pair(String name, Issuer whose) {
        certificate(name + ".pem", whose);
        key(name + "-key.pem", whose);
    }

    List<String> names() {
        return List.copyOf(contents.keySet());
    }

    /** As it was given, for commands in the same folder. */
    Path path(String name) {
        return folder.resolve(name).normalize();
    }

    Path absolute(String name) {
        return folder.toAbsolutePath().normalize().resolve(name);
    }

    void write() throws IOException {
        Files.createDirectories(folder);
        for (String name : contents.keySet()) {
            if (!replace && Files.exists(path(name))) {
                throw new Failure(
                        Exit.FAILED,
                        "%s is there already; nothing was written. --force replaces it"
                                .formatted(path(name)));
            }
        }
        for (Map.Entry<String, Content> entry : contents.entrySet()) {
            var mode = entry.getValue().secret() ? "rw-------" : "rw-r--r--";
            var permissions = PosixFilePermissions.fromString(mode);
            Path next =
                    Files.createTempFile(
                            folder,
                            entry.getKey(),
                            ".next",
                            PosixFilePermissions.asFileAttribute(permissions));
            Files.write(next, entry.getValue().text().getBytes(StandardCharsets.US_ASCII));
            Files.move(
                    next,
                    path(entry.getKey()),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
