package dev.ebb.control;

import dev.ebb.core.LoadMemory;
import dev.ebb.core.ServiceName;
import java.util.List;
import java.util.Map;

/**
 * Port: the record of what was intended and done. Appended to by the control thread only. A write
 * that fails is a value; nothing is thrown for a full or broken disk.
 */
public interface Journal {

    /** Whether a write must survive a crash of the machine before the call returns. */
    enum Durability {
        DURABLE,
        LATER
    }

    /** Result of a write. */
    sealed interface Appended {
        record Written() implements Appended {}

        /** Nothing, or only a part that readers will discard, was written. */
        record Failed(String why) implements Appended {}
    }

    Appended append(JournalEntry entry, Durability durability);

    /** Whether the current segment has reached its size, so that a new one should begin. */
    boolean wantsCheckpoint();

    /**
     * Begins a new segment, whose first entry is durable, and drops the oldest beyond the limit.
     */
    Appended beginSegment(JournalEntry.Checkpoint checkpoint);

    /**
     * The entries from the newest readable checkpoint on, oldest first. What a crash cut short at
     * the end is left out.
     */
    List<JournalEntry> recover();

    /**
     * What earlier lives of Ebb learned of the load, by service, as it was last written down; may
     * be empty at any time.
     */
    default Map<ServiceName, LoadMemory> learned() {
        return Map.of();
    }
}
