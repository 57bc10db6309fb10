package dev.ebb.pki;

import java.nio.file.Path;

/**
 * Something wrong with a file, for people.
 *
 * @param text what is wrong and what to do, without the file's name; never any part of a key
 */
public record Flaw(Path file, String text) {
    @Override
    public String toString() {
        return file + ": " + text;
    }
}
