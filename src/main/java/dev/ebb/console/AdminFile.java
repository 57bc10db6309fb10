package dev.ebb.console;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;

/**
 * Where a running Ebb's admin API is, and what allows to give it orders: {@code admin.json} in the
 * state directory, readable by its owner only.
 *
 * @param host loopback
 * @param token unguessable, new in each life of Ebb
 */
public record AdminFile(String host, int port, long pid, String token) {
    private static final String NAME = "admin.json";
    private static final int TOKEN_BYTES = 32;

    /** A token that nobody can guess. */
    public static String newToken() {
        var bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** The one of this state directory; empty when there is none or it cannot be understood. */
    public static Optional<AdminFile> find(Path state) throws IOException {
        try {
            AdminFile file = Wire.read(Files.readString(state.resolve(NAME)), AdminFile.class);
            boolean whole = file.port > 0 && file.port <= 65_535;
            return whole ? Optional.of(file) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /** Written aside and renamed, so that nobody ever reads half of it. */
    public void write(Path state) throws IOException {
        var mine =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Path next = state.resolve(NAME + ".next");
        Files.deleteIfExists(next);
        try (var channel =
                Files.newByteChannel(
                        next,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        mine)) {
            var bytes =
                    ByteBuffer.wrap((Wire.pretty(this) + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        Files.move(next, state.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    }

    public static void remove(Path state) throws IOException {
        Files.deleteIfExists(state.resolve(NAME));
    }
}
