package dev.ebb.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of one ring of segments. Each is named after the sequence number of its first entry, so
 * that the order of names is the order of time; the very first of a journal says so in its name,
 * because only it may begin without a checkpoint. Other files are left alone.
 */
record SegmentDirectory(Path path) {
    private static final Pattern NAME = Pattern.compile("(\\d{19})(-first)?\\.log");

    /** Oldest first; empty when the directory does not exist. */
    List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(file -> NAME.matcher(file.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (NotDirectoryException e) {
            throw new IOException("is a file; a directory is needed there", e);
        }
    }

    Path fileFor(long firstSequence, boolean first) {
        return path.resolve("%019d%s.log".formatted(firstSequence, first ? "-first" : ""));
    }

    static long firstSequenceOf(Path segment) {
        return match(segment).map(m -> Long.parseLong(m.group(1))).orElse(0L);
    }

    static boolean isFirst(Path segment) {
        return match(segment).map(m -> m.group(2) != null).orElse(false);
    }

    private static Optional<Matcher> match(Path segment) {
        Matcher matcher = NAME.matcher(segment.getFileName().toString());
        return matcher.matches() ? Optional.of(matcher) : Optional.empty();
    }

    void create() throws IOException {
        Files.createDirectories(path);
    }

    /** Makes new and removed names durable. */
    void force() throws IOException {
        try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    /** Removes the oldest beyond {@code kept}. */
    void drop(int kept) throws IOException {
        List<Path> all = segments();
        for (Path old : all.subList(0, Math.max(0, all.size() - kept))) {
            Files.deleteIfExists(old);
        }
    }
}
