package dev.ebb.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.Journal.Appended;
import dev.ebb.control.JournalEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What tests of the journal do again and again. */
final class Journals {
    static final Appended WRITTEN = new Appended.Written();

    private Journals() {}

    static FileJournal open(Path state) {
        return open(state, JournalSettings.DEFAULT);
    }

    static FileJournal open(Path state, JournalSettings settings) {
        return ready(state, settings).journal();
    }

    static Opening.Ready ready(Path state, JournalSettings settings) {
        var opening = FileJournal.open(state, settings);
        assertThat(opening).isInstanceOf(Opening.Ready.class);
        return (Opening.Ready) opening;
    }

    static String refused(Path state) {
        var opening = FileJournal.open(state, JournalSettings.DEFAULT);
        assertThat(opening).isInstanceOf(Opening.Refused.class);
        return ((Opening.Refused) opening).why();
    }

    static JournalEntry.Opened opened(long number) {
        return new JournalEntry.Opened(number, "v");
    }

    static JournalEntry.Checkpoint checkpoint(long number) {
        return new JournalEntry.Checkpoint(number, false, List.of(), List.of());
    }

    static List<Path> segments(Path state) throws IOException {
        return new SegmentDirectory(FileJournal.journalIn(state)).segments();
    }

    static Path onlySegment(Path state) throws IOException {
        assertThat(segments(state)).hasSize(1);
        return segments(state).getFirst();
    }

    static long bytesIn(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            long sum = 0;
            for (Path file : files.toList()) {
                sum += Files.size(file);
            }
            return sum;
        }
    }

    /** The journal's entries by sequence number. */
    static Map<Long, JournalEntry> bySequence(Path state) throws IOException {
        var entries = new TreeMap<Long, JournalEntry>();
        JournalReader.known(JournalReader.of(state).entries())
                .forEach(known -> entries.put(known.sequence(), known.entry()));
        return entries;
    }
}
