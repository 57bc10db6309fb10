package dev.ebb.journal;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Says in plain words what an input or output error means. */
final class Failures {
    private Failures() {}

    static String plain(IOException e) {
        return switch (e) {
            case NoSuchFileException gone -> gone.getFile() + " does not exist any more";
            case AccessDeniedException denied ->
                    denied.getFile() + " may not be written by this user";
            case FileAlreadyExistsException there ->
                    there.getFile() + " exists and is no directory";
            case FileSystemException other ->
                    other.getFile()
                            + ": "
                            + Optional.ofNullable(other.getReason()).orElse("unknown failure");
            default -> Optional.ofNullable(e.getMessage()).orElse(e.toString());
        };
    }
}
