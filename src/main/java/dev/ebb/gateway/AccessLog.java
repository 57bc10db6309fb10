package dev.ebb.gateway;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the access log in a thread of its own, which takes what the event loops leave in their
 * rings. It looks for work every {@value #PAUSE_MILLIS} ms, so that no event loop ever has to wake
 * anyone. However long a disk takes, it costs entries and never time: what does not fit is dropped
 * and counted, and a line in the log says how many are missing.
 */
final class AccessLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
    private static final int PAUSE_MILLIS = 20;
    private static final int RING = 4096;
    private static final int BATCH_BYTES = 60 * 1024;
    private static final Duration COMPLAINT_EVERY = Duration.ofMinutes(1);
    private static final Duration LAST_WRITES = Duration.ofSeconds(2);

    private final LogSink sink;
    private final List<AccessRing> rings = new ArrayList<>();
    private final List<AccessTap> taps = new ArrayList<>();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AccessJson json = new AccessJson();
    private final Thread thread;
    private volatile boolean closing;
    private long reported;
    private int lines;
    private Optional<Long> complainedNanos = Optional.empty();

    /**
     * Begins to write.
     *
     * @param loops event loops
     */
    AccessLog(AccessLogSettings settings, LogSink sink, int loops) {
        this(settings, sink, loops, RING);
    }

    AccessLog(AccessLogSettings settings, LogSink sink, int loops, int size) {
        this.sink = sink;
        var seeds = new SplittableRandom();
        for (int i = 0; i < loops; i++) {
            var ring = new AccessRing(size);
            rings.add(ring);
            taps.add(new AccessTap(settings, ring, seeds.split()));
        }
        thread = new Thread(this::run, "access-log");
        thread.setDaemon(true);
        thread.start();
    }

    static LogSink sink(AccessLogSettings settings) throws IOException {
        Optional<Path> file = settings.file();
        return file.isPresent()
                ? new RotatingFile(file.get(), settings.fileBytes(), settings.files())
                : new StandardOutput();
    }

    /** Unbuffered and never closed: others use it too. */
    private static final class StandardOutput implements LogSink {
        @SuppressWarnings("StreamResourceLeak")
        private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

        @Override
        public void write(byte[] text, int length) throws IOException {
            out.write(text, 0, length);
        }

        @Override
        public void close() {}
    }

    AccessTap tap(int loop) {
        return taps.get(loop);
    }

    /** Any thread: lines that are in the log, as far as the system has taken them. */
    long written() {
        return written.get();
    }

    /** Any thread: entries that should be in the log and are not. */
    long dropped() {
        long sum = lost.get();
        for (AccessRing ring : rings) {
            sum += ring.dropped();
        }
        return sum;
    }

    private void run() {
        while (!closing) {
            if (!drain()) {
                LockSupport.parkNanos(PAUSE_MILLIS * 1_000_000L);
            }
        }
        drain();
        try {
            sink.close();
        } catch (IOException e) {
            complain(e);
        }
    }

    /** Whether there was anything. */
    private boolean drain() {
        boolean any = false;
        for (AccessRing ring : rings) {
            AccessEntry entry = ring.peek();
            // Not until one loop's ring is empty: a busy one would keep the others' from being
            // read.
            for (int i = 0; entry != null && i < RING; i++, entry = ring.peek()) {
                json.line(entry);
                ring.remove();
                lines++;
                any = true;
                if (json.size() > BATCH_BYTES) {
                    write();
                }
            }
        }
        long missing = dropped() - reported;
        if (missing > 0) {
            json.dropped(missing, System.currentTimeMillis());
        }
        if (json.size() > 0 && write()) {
            reported += missing;
        }
        return any;
    }

    private boolean write() {
        boolean good = true;
        try {
            sink.write(json.bytes(), json.size());
            written.addAndGet(lines);
        } catch (IOException e) {
            lost.addAndGet(lines);
            good = false;
            complain(e);
        }
        json.clear();
        lines = 0;
        return good;
    }

    private void complain(IOException e) {
        long now = System.nanoTime();
        long every = COMPLAINT_EVERY.toNanos();
        if (complainedNanos.filter(then -> now - then < every).isEmpty()) {
            complainedNanos = Optional.of(now);
            LOG.warn("Cannot write the access log; entries are lost: {}", e.toString());
        }
    }

    /** Writes what there is, and waits for that, but not for long. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(LAST_WRITES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
