package dev.ebb.journal;

import dev.ebb.control.JournalEntry;

/** One sound line of the journal, as read back. Its check sum was right. */
public sealed interface Stored {

    /** Position in the order in which everything was recorded, observations included. */
    long sequence();

    /**
     * An entry.
     *
     * @param leftOut what was thinned: of a decision, the candidates at the end of its ranking; of
     *     an observation, how many of the same service were skipped since the one before
     */
    record Known(long sequence, JournalEntry entry, int leftOut) implements Stored {}

    /**
     * A line that this version does not understand, most likely written by a newer one.
     *
     * @param json the line's content, as it stands
     * @param why what was not understood
     */
    record Foreign(long sequence, String json, String why) implements Stored {}
}
