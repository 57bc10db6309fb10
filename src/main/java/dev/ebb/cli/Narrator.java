package dev.ebb.cli;

import dev.ebb.console.View;
import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Reads along as the journal is written, tells each event in a line, and remembers the newest
 * failure of each service with the last lines that the instance wrote. The control thread only puts
 * entries into a bounded queue; a thread of its own writes, so a slow terminal holds up nothing.
 */
final class Narrator implements AutoCloseable {
    private static final int WAITING_MAX = 10_000;
    private static final int OUTPUT_LINES = 6;

    private final BlockingQueue<JournalEntry> queue = new ArrayBlockingQueue<>(WAITING_MAX);
    private final AtomicLong dropped = new AtomicLong();
    private final Map<String, View.LastFailure> failures = new ConcurrentHashMap<>();
    private final BiFunction<InstanceId, Integer, List<String>> output;
    private final Consumer<String> out;
    private final Ink ink;
    private final Thread thread;
    private volatile boolean closing;

    /**
     * @param output the last lines of an instance
     * @param out takes lines; called by one thread
     */
    Narrator(BiFunction<InstanceId, Integer, List<String>> output, Consumer<String> out, Ink ink) {
        this.output = output;
        this.out = out;
        this.ink = ink;
        thread = new Thread(this::run, "narrator");
        thread.setDaemon(true);
        thread.start();
    }

    List<View.LastFailure> failures() {
        return List.copyOf(failures.values());
    }

    /** The journal, with us listening. */
    Journal listening(Journal inner) {
        return new Journal() {
            @Override
            public Appended append(JournalEntry entry, Durability durability) {
                Appended appended = inner.append(entry, durability);
                hear(entry);
                return appended;
            }

            @Override
            public boolean wantsCheckpoint() {
                return inner.wantsCheckpoint();
            }

            @Override
            public Appended beginSegment(JournalEntry.Checkpoint checkpoint) {
                return inner.beginSegment(checkpoint);
            }

            @Override
            public List<JournalEntry> recover() {
                return inner.recover();
            }
        };
    }

    private void hear(JournalEntry entry) {
        boolean told =
                !(entry instanceof JournalEntry.Observed)
                        && !(entry instanceof JournalEntry.Remembered);
        if (told && !queue.offer(entry)) {
            dropped.incrementAndGet();
        }
    }

    private void run() {
        try {
            while (!closing || !queue.isEmpty()) {
                JournalEntry entry = queue.poll(100, TimeUnit.MILLISECONDS);
                if (entry != null) {
                    tell(entry);
                }
                long lost = dropped.getAndSet(0);
                if (lost > 0) {
                    out.accept("... " + lost + " events not shown; see: ebb explain");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(JournalEntry entry) {
        Story.of(entry).ifPresent(story -> out.accept(story.line(ink, story.wallMillis())));
        if (entry instanceof JournalEntry.Moved moved && moved.to() == Lifecycle.FAILED) {
            failed(moved);
        }
    }

    private void failed(JournalEntry.Moved moved) {
        InstanceId id = moved.id();
        List<String> lines = output.apply(id, OUTPUT_LINES);
        var failure =
                new View.LastFailure(
                        id.service().value(),
                        id.toString(),
                        moved.wallMillis(),
                        Story.because(moved.reasons()),
                        lines);
        View.LastFailure before = failures.put(failure.service(), failure);
        if (before != null && before.output().equals(lines)) {
            return;
        }
        if (lines.isEmpty()) {
            out.accept(ink.dim("          it wrote nothing"));
        }
        for (String line : lines) {
            out.accept("          " + ink.dim("| ") + line);
        }
        hint(moved).forEach(hint -> out.accept("          " + ink.yellow(hint)));
    }

    private static List<String> hint(JournalEntry.Moved moved) {
        boolean neverReady =
                moved.from() == Lifecycle.STARTING
                        && moved.reasons().stream().anyMatch(r -> r.code().equals("never_ready"));
        return neverReady
                ? List.of(
                        "does it listen on 127.0.0.1 and on the port that ${port} (or the variable"
                                + " PORT) says? is the path of 'ready.http' right?")
                : List.of();
    }

    /** Writes what is left, within a second. */
    @Override
    public void close() {
        closing = true;
        try {
            thread.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
