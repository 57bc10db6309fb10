package dev.ebb.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file that is appended to until it is too long; then it becomes {@code NAME.1}, what was that
 * {@code NAME.2} and so on, and the last is deleted. Readable for its owner only: it tells who did
 * what. Opened anew after a failure. For one thread.
 */
final class RotatingFile implements LogSink {
    private static final FileAttribute<?>[] PRIVATE =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------"))
                    }
                    : new FileAttribute<?>[0];

    private final Path file;
    private final long most;
    private final int files;
    private @Nullable FileChannel open;
    private long size;

    /**
     * @param most bytes of a file; more only when there are more at once
     * @param files kept, the current one included
     */
    RotatingFile(Path file, long most, int files) throws IOException {
        this.file = file;
        this.most = most;
        this.files = files;
        open();
    }

    private FileChannel open() throws IOException {
        FileChannel channel =
                FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                        PRIVATE);
        open = channel;
        size = channel.size();
        return channel;
    }

    @Override
    public void write(byte[] lines, int length) throws IOException {
        try {
            FileChannel channel = open;
            if (channel == null) {
                channel = open();
            }
            if (size > 0 && size + length > most) {
                close();
                shift();
                channel = open();
            }
            ByteBuffer left = ByteBuffer.wrap(lines, 0, length);
            while (left.hasRemaining()) {
                size += channel.write(left);
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void shift() throws IOException {
        if (files == 1) {
            Files.deleteIfExists(file);
            return;
        }
        for (int n = files - 1; n >= 1; n--) {
            Path older = n == 1 ? file : numbered(n - 1);
            if (Files.exists(older)) {
                Files.move(older, numbered(n), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private Path numbered(int n) {
        return file.resolveSibling(file.getFileName() + "." + n);
    }

    @Override
    public void close() throws IOException {
        FileChannel channel = open;
        open = null;
        if (channel != null) {
            channel.close();
        }
    }
}
