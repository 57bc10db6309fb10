package dev.ebb.control;

import dev.ebb.control.Journal.Appended;
import dev.ebb.control.Journal.Durability;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Writes to the journal, and copes when it cannot be written: what must go on all the same (rescue,
 * start, replacement) is kept within a limit and recorded later, with an alarm meanwhile. Once the
 * journal works again, a checkpoint states what is true then. Control thread only.
 */
final class Recorder {
    private static final int BACKLOG_MAX = 1_000;

    private final Journal journal;
    private final Deque<JournalEntry> backlog = new ArrayDeque<>();
    private Optional<String> failure = Optional.empty();
    private long losses;

    Recorder(Journal journal) {
        this.journal = journal;
    }

    /**
     * Writes what may be recorded late; returns whether it was written. What asks to be durable is
     * tried even while the journal is down: it may have a reserve for that.
     */
    boolean record(JournalEntry entry, Durability durability) {
        boolean hopeless = failure.isPresent() && durability == Durability.LATER;
        if (hopeless || !written(journal.append(entry, durability))) {
            keep(entry);
            return false;
        }
        return true;
    }

    /** Writes what must be durable before it is done, or not be done at all. */
    boolean require(JournalEntry entry) {
        return failure.isEmpty() && written(journal.append(entry, Durability.DURABLE));
    }

    /** Writes what is not to be done at all when it cannot be written; may be durable late. */
    boolean attempt(JournalEntry entry) {
        return failure.isEmpty() && written(journal.append(entry, Durability.LATER));
    }

    /** What is only for looking back: lost when it cannot be written. */
    void note(JournalEntry entry) {
        if (failure.isEmpty()) {
            written(journal.append(entry, Durability.LATER));
        }
    }

    private void keep(JournalEntry entry) {
        if (backlog.size() == BACKLOG_MAX) {
            backlog.removeFirst();
        }
        backlog.addLast(entry);
    }

    private boolean written(Appended appended) {
        return switch (appended) {
            case Appended.Written() -> true;
            case Appended.Failed(String why) -> {
                failure = Optional.of(why);
                losses++;
                yield false;
            }
        };
    }

    /** Once a tick: begins a new segment when it is time, or when the journal may work again. */
    void tend(Supplier<JournalEntry.Checkpoint> checkpoint) {
        if (failure.isEmpty() && !journal.wantsCheckpoint()) {
            return;
        }
        begin(checkpoint.get());
    }

    /** Begins a new segment, and writes what could not be written before. */
    void begin(JournalEntry.Checkpoint checkpoint) {
        switch (journal.beginSegment(checkpoint)) {
            case Appended.Failed(String why) -> {
                failure = Optional.of(why);
                losses++;
            }
            case Appended.Written() -> {
                failure = Optional.empty();
                boolean late = !backlog.isEmpty();
                while (!backlog.isEmpty() && failure.isEmpty()) {
                    if (written(journal.append(backlog.peekFirst(), Durability.LATER))) {
                        backlog.removeFirst();
                    }
                }
                // What is told late is history: the truth must be the last word.
                if (late && failure.isEmpty()) {
                    written(journal.beginSegment(checkpoint));
                }
            }
        }
    }

    boolean isDown() {
        return failure.isPresent();
    }

    /** Grows whenever something may be missing, or not be where it belongs. */
    long losses() {
        return losses;
    }

    Optional<String> alarm() {
        return failure.map(why ->
                "the journal cannot be written (%s): nothing is removed until it can"
                        .formatted(why));
    }
}
