package dev.ebb.journal;

import dev.ebb.control.Journal.Appended;
import dev.ebb.control.Journal.Durability;
import java.nio.file.Path;

/** Run in a process of its own: appends for ever, and prints what was acknowledged. */
public final class KilledWriter {
    static final JournalSettings SETTINGS =
            JournalSettings.DEFAULT.withSegments(4_000, 100_000).withReserve(0);

    private KilledWriter() {}

    public static void main(String[] arguments) {
        try (var journal = Journals.open(Path.of(arguments[0]), SETTINGS)) {
            for (long i = Long.parseLong(arguments[1]); ; i++) {
                var result =
                        journal.wantsCheckpoint()
                                ? journal.beginSegment(Journals.checkpoint(i))
                                : journal.append(Journals.opened(i), Durability.DURABLE);
                if (result instanceof Appended.Written) {
                    System.out.println(i);
                    System.out.flush();
                }
            }
        }
    }
}
