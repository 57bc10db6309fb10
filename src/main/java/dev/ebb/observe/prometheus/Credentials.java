package dev.ebb.observe.prometheus;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A bearer token: where it is, never what it is. Read anew for each question, because such files
 * are renewed. No message and no text of this holds it. Safe for use by several threads.
 */
public sealed interface Credentials {
    /** Nobody has to prove anything. */
    Credentials NONE = new Nothing();

    /** The longest token that is read, in bytes. */
    int MOST = 16 << 10;

    /**
     * The token; empty where none is wanted.
     *
     * @throws IOException when it cannot be had; the message says why, and is fit to be shown
     */
    Optional<String> token() throws IOException;

    /** No token. */
    record Nothing() implements Credentials {
        @Override
        public Optional<String> token() {
            return Optional.empty();
        }
    }

    /** In a file. */
    record InFile(Path file) implements Credentials {
        @Override
        public Optional<String> token() throws IOException {
            byte[] bytes;
            try (InputStream in = Files.newInputStream(file)) {
                bytes = in.readNBytes(MOST + 1);
            } catch (IOException e) {
                throw new IOException("the token's file " + file + " cannot be read", e);
            }
            String text = new String(bytes, StandardCharsets.ISO_8859_1).strip();
            return Optional.of(checked(text, "the token's file " + file));
        }
    }

    /**
     * In a variable of the environment.
     *
     * @param environment the value of a variable, or null
     */
    record InVariable(String name, UnaryOperator<String> environment) implements Credentials {
        @Override
        public Optional<String> token() throws IOException {
            String text = Optional.ofNullable(environment.apply(name)).orElse("").strip();
            return Optional.of(checked(text, "the token's variable " + name));
        }

        @Override
        public String toString() {
            return "InVariable[" + name + "]";
        }
    }

    private static String checked(String text, String where) throws IOException {
        if (text.isEmpty()) {
            throw new IOException(where + " is empty");
        }
        if (text.length() > MOST || text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new IOException(where + " holds no token");
        }
        return text;
    }
}
