package dev.ebb.sim;

import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import java.util.List;

/** A simulated journal, as the judge looks at it. Single-threaded. */
interface SimRecord extends Journal {

    /** What would survive a crash at this moment for certain. */
    List<JournalEntry> durable();

    /** Whether intents to start are entries of it; else what is asked for is the platform's. */
    boolean keepsIntents();
}
