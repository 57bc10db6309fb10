package dev.ebb.cli;

import dev.ebb.console.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * What an upgrade is at, in the file {@code upgrade.jsonl} of the state directory: the old process
 * writes a line for each step, whoever is curious reads. A file, because the admin API changes
 * hands in the midst of it. For one thread.
 */
final class UpgradeProgress {
    private static final Logger LOG = LoggerFactory.getLogger(UpgradeProgress.class);
    private static final String NAME = "upgrade.jsonl";

    private final Path file;
    private final long beganNanos = System.nanoTime();

    /**
     * @param step one word or two; see {@link UpgradeCommand} for which
     * @param text a sentence without a full stop
     * @param afterMs since the upgrade began, in milliseconds
     */
    record Line(String step, String text, long afterMs) {
        boolean failed() {
            return step.equals(FAILED);
        }

        boolean left() {
            return step.equals(LEFT);
        }

        boolean inCharge() {
            return step.equals(UpgradeWords.IN_CHARGE);
        }
    }

    /** The old process goes on. */
    static final String FAILED = "failed";

    /** The old process has ended, or is about to. */
    static final String LEFT = "left";

    private UpgradeProgress(Path file) {
        this.file = file;
    }

    /**
     * Begins an empty one, in place of an earlier one.
     *
     * @throws IOException when it cannot be written
     */
    static UpgradeProgress begin(Path state) throws IOException {
        Path file = state.resolve(NAME);
        Files.deleteIfExists(file);
        Files.newByteChannel(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))
                .close();
        return new UpgradeProgress(file);
    }

    /** A step is done. What cannot be written is only not seen. */
    void step(String step, String text) {
        long after = (System.nanoTime() - beganNanos) / 1_000_000;
        // A thread that is told to end can write no file, and this says what has happened before.
        boolean interrupted = Thread.interrupted();
        try {
            Files.writeString(
                    file,
                    Wire.write(new Line(step, text, after)) + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            LOG.warn("the upgrade's progress cannot be written: {}", e.toString());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** All steps up to now; a line that is not whole yet is left out. */
    static List<Line> read(Path state) throws IOException {
        List<Line> lines = new ArrayList<>();
        String text;
        try {
            text = Files.readString(state.resolve(NAME));
        } catch (NoSuchFileException e) {
            return lines;
        }
        String whole = text.substring(0, text.lastIndexOf('\n') + 1);
        for (String line : whole.lines().toList()) {
            try {
                lines.add(Wire.read(line, Line.class));
            } catch (JacksonException e) {
                throw new IOException("not a step of an upgrade: " + line, e);
            }
        }
        return lines;
    }
}
