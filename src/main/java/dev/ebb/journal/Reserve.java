package dev.ebb.journal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Space kept back for a full disk: a file of zeros that is given up when a durable entry does not
 * fit, so that stops and rescues can still be recorded, and filled again once there is space. On a
 * filesystem that compresses it holds nothing back. One thread only.
 */
final class Reserve {
    private final Path file;
    private final int bytes;
    private boolean held;

    Reserve(Path directory, int bytes) {
        this.file = directory.resolve("reserve");
        this.bytes = bytes;
    }

    /** Fills it, if there is space for twice its size. */
    void fill() {
        if (bytes == 0 || held) {
            return;
        }
        try {
            if (Files.exists(file) && Files.size(file) == bytes) {
                held = true;
                return;
            }
            if (Files.getFileStore(file.getParent()).getUsableSpace() < 2L * bytes) {
                return;
            }
            try (OutputStream out = Files.newOutputStream(file)) {
                out.write(new byte[bytes]);
            }
            held = true;
        } catch (IOException e) {
            giveUp();
        }
    }

    /** Frees the space; whether there was any to free. */
    boolean giveUp() {
        held = false;
        try {
            return bytes > 0 && Files.deleteIfExists(file);
        } catch (IOException e) {
            return false;
        }
    }

    boolean isHeld() {
        return held || bytes == 0;
    }
}
