package dev.ebb.journal;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What was found when a journal was opened. Nothing here keeps Ebb from starting; what does is
 * {@link Opening.Refused}.
 *
 * @param segments files in the journal's directory
 * @param segmentsRead the newest ones, back to the newest readable checkpoint
 * @param entries how many are handed to recovery
 * @param nextSequence where numbering goes on
 * @param damage bytes that are no sound line, oldest first
 * @param foreign sound lines that this version does not understand
 */
public record RecoveryReport(
        Path directory,
        int segments,
        int segmentsRead,
        int entries,
        long nextSequence,
        List<Damage> damage,
        List<Stored.Foreign> foreign) {

    public RecoveryReport {
        damage = List.copyOf(damage);
        foreign = List.copyOf(foreign);
    }

    /** Whether something that was recorded may be missing. */
    public boolean losesEntries() {
        return !foreign.isEmpty() || damage.stream().anyMatch(Damage::losesEntries);
    }

    /** What a person must be told, and what to do; empty when all is well (a torn end is). */
    public Optional<String> warning() {
        if (!losesEntries()) {
            return Optional.empty();
        }
        var text = new StringBuilder("The journal in " + directory + " is damaged:");
        damage.stream()
                .filter(Damage::losesEntries)
                .limit(5)
                .forEach(d -> text.append("\n  ").append(d));
        foreign.stream()
                .limit(5)
                .forEach(f ->
                        text.append("\n  entry ")
                                .append(f.sequence())
                                .append(" is not understood: ")
                                .append(f.why()));
        text.append("\nEverything else was read. An instance that only the lost lines tell of is")
                .append(" not known to Ebb any more: compare `ebb status` with what runs")
                .append(" (Ebb's instances have EBB_TOKEN in their environment).");
        return Optional.of(text.toString());
    }
}
