package dev.ebb.journal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * The segment that is being written. A line is there whole or not at all: what a failed write left
 * behind is cut away at once, or else before the next write. One thread only; a thread's interrupt
 * does not disturb it (as it would a file channel, by closing it).
 */
final class SegmentFile implements AutoCloseable {
    private final Path file;
    private final Optional<Object> key;
    private final RandomAccessFile access;
    private long length;
    private boolean dirty;

    private SegmentFile(Path file, long length) throws IOException {
        this.file = file;
        this.access = new RandomAccessFile(file.toFile(), "rw");
        this.key = keyOf(Files.readAttributes(file, BasicFileAttributes.class));
        this.length = length;
    }

    /** A new, empty one; the caller makes its name durable. */
    static SegmentFile create(Path file) throws IOException {
        Files.createFile(file);
        return new SegmentFile(file, 0);
    }

    /** One of an earlier life, whose content beyond its last whole line is cut off. */
    static SegmentFile resume(SegmentContent content) throws IOException {
        if (!Files.isWritable(content.file())) {
            throw new IOException(content.file() + " may not be written by this user");
        }
        var segment = new SegmentFile(content.file(), content.wholeBytes());
        segment.dirty = true;
        segment.write(content.lacksLineFeed() ? new byte[] {'\n'} : new byte[0]);
        segment.force();
        return segment;
    }

    private static Optional<Object> keyOf(BasicFileAttributes attributes) {
        return Optional.ofNullable(attributes.fileKey());
    }

    Path file() {
        return file;
    }

    long length() {
        return length;
    }

    /**
     * @throws IOException when the line could not be written whole
     */
    void write(byte[] line) throws IOException {
        if (dirty) {
            access.setLength(length);
            dirty = false;
        }
        try {
            access.seek(length);
            access.write(line);
        } catch (IOException e) {
            cutBack();
            throw e;
        }
        length += line.length;
    }

    /** Takes the last line back, of which nobody knows whether it reached the disk. */
    void takeBack(int bytes) {
        length -= bytes;
        cutBack();
    }

    private void cutBack() {
        dirty = true;
        try {
            access.setLength(length);
            dirty = false;
        } catch (IOException e) {
            // It is tried again before the next write.
            dirty = true;
        }
    }

    /** Everything written so far survives a crash of the machine. */
    void force() throws IOException {
        access.getFD().sync();
    }

    void forceIfPossible() {
        try {
            force();
        } catch (IOException e) {
            // Only entries that were not asked to be durable are in doubt.
            dirty = true;
        }
    }

    /** Removes the file after a failure, to which a further one is added. */
    void remove(IOException cause) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Whether what was written can still be found under its name: a file that was removed takes
     * writes without complaint.
     */
    boolean isStillThere() throws IOException {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return keyOf(attributes).equals(key) && attributes.size() >= length;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            access.close();
        } catch (IOException e) {
            // Nothing to save: durable entries were forced when they were written.
            dirty = true;
        }
    }
}
