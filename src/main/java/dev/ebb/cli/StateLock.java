package dev.ebb.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * One Ebb per state directory: an operating system's lock on the file {@code lock}, which ends with
 * the process however that ends. The file holds the pid of whoever has it.
 */
final class StateLock implements AutoCloseable {
    private static final String NAME = "lock";

    private final FileChannel channel;

    private StateLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Makes the directory if need be, and takes it.
     *
     * @throws Failure when another Ebb has it, or it cannot be written
     */
    static StateLock take(Path state) {
        try {
            Files.createDirectories(state);
            FileChannel channel =
                    FileChannel.open(
                            state.resolve(NAME),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                channel.close();
                throw new Failure(
                        Exit.FAILED,
                        "another Ebb%s has the state directory %s; stop it (ebb stop), or choose"
                                        .formatted(
                                                holder(state)
                                                        .map(p -> " (pid " + p + ")")
                                                        .orElse(""),
                                                state)
                                + " another directory with --state");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(
                            (ProcessHandle.current().pid() + "\n")
                                    .getBytes(StandardCharsets.US_ASCII)));
            return new StateLock(channel);
        } catch (IOException e) {
            String why =
                    e instanceof FileSystemException f && f.getReason() != null
                            ? f.getReason()
                            : e.getClass().getSimpleName() + " " + e.getMessage();
            throw new Failure(
                    Exit.FAILED,
                    "the state directory %s cannot be used: %s; choose another with --state"
                            .formatted(state, why));
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            // Held by this very process.
            return false;
        }
    }

    /** The pid of who has it, as far as is known. */
    static Optional<Long> holder(Path state) {
        try {
            String text = Files.readString(state.resolve(NAME)).strip();
            return text.matches("\\d{1,18}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The file stays: removing it would let two processes lock two files. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The lock ends with the process in any case.
            return;
        }
    }
}
