package dev.ebb.platform.process;

import dev.ebb.core.InstanceId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;

/**
 * Follows the output of one instance across rotations: after one, first the rest of what is now
 * {@code .log.1}, then the new file from its beginning. If more than one rotation happened between
 * two readings, what lay between is skipped. The caller decides how often to read. Not safe for use
 * by several threads.
 */
public final class LogFollower {
    private final LogFiles logs;
    private final InstanceId id;
    private Optional<String> newestRotated;
    private long position;

    LogFollower(LogFiles logs, InstanceId id) {
        this.logs = logs;
        this.id = id;
        this.newestRotated = key();
        this.position = size(logs.current(id));
    }

    /** The last lines before what {@link #readNew} will give. */
    public List<String> lastLines(int count) throws IOException {
        return logs.lastLines(id, count, position);
    }

    /**
     * Copies what is new to {@code out}.
     *
     * @return how many bytes that was
     */
    public long readNew(OutputStream out) throws IOException {
        Optional<String> rotated = key();
        long size = size(logs.current(id));
        if (!rotated.equals(newestRotated)) {
            long rest = copy(logs.rotated(id, 1), position, out);
            newestRotated = rotated;
            position = 0;
            return rest + readNew(out);
        }
        if (size < position) {
            if (!Files.exists(logs.copying(id))) {
                // Cut short by somebody else.
                position = 0;
            }
            return 0;
        }
        long copied = copy(logs.current(id), position, out);
        position += copied;
        return copied;
    }

    private Optional<String> key() {
        try {
            var file = Files.readAttributes(logs.rotated(id, 1), BasicFileAttributes.class);
            return Optional.of(file.fileKey() + " " + file.lastModifiedTime());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static long copy(Path file, long from, OutputStream out) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long length = Math.max(0, channel.size() - from);
            return length == 0 ? 0 : channel.transferTo(from, length, Channels.newChannel(out));
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
