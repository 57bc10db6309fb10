package dev.ebb.gateway.tls;

import dev.ebb.pki.Checked;
import dev.ebb.pki.Flaw;
import dev.ebb.pki.Identity;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was last read from some files and can be used. When they change and are bad, one line says
 * so and what was read before stays. Read by any thread, written by the one that watches.
 *
 * @param <T> without the secrets of keys in its text
 */
final class Watched<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Watched.class);

    private final List<Path> files;
    private final Function<Instant, Checked<T>> reader;
    private volatile T value;

    private Watched(List<Path> files, Function<Instant, Checked<T>> reader, T value) {
        this.files = files;
        this.reader = reader;
        this.value = value;
    }

    /**
     * Reads the files, and again when the watch sees them change.
     *
     * @param accepted told of each new value, after it stands here; true when it is in use
     */
    static <T> Watched<T> open(
            List<Path> files,
            Function<Instant, Checked<T>> reader,
            FileWatch watch,
            Runnable accepted)
            throws TlsFilesException {
        var stamps = FileWatch.Stamps.of(files);
        switch (reader.apply(Instant.now())) {
            case Checked.Bad<T>(List<Flaw> flaws) -> throw new TlsFilesException(flaws);
            case Checked.Good<T>(T first, List<Flaw> warnings) -> {
                warnings.forEach(flaw -> LOG.warn("TLS: {}", flaw));
                var watched = new Watched<>(files, reader, first);
                watch.add(files, stamps, () -> watched.changed(accepted));
                return watched;
            }
        }
    }

    private void changed(Runnable accepted) {
        switch (reader.apply(Instant.now())) {
            case Checked.Bad<T>(List<Flaw> flaws) ->
                    LOG.error(
                            "TLS: the changed files are not used, what was there stays: {}",
                            flaws.stream().map(Flaw::toString).collect(Collectors.joining("; ")));
            case Checked.Good<T>(T next, List<Flaw> warnings) -> {
                warnings.forEach(flaw -> LOG.warn("TLS: {}", flaw));
                T before = value;
                value = next;
                try {
                    accepted.run();
                    String what = next instanceof Identity ? ": " + next : "";
                    LOG.info("TLS: the changed {} is in use{}", files.getFirst(), what);
                } catch (RuntimeException e) {
                    value = before;
                    LOG.error("TLS: {} cannot be used, what was there stays", files, e);
                }
            }
        }
    }

    T value() {
        return value;
    }

    Path file() {
        return files.getFirst();
    }
}
