package dev.ebb.journal;

import static dev.ebb.journal.Journals.WRITTEN;
import static dev.ebb.journal.Journals.checkpoint;
import static dev.ebb.journal.Journals.opened;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.Journal.Durability;
import dev.ebb.control.JournalEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies on the disk after crashes and accidents, and what is made of it. */
class RecoveryTest {
    private static final JournalSettings BARE = JournalSettings.DEFAULT.withReserve(0);

    @TempDir Path state;

    @Test
    void aSegmentCutAtAnyByteGivesAPrefix() throws IOException {
        var written = write(20);
        Path segment = Journals.onlySegment(state);
        byte[] whole = Files.readAllBytes(segment);
        int before = 0;
        for (int length = 0; length <= whole.length; length++) {
            var content = SegmentContent.scan(segment, Arrays.copyOf(whole, length));
            int read = content.frames().size();
            assertThat(read).as("cut at %d", length).isBetween(before, before + 1);
            if (read > before) {
                assertThat(content.decode(content.frames().getLast()))
                        .isEqualTo(new Stored.Known(read, written.get(read - 1), 0));
            }
            assertThat(content.damage()).noneMatch(Damage::losesEntries);
            before = read;
        }
        assertThat(before).isEqualTo(20);
    }

    @Test
    void writingGoesOnAfterACutAtAnyByte() throws IOException {
        var written = write(3);
        Path segment = Journals.onlySegment(state);
        byte[] whole = Files.readAllBytes(segment);
        for (int length = 0; length <= whole.length; length += 11) {
            Files.write(segment, Arrays.copyOf(whole, length));
            int kept;
            try (var journal = Journals.open(state, BARE)) {
                kept = journal.recover().size();
                assertThat(journal.append(opened(77), Durability.DURABLE)).isEqualTo(WRITTEN);
            }
            var expected = new ArrayList<JournalEntry>(written.subList(0, kept));
            expected.add(opened(77));
            assertThat(Journals.bySequence(state).values()).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void flippedBytesNeverThrowAndNeverGiveAWrongEntry() throws IOException {
        write(30);
        byte[] whole = Files.readAllBytes(Journals.onlySegment(state));
        var right = lines(SegmentContent.scan(state, whole));
        for (int seed = 0; seed < 4_000; seed++) {
            var random = new SplittableRandom(seed);
            byte[] damaged = whole.clone();
            int flips = 1 + random.nextInt(3);
            for (int i = 0; i < flips; i++) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
            }
            var content = SegmentContent.scan(state, damaged);
            assertThat(right).as("seed %d", seed).containsAllEntriesOf(lines(content));
            assertThat(content.frames().size()).as("seed %d", seed).isBetween(30 - flips, 30);
        }
    }

    @Test
    void aDestroyedLineFeedLosesNothing() throws IOException {
        write(10);
        byte[] bytes = Files.readAllBytes(Journals.onlySegment(state));
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                bytes[i] = '?';
            }
        }
        var content = SegmentContent.scan(state, bytes);
        assertThat(content.frames()).hasSize(10);
        assertThat(content.damage()).isEmpty();
    }

    @Test
    void aCorruptLineIsReadPastAndReported() throws IOException {
        write(5);
        Path segment = Journals.onlySegment(state);
        var lines = new ArrayList<>(Files.readAllLines(segment));
        lines.set(2, "what is this");
        Files.write(segment, lines);
        var ready = Journals.ready(state, BARE);
        assertThat(ready.journal().recover()).hasSize(4);
        assertThat(ready.report().losesEntries()).isTrue();
        assertThat(ready.report().warning().orElse(""))
                .contains("is damaged")
                .contains(segment.toString())
                .contains("EBB_TOKEN");
    }

    @Test
    void aDestroyedCheckpointIsMadeUpForByTheOneBefore() throws IOException {
        try (var journal = Journals.open(state, BARE)) {
            journal.append(opened(1), Durability.DURABLE);
            journal.beginSegment(checkpoint(2));
            journal.append(opened(3), Durability.DURABLE);
            journal.beginSegment(checkpoint(4));
            journal.append(opened(5), Durability.DURABLE);
        }
        Path newest = Journals.segments(state).getLast();
        byte[] bytes = Files.readAllBytes(newest);
        bytes[3] ^= 1;
        Files.write(newest, bytes);
        var ready = Journals.ready(state, BARE);
        assertThat(ready.journal().recover()).containsExactly(checkpoint(2), opened(3), opened(5));
        assertThat(ready.report().damage()).hasSize(1);
    }

    @Test
    void aCheckpointCutShortByACrashIsMadeUpForByTheOneBefore() throws IOException {
        try (var journal = Journals.open(state, BARE)) {
            journal.beginSegment(checkpoint(1));
            journal.beginSegment(checkpoint(2));
        }
        Path newest = Journals.segments(state).getLast();
        Files.write(newest, Arrays.copyOf(Files.readAllBytes(newest), 20));
        var ready = Journals.ready(state, BARE);
        assertThat(ready.journal().recover()).containsExactly(checkpoint(1));
        assertThat(ready.report().warning()).isEmpty();
        assertThat(ready.journal().append(opened(3), Durability.DURABLE)).isEqualTo(WRITTEN);
        ready.journal().close();
        assertThat(Journals.open(state, BARE).recover()).containsExactly(checkpoint(1), opened(3));
    }

    @Test
    void anUnreadableJournalIsRefusedAndCanBeMovedAside() throws IOException {
        write(5);
        Path segment = Journals.onlySegment(state);
        Files.writeString(segment, "not a journal\nat all\n");
        assertThat(Journals.refused(state))
                .contains(state.resolve("journal").toString())
                .contains("move the journal aside");
        assertThat(Files.readString(segment)).isEqualTo("not a journal\nat all\n");

        Path aside = FileJournal.moveAside(state, 123);
        assertThat(aside.resolve(segment.getFileName())).hasContent("not a journal\nat all\n");
        assertThat(Journals.open(state, BARE).recover()).isEmpty();
    }

    @Test
    void aJournalWithoutItsBeginningIsRefused() throws IOException {
        try (var journal = Journals.open(state, BARE)) {
            journal.append(opened(1), Durability.DURABLE);
            journal.beginSegment(checkpoint(2));
            journal.append(opened(3), Durability.DURABLE);
        }
        Files.delete(Journals.segments(state).getFirst());
        Path rest = Journals.onlySegment(state);
        Files.write(rest, Files.readAllLines(rest).subList(1, 2));
        assertThat(Journals.refused(state)).contains("no checkpoint");
    }

    @Test
    void anEntryOfALaterVersionIsReportedAndTheRestIsUsed() throws IOException {
        write(2);
        Path segment = Journals.onlySegment(state);
        byte[] line = LineFormat.frame(3, "{\"type\":\"dreamt\"}".getBytes(UTF_8));
        Files.write(segment, line, StandardOpenOption.APPEND);
        var ready = Journals.ready(state, BARE);
        assertThat(ready.journal().recover()).hasSize(2);
        assertThat(ready.report().foreign()).hasSize(1);
        assertThat(ready.report().warning().orElse("")).contains("entry 3 is not understood");
        assertThat(ready.report().nextSequence()).isEqualTo(4);
    }

    private static Map<Long, String> lines(SegmentContent content) {
        return content.frames().stream()
                .collect(Collectors.toMap(LineFormat.Frame::sequence, content::json));
    }

    private List<JournalEntry> write(int entries) {
        var random = new Entries(new SplittableRandom(11));
        var written = new ArrayList<JournalEntry>();
        try (var journal = Journals.open(state, BARE)) {
            while (written.size() < entries) {
                var entry = random.ofKind(written.size() % 10);
                written.add(entry);
                assertThat(journal.append(entry, Durability.LATER)).isEqualTo(WRITTEN);
            }
        }
        return written;
    }
}
