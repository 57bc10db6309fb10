package dev.ebb.gateway.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at files again and again, and tells when some have changed and then stayed the same for one
 * look, so that what is being written, or a certificate whose key is still to come, is left alone.
 * Sees replaced files, links that lead elsewhere, and files on any file system. One daemon thread;
 * {@link #add} before {@link #start}.
 */
final class FileWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

    private final Duration every;
    private final List<Group> groups = new ArrayList<>();
    private final List<Regular> regulars = new ArrayList<>();
    private volatile boolean closed;
    private volatile Optional<Thread> thread = Optional.empty();

    /** What of a file tells whether it is still the same. */
    private record Stamp(FileTime modified, long size, Optional<Object> number) {}

    /** A list of what files are at one moment; missing ones count too. */
    record Stamps(List<Optional<Stamp>> all) {
        static Stamps of(List<Path> files) {
            return new Stamps(files.stream().map(FileWatch::stamp).toList());
        }
    }

    private static final class Group {
        private final List<Path> files;
        private final Runnable changed;
        private Stamps told;
        private Stamps last;

        Group(List<Path> files, Stamps loaded, Runnable changed) {
            this.files = files;
            this.changed = changed;
            told = loaded;
            last = loaded;
        }

        void look() {
            var now = Stamps.of(files);
            boolean settled = now.equals(last);
            last = now;
            if (settled && !now.equals(told)) {
                told = now;
                changed.run();
            }
        }
    }

    private static final class Regular {
        private final Duration every;
        private final Runnable action;
        private long lastNanos = System.nanoTime();

        Regular(Duration every, Runnable action) {
            this.every = every;
            this.action = action;
        }

        void look() {
            long now = System.nanoTime();
            if (now - lastNanos >= every.toNanos()) {
                lastNanos = now;
                action.run();
            }
        }
    }

    FileWatch(Duration every) {
        this.every = every;
    }

    private static Optional<Stamp> stamp(Path file) {
        try {
            var is = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(
                    new Stamp(is.lastModifiedTime(), is.size(), Optional.ofNullable(is.fileKey())));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * @param loaded taken before the files were read, so that no change falls in between
     */
    void add(List<Path> files, Stamps loaded, Runnable changed) {
        groups.add(new Group(List.copyOf(files), loaded, changed));
    }

    /** Does this on the same thread, once in so long a time. */
    void regularly(Duration time, Runnable action) {
        regulars.add(new Regular(time, action));
    }

    void start() {
        var fresh = new Thread(this::run, "certificates");
        fresh.setDaemon(true);
        thread = Optional.of(fresh);
        fresh.start();
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(every.toMillis()));
            if (closed) {
                return;
            }
            try {
                groups.forEach(Group::look);
                regulars.forEach(Regular::look);
            } catch (RuntimeException e) {
                LOG.error("An error while looking after certificates; the old ones stay", e);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.ifPresent(LockSupport::unpark);
    }
}
