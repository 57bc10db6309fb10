package dev.ebb.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * What sessions' cookies are encrypted with (AES-128), so that nobody can read from one which
 * instance it names, or make one for another. Whoever has the same key understands the same
 * cookies. Immutable.
 */
public final class SessionKey {
    /** For those who keep none: cookies end with the process. */
    public static final SessionKey OF_THIS_PROCESS = new SessionKey(random());

    private static final int BYTES = 16;
    private static final String FILE = "session-key";

    private final SecretKey key;

    private SessionKey(byte[] bytes) {
        key = new SecretKeySpec(bytes, "AES");
    }

    private static byte[] random() {
        var bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    SecretKey key() {
        return key;
    }

    /**
     * That of a state directory: made at the first time, readable for its owner only, and the same
     * for each process after that.
     *
     * @throws IOException when it cannot be read or written, or is none
     */
    public static SessionKey in(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            make(file);
        }
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length != BYTES) {
            throw new IOException(
                    "%s holds %d bytes, not %d; remove it, which ends all sessions"
                            .formatted(file, bytes.length, BYTES));
        }
        return new SessionKey(bytes);
    }

    /** As a whole or not at all, whenever the machine stops. */
    private static void make(Path file) throws IOException {
        Path fresh =
                Files.createTempFile(
                        file.toAbsolutePath().getParent(),
                        FILE,
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try (var channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.wrap(random());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            // Else the name may be on the disk before the bytes are.
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
