package dev.ebb.journal;

import dev.ebb.control.JournalEntry;

/** Entries at another time. */
final class Timed {
    private Timed() {}

    static JournalEntry at(JournalEntry entry, long millis) {
        return switch (entry) {
            case JournalEntry.Moved e ->
                    new JournalEntry.Moved(
                            millis,
                            e.id(),
                            e.from(),
                            e.to(),
                            e.reasons(),
                            e.inFlight(),
                            e.byOperator());
            case JournalEntry.Decided e ->
                    new JournalEntry.Decided(millis, e.service(), e.explanation());
            case JournalEntry.Intended e ->
                    new JournalEntry.Intended(millis, e.intent(), e.replaces());
            case JournalEntry.HealthChanged e ->
                    new JournalEntry.HealthChanged(millis, e.id(), e.from(), e.to(), e.reason());
            case JournalEntry.Frozen e -> new JournalEntry.Frozen(millis, e.service(), e.frozen());
            case JournalEntry.Identified e ->
                    new JournalEntry.Identified(millis, e.id(), e.identity(), e.adopted());
            default -> entry;
        };
    }
}
