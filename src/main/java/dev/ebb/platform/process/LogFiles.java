package dev.ebb.platform.process;

import dev.ebb.core.InstanceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The output of instances: {@code logs/INSTANCE.log} is being written, {@code .log.1} is the one
 * before it, and so on. Needs no running Ebb. Immutable; safe for use by several threads.
 */
public final class LogFiles {
    /** What one reading of last lines may hold in memory. */
    private static final int TAIL_BYTES_MAX = 16 << 20;

    private static final int BLOCK_BYTES = 64 << 10;
    private static final String SUFFIX = ".log";

    private final Path folder;

    public LogFiles(Path stateDirectory) {
        this.folder = stateDirectory.resolve("logs");
    }

    /** Instances with output, of all services. */
    public List<InstanceId> instances() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .flatMap(name -> InstanceId.parse(name).stream())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** An instance's files, oldest first; empty when there is none. */
    public List<Path> files(InstanceId id) {
        var files = new ArrayList<Path>();
        // One may be missing for a moment, while the others are being renamed.
        for (int i = 1; Files.exists(rotated(id, i)) || Files.exists(rotated(id, i + 1)); i++) {
            files.addFirst(rotated(id, i));
        }
        files.removeIf(Files::notExists);
        if (Files.exists(copying(id))) {
            files.add(copying(id));
        }
        if (Files.exists(current(id))) {
            files.add(current(id));
        }
        return files;
    }

    /**
     * The last lines of an instance's output, oldest first, without their ends; fewer when there
     * are fewer, or when they are very long.
     *
     * @throws IOException when a file cannot be read
     */
    public List<String> lastLines(InstanceId id, int count) throws IOException {
        return lastLines(id, count, Long.MAX_VALUE);
    }

    /** The same, of the current file only what lies before {@code end}. */
    List<String> lastLines(InstanceId id, int count, long end) throws IOException {
        byte[] tail = new byte[0];
        for (Path file : files(id).reversed()) {
            int room = TAIL_BYTES_MAX - tail.length;
            if (room <= 0 || newlines(tail) > count) {
                break;
            }
            tail =
                    joined(
                            tailOf(
                                    file,
                                    count + 1 - newlines(tail),
                                    room,
                                    file.equals(current(id)) ? end : Long.MAX_VALUE),
                            tail);
        }
        List<String> lines = new String(tail, StandardCharsets.UTF_8).lines().toList();
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    /** Follows an instance's output from its present end. */
    public LogFollower follow(InstanceId id) {
        return new LogFollower(this, id);
    }

    Path folder() {
        return folder;
    }

    Path current(InstanceId id) {
        return folder.resolve(id + SUFFIX);
    }

    /** The {@code n}th file before the current one. */
    Path rotated(InstanceId id, int n) {
        return folder.resolve(id + SUFFIX + "." + n);
    }

    /** A copy of the current file that is not yet called {@code .1}. */
    Path copying(InstanceId id) {
        return folder.resolve(id + SUFFIX + ".copying");
    }

    /** Reads back from the end until the bytes hold that many line ends, or there is no more. */
    private static byte[] tailOf(Path file, int newlines, int room, long end) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            byte[] tail = new byte[0];
            long at = Math.min(end, channel.size());
            while (at > 0 && newlines(tail) < newlines && tail.length < room) {
                int size = (int) Math.min(at, BLOCK_BYTES);
                at -= size;
                var block = ByteBuffer.allocate(size);
                channel.position(at);
                int read = 0;
                while (block.hasRemaining() && read >= 0) {
                    read = channel.read(block);
                }
                tail = joined(Arrays.copyOf(block.array(), block.position()), tail);
            }
            return tail;
        } catch (NoSuchFileException e) {
            return new byte[0];
        }
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static int newlines(byte[] bytes) {
        int count = 0;
        for (byte b : bytes) {
            count += b == '\n' ? 1 : 0;
        }
        return count;
    }
}
