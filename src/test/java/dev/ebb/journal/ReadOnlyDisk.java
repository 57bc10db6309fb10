package dev.ebb.journal;

import java.nio.file.Path;

/** Run in a process of its own on a filesystem that cannot be written: prints the refusal. */
public final class ReadOnlyDisk {
    private ReadOnlyDisk() {}

    public static void main(String[] arguments) {
        System.out.println(Journals.refused(Path.of(arguments[0])));
    }
}
