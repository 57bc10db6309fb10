package dev.ebb.platform.process;

import dev.ebb.core.InstanceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file for each instance, {@code run/INSTANCE}, with token and identity. It is written before the
 * instance's command runs, so that an instance is found again even when Ebb ended before the
 * identity was in the journal, and the program has overwritten its environment. Not forced to the
 * disk: after a crash of the machine nothing of it lives. A disk that is full stops no start; the
 * token in the environment remains to search by.
 */
final class RunFiles {
    private static final Logger LOG = LoggerFactory.getLogger(RunFiles.class);

    private final Path folder;

    RunFiles(Path stateDirectory) {
        folder = stateDirectory.resolve("run");
    }

    /** What such a file says. */
    record Entry(InstanceId id, String token, Identity identity) {}

    /** Writes it, unless it is there already. */
    void write(Entry entry) {
        if (read(entry.id()).equals(Optional.of(entry))) {
            return;
        }
        Path file = file(entry.id());
        Path next = folder.resolve(entry.id() + ".next");
        try {
            PrivateFolders.create(folder);
            Files.writeString(next, entry.token() + " " + entry.identity() + "\n");
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("cannot write {} ({}); {} goes on without", file, e, entry.id());
        }
    }

    Optional<Entry> read(InstanceId id) {
        try {
            String[] words = Files.readString(file(id)).strip().split(" ", -1);
            return words.length == 2
                    ? Identity.parse(words[1]).map(identity -> new Entry(id, words[0], identity))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    List<Entry> all() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.flatMap(file -> InstanceId.parse(file.getFileName().toString()).stream())
                    .sorted()
                    .flatMap(id -> read(id).stream())
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    void delete(InstanceId id) {
        try {
            Files.deleteIfExists(file(id));
        } catch (IOException e) {
            LOG.warn("cannot delete {}: {}", file(id), e.toString());
        }
    }

    private Path file(InstanceId id) {
        return folder.resolve(id.toString());
    }
}
