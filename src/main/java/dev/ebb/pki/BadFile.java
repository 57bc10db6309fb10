package dev.ebb.pki;

import java.io.Serial;
import java.nio.file.Path;

/** A file cannot be used; the message says why and what to do. */
final class BadFile extends Exception {
    @Serial private static final long serialVersionUID = 1;

    BadFile(String text) {
        super(text);
    }

    Flaw flaw(Path file) {
        return new Flaw(file, String.valueOf(getMessage()));
    }
}
