package dev.ebb.control;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A journal in memory, with one segment. Writes that a test picks fail; what was written stays, as
 * after a crash of Ebb on a machine that lives on.
 */
final class MemoryJournal implements Journal {
    final List<JournalEntry> entries = new ArrayList<>();
    Predicate<JournalEntry> failing = _ -> false;
    boolean full;

    @Override
    public Appended append(JournalEntry entry, Durability durability) {
        if (full || failing.test(entry)) {
            return new Appended.Failed("no space left on device");
        }
        entries.add(entry);
        return new Appended.Written();
    }

    @Override
    public boolean wantsCheckpoint() {
        return false;
    }

    @Override
    public Appended beginSegment(JournalEntry.Checkpoint checkpoint) {
        if (full) {
            return new Appended.Failed("no space left on device");
        }
        entries.clear();
        entries.add(checkpoint);
        return new Appended.Written();
    }

    @Override
    public List<JournalEntry> recover() {
        return List.copyOf(entries);
    }
}
