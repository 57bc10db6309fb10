package dev.ebb.journal;

import java.nio.file.Path;

/**
 * Bytes of a segment that are no sound line. {@code TORN} is what a crash leaves at the very end:
 * it was never acknowledged, so nothing is lost. {@code CORRUPT} and {@code UNREADABLE} lose
 * entries.
 *
 * @param offset where it begins in the file, in bytes
 * @param bytes how much it is
 * @param why what is wrong, for people
 */
public record Damage(Path file, long offset, long bytes, Kind kind, String why) {

    public enum Kind {
        TORN,
        CORRUPT,
        UNREADABLE
    }

    /** Whether entries may be missing because of it. */
    public boolean losesEntries() {
        return kind != Kind.TORN;
    }

    @Override
    public String toString() {
        return "%s at byte %d: %d bytes, %s".formatted(file, offset, bytes, why);
    }
}
