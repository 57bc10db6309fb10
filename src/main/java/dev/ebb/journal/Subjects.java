package dev.ebb.journal;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import java.util.Optional;

/** What an entry is about. */
final class Subjects {
    private Subjects() {}

    /** The one service that it is about; empty when it is about all. */
    static Optional<ServiceName> serviceOf(JournalEntry entry) {
        return switch (entry) {
            case JournalEntry.Configured e -> Optional.of(e.service());
            case JournalEntry.Frozen e -> e.service();
            case JournalEntry.Ordered e -> Optional.of(e.service());
            case JournalEntry.Decided e -> Optional.of(e.service());
            case JournalEntry.Observed e -> Optional.of(e.observation().service());
            case JournalEntry.Remembered e -> Optional.of(e.state().name());
            default -> instanceOf(entry).map(InstanceId::service);
        };
    }

    static Optional<InstanceId> instanceOf(JournalEntry entry) {
        return switch (entry) {
            case JournalEntry.Intended e -> Optional.of(e.intent().id());
            case JournalEntry.Identified e -> Optional.of(e.id());
            case JournalEntry.Moved e -> Optional.of(e.id());
            case JournalEntry.HealthChanged e -> Optional.of(e.id());
            case JournalEntry.Marked e -> Optional.of(e.id());
            default -> Optional.empty();
        };
    }

    /** Whether a story of this service tells of it: its own entries, and those about all. */
    static boolean concerns(JournalEntry entry, ServiceName service) {
        return serviceOf(entry).map(service::equals).orElse(true);
    }
}
