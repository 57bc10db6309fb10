package dev.ebb.journal;

import dev.ebb.control.Journal.Appended;
import dev.ebb.control.Journal.Durability;
import dev.ebb.control.JournalEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Run in a process of its own on a filesystem of 1 MiB: fills the disk under a journal, and frees
 * it again. Prints {@code OK}, or what is wrong.
 */
public final class FullDisk {
    private final Path state;
    private final List<Long> acknowledged = new ArrayList<>();
    private long number;

    private FullDisk(Path state) {
        this.state = state;
    }

    public static void main(String[] arguments) throws IOException {
        new FullDisk(Path.of(arguments[0])).run();
        System.out.println("OK");
    }

    private void run() throws IOException {
        Path filler = state.resolve("filler");
        var settings = JournalSettings.DEFAULT.withReserve(64 << 10);
        try (var journal = Journals.open(state, settings)) {
            append(journal, Durability.DURABLE);
            Files.write(filler, new byte[600 << 10]);
            String why = untilFailed(journal, Durability.LATER);
            expect(why.contains("No space left"), why);
            expect(journal.wantsCheckpoint(), "a missing entry calls for a checkpoint");
            expect(
                    append(journal, Durability.DURABLE) instanceof Appended.Written,
                    "the reserve takes a durable entry");
            expect(
                    journal.trouble().orElse("").contains("reserve"),
                    "and says so: " + journal.trouble());
            why = untilFailed(journal, Durability.DURABLE);
            expect(why.contains("No space left"), why);
            expect(acknowledgedAreThere(), "everything acknowledged is there");
            expect(
                    journal.beginSegment(checkpoint()) instanceof Appended.Failed,
                    "no checkpoint fits");
            expect(Journals.segments(state).size() == 1, "and it leaves nothing behind");

            Files.delete(filler);
            expect(
                    append(journal, Durability.DURABLE) instanceof Appended.Written,
                    "with space back, it goes on");
            expect(
                    journal.beginSegment(checkpoint()) instanceof Appended.Written,
                    "and a checkpoint fits");
            expect(!journal.wantsCheckpoint() && journal.trouble().isEmpty(), "all is well");
            expect(Files.size(state.resolve("journal/reserve")) == 64 << 10, "the reserve, too");
            append(journal, Durability.DURABLE);
        }
        var again = Journals.ready(state, settings);
        expect(again.report().damage().isEmpty(), "no damage: " + again.report().damage());
        expect(again.journal().recover().size() == 2, "checkpoint and one entry");
        expect(acknowledgedAreThere(), "everything acknowledged is there in the end");
    }

    private JournalEntry.Checkpoint checkpoint() {
        return new Entries(new SplittableRandom(1)).checkpoint(100);
    }

    private Appended append(FileJournal journal, Durability durability) {
        long next = ++number;
        var result = journal.append(Journals.opened(next), durability);
        if (result instanceof Appended.Written) {
            acknowledged.add(next);
        }
        return result;
    }

    private String untilFailed(FileJournal journal, Durability durability) {
        for (int i = 0; i < 1_000_000; i++) {
            if (append(journal, durability) instanceof Appended.Failed(String why)) {
                return why;
            }
        }
        throw new AssertionError("the disk never got full");
    }

    private boolean acknowledgedAreThere() throws IOException {
        var found =
                Journals.bySequence(state).values().stream()
                        .filter(JournalEntry.Opened.class::isInstance)
                        .map(JournalEntry::wallMillis)
                        .toList();
        return found.equals(acknowledged);
    }

    private static void expect(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
