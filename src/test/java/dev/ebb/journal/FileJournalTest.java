package dev.ebb.journal;

import static dev.ebb.journal.Journals.WRITTEN;
import static dev.ebb.journal.Journals.checkpoint;
import static dev.ebb.journal.Journals.opened;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.Journal.Appended;
import dev.ebb.control.Journal.Durability;
import dev.ebb.control.JournalEntry;
import dev.ebb.core.Explanation;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Ranked;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileJournalTest {
    @TempDir Path state;

    @Test
    void beginsEmptyAndGoesOnWhereItStopped() throws IOException {
        try (var first = Journals.open(state)) {
            assertThat(first.recover()).isEmpty();
            assertThat(first.append(opened(1), Durability.DURABLE)).isEqualTo(WRITTEN);
            assertThat(first.append(opened(2), Durability.LATER)).isEqualTo(WRITTEN);
        }
        try (var second = Journals.open(state)) {
            assertThat(second.recover()).containsExactly(opened(1), opened(2));
            second.append(opened(3), Durability.DURABLE);
        }
        assertThat(Journals.bySequence(state))
                .containsOnlyKeys(1L, 2L, 3L)
                .containsEntry(3L, opened(3));
        assertThat(Journals.segments(state)).hasSize(1);
    }

    @Test
    void recoversFromTheNewestCheckpointOn() throws IOException {
        try (var journal = Journals.open(state)) {
            journal.append(opened(1), Durability.DURABLE);
            assertThat(journal.beginSegment(checkpoint(2))).isEqualTo(WRITTEN);
            journal.append(opened(3), Durability.DURABLE);
            assertThat(journal.beginSegment(checkpoint(4))).isEqualTo(WRITTEN);
            journal.append(opened(5), Durability.LATER);
        }
        assertThat(Journals.segments(state)).hasSize(3);
        var again = Journals.ready(state, JournalSettings.DEFAULT);
        assertThat(again.journal().recover()).containsExactly(checkpoint(4), opened(5));
        assertThat(again.report().warning()).isEmpty();
        assertThat(again.report().segmentsRead()).isEqualTo(1);
    }

    @Test
    void wantsACheckpointWhenASegmentIsFullAndKeepsOnlySoMany() throws IOException {
        var settings = JournalSettings.DEFAULT.withSegments(2_000, 3).withReserve(0);
        try (var journal = Journals.open(state, settings)) {
            for (int i = 1; i <= 1_000; i++) {
                assertThat(journal.append(opened(i), Durability.LATER)).isEqualTo(WRITTEN);
                if (journal.wantsCheckpoint()) {
                    assertThat(journal.beginSegment(checkpoint(i))).isEqualTo(WRITTEN);
                    assertThat(journal.wantsCheckpoint()).isFalse();
                }
            }
        }
        assertThat(Journals.segments(state)).hasSize(3);
        assertThat(Journals.bytesIn(FileJournal.journalIn(state))).isLessThan(3 * 2_200);
        assertThat(Journals.open(state, settings).recover().getLast()).isEqualTo(opened(1_000));
    }

    @Test
    void aMillionEntriesStayWithinTheLimit() throws IOException {
        var settings = JournalSettings.DEFAULT.withSegments(1 << 20, 4);
        try (var journal = Journals.open(state, settings)) {
            for (int i = 1; i <= 1_000_000; i++) {
                if (journal.append(opened(i), Durability.LATER) instanceof Appended.Failed) {
                    assertThat(journal.trouble()).isEmpty();
                }
                if (journal.wantsCheckpoint()) {
                    assertThat(journal.beginSegment(checkpoint(i))).isEqualTo(WRITTEN);
                }
            }
        }
        assertThat(Journals.bytesIn(FileJournal.journalIn(state)))
                .isLessThan(4 * ((1 << 20) + 200) + settings.reserveBytes());
        assertThat(Journals.open(state, settings).recover().getLast()).isEqualTo(opened(1_000_000));
    }

    @Test
    void aSegmentThatNobodyEndsIsRefusedAtFourTimesItsSize() throws IOException {
        var settings = JournalSettings.DEFAULT.withSegments(2_000, 3);
        try (var journal = Journals.open(state, settings)) {
            for (int i = 0; i < 1_000; i++) {
                journal.append(opened(i), Durability.LATER);
            }
            assertThat(journal.trouble().orElse("")).contains("no checkpoint followed");
            assertThat(Files.size(Journals.onlySegment(state))).isLessThan(8_200);
            assertThat(journal.beginSegment(checkpoint(1))).isEqualTo(WRITTEN);
            assertThat(journal.append(opened(1), Durability.LATER)).isEqualTo(WRITTEN);
            assertThat(journal.trouble()).isEmpty();
        }
    }

    @Test
    void aCheckpointLargerThanASegmentDoesNotCallForTheNextAtOnce() {
        var settings = JournalSettings.DEFAULT.withSegments(2_000, 3);
        var large = new Entries(new SplittableRandom(1)).checkpoint(100);
        try (var journal = Journals.open(state, settings)) {
            journal.beginSegment(large);
            assertThat(journal.wantsCheckpoint()).isFalse();
        }
    }

    @Test
    void anEntryBeyondTheLimitIsRefused() {
        try (var journal = Journals.open(state)) {
            var huge = new JournalEntry.Opened(1, "x".repeat(9 << 20));
            assertThat(journal.append(huge, Durability.DURABLE).toString())
                    .contains("larger than the journal's limit");
            assertThat(journal.append(opened(1), Durability.DURABLE)).isEqualTo(WRITTEN);
        }
    }

    @Test
    void aLongRankingIsCutAndSaysSo() throws IOException {
        var service = new ServiceName("hello");
        var ranking = new ArrayList<Ranked>();
        for (int i = 1; i <= 10_000; i++) {
            var id = new InstanceId(service, i);
            ranking.add(new Ranked(id, 0.1, i, Reason.of("cold", "it is cold")));
        }
        var explanation = new Explanation(9, 9, List.of(), ranking, List.of(), List.of());
        try (var journal = Journals.open(state)) {
            journal.append(new JournalEntry.Decided(1, service, explanation), Durability.LATER);
        }
        var known = JournalReader.of(state).about(service).toList().getFirst();
        assertThat(known.leftOut()).isEqualTo(10_000 - 32);
        assertThat(((JournalEntry.Decided) known.entry()).explanation().ranking())
                .isEqualTo(ranking.subList(0, 32));
    }

    @Test
    void anInterruptNeitherStopsNorVanishes() {
        try (var journal = Journals.open(state)) {
            Thread.currentThread().interrupt();
            assertThat(journal.append(opened(1), Durability.DURABLE)).isEqualTo(WRITTEN);
            assertThat(journal.append(opened(2), Durability.DURABLE)).isEqualTo(WRITTEN);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(journal.append(opened(3), Durability.DURABLE)).isEqualTo(WRITTEN);
        }
        assertThat(Journals.open(state).recover()).hasSize(3);
    }
}
