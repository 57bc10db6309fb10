package dev.ebb.journal;

import dev.ebb.core.Explanation;
import dev.ebb.core.ServiceName;
import java.util.List;
import java.util.Optional;

/**
 * What the journal tells of one service. Immutable.
 *
 * @param told what happened, oldest first
 * @param outlook the newest decision: what is wanted and what holds the next step; empty when none
 *     was made yet
 */
public record Story(ServiceName service, List<Told> told, Optional<Outlook> outlook) {
    public Story {
        told = List.copyOf(told);
    }

    /** A decision and when it was made. */
    public record Outlook(long wallMillis, Explanation explanation) {}

    /** Only the last {@code most} things. */
    public Story last(int most) {
        return new Story(
                service, told.subList(Math.max(0, told.size() - most), told.size()), outlook);
    }

    /** As JSON: an object with the records of {@link Told} and the outlook. */
    public String toJson() {
        return EntryCodec.mapper().writeValueAsString(this);
    }
}
