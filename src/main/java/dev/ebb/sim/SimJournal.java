package dev.ebb.sim;

import dev.ebb.control.JournalEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * A journal in memory with the semantics of a file: a durable write makes all before it durable, a
 * crash keeps what is durable and loses the rest from some point on, a full disk fails writes, and
 * a crash while a segment begins leaves the old one readable. Survives Ebb. Single-threaded.
 */
final class SimJournal implements SimRecord {
    private static final int SEGMENTS_KEPT = 3;

    private static final class Segment {
        final List<JournalEntry> entries = new ArrayList<>();
        int durable;
    }

    private final int segmentSize;
    private final BooleanSupplier full;
    private final SplittableRandom random;
    private final Deque<Segment> segments = new ArrayDeque<>();

    SimJournal(int segmentSize, BooleanSupplier full, SplittableRandom random) {
        this.segmentSize = segmentSize;
        this.full = full;
        this.random = random;
        segments.add(new Segment());
    }

    @Override
    public Appended append(JournalEntry entry, Durability durability) {
        if (full.getAsBoolean()) {
            return new Appended.Failed("no space left on device");
        }
        Segment current = segments.getLast();
        current.entries.add(entry);
        if (durability == Durability.DURABLE) {
            current.durable = current.entries.size();
        }
        return new Appended.Written();
    }

    @Override
    public boolean wantsCheckpoint() {
        return segments.getLast().entries.size() >= segmentSize;
    }

    @Override
    public Appended beginSegment(JournalEntry.Checkpoint checkpoint) {
        if (full.getAsBoolean()) {
            return new Appended.Failed("no space left on device");
        }
        Segment old = segments.getLast();
        old.durable = old.entries.size();
        Segment next = new Segment();
        next.entries.add(checkpoint);
        next.durable = 1;
        segments.addLast(next);
        while (segments.size() > SEGMENTS_KEPT) {
            segments.removeFirst();
        }
        return new Appended.Written();
    }

    @Override
    public List<JournalEntry> recover() {
        List<JournalEntry> entries = new ArrayList<>();
        for (Segment segment : segments) {
            for (JournalEntry entry : segment.entries) {
                if (entry instanceof JournalEntry.Checkpoint) {
                    entries.clear();
                }
                entries.add(entry);
            }
        }
        return List.copyOf(entries);
    }

    /** Ebb (or the machine) dies: of what was not durable, a part at the end is lost. */
    void crash() {
        Segment current = segments.getLast();
        int unsure = current.entries.size() - current.durable;
        int kept = current.durable + (unsure > 0 ? random.nextInt(unsure + 1) : 0);
        current.entries.subList(kept, current.entries.size()).clear();
        current.durable = current.entries.size();
    }

    /** A new segment's first entry turns out unreadable; the one before it is whole. */
    void tearNewestCheckpoint() {
        Segment newest = segments.getLast();
        if (segments.size() > 1 && newest.entries.size() == 1) {
            segments.removeLast();
        }
    }

    @Override
    public boolean keepsIntents() {
        return true;
    }

    @Override
    public List<JournalEntry> durable() {
        List<JournalEntry> entries = new ArrayList<>();
        for (Segment segment : segments) {
            for (JournalEntry entry : segment.entries.subList(0, segment.durable)) {
                if (entry instanceof JournalEntry.Checkpoint) {
                    entries.clear();
                }
                entries.add(entry);
            }
        }
        return entries;
    }
}
