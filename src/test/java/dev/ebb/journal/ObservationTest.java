package dev.ebb.journal;

import static dev.ebb.journal.Journals.WRITTEN;
import static dev.ebb.journal.Journals.opened;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.Journal.Durability;
import dev.ebb.control.JournalEntry;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Now;
import dev.ebb.core.Observation;
import dev.ebb.core.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObservationTest {
    private static final ServiceName HELLO = new ServiceName("hello");

    @TempDir Path state;

    @Test
    void observationsStandApartAndAreReadInOrder() throws IOException {
        try (var journal = Journals.open(state)) {
            journal.append(opened(1), Durability.DURABLE);
            journal.append(observed(2, 3), Durability.LATER);
            journal.append(opened(3), Durability.DURABLE);
            journal.append(observed(4, 3), Durability.LATER);
        }
        assertThat(Journals.open(state).recover()).containsExactly(opened(1), opened(3));
        try (var all = JournalReader.known(JournalReader.of(state).withObservations())) {
            assertThat(all.map(known -> known.entry().wallMillis()))
                    .containsExactly(1L, 2L, 3L, 4L);
        }
    }

    @Test
    void numbersAreNotUsedTwiceWhenOnlyObservationsFollowed() throws IOException {
        try (var journal = Journals.open(state)) {
            journal.append(opened(1), Durability.DURABLE);
            journal.append(observed(2, 1), Durability.LATER);
        }
        try (var journal = Journals.open(state)) {
            journal.append(opened(3), Durability.DURABLE);
        }
        assertThat(Journals.bySequence(state)).containsOnlyKeys(1L, 3L);
    }

    @Test
    void theRingStaysWithinItsLimit() throws IOException {
        var settings = JournalSettings.DEFAULT.withObservations(10_000, 3, 1 << 20);
        try (var journal = Journals.open(state, settings)) {
            for (int second = 0; second < 300; second++) {
                assertThat(journal.append(observed(second * 1_000L, 5), Durability.LATER))
                        .isEqualTo(WRITTEN);
            }
        }
        Path ring = FileJournal.observationsIn(state);
        assertThat(new SegmentDirectory(ring).segments()).hasSize(3);
        assertThat(Journals.bytesIn(ring)).isLessThan(3 * 14_000);
    }

    @Test
    void thousandsOfInstancesAreThinnedInTimeAndTheGapIsSaid() throws IOException {
        try (var journal = Journals.open(state)) {
            for (int second = 0; second < 120; second++) {
                assertThat(journal.append(observed(second * 1_000L, 2_000), Durability.LATER))
                        .isEqualTo(WRITTEN);
            }
        }
        var kept = new ArrayList<Stored.Known>();
        JournalReader.known(JournalReader.of(state).withObservations()).forEach(kept::add);
        assertThat(kept).hasSizeBetween(5, 40);
        assertThat(kept)
                .allSatisfy(k ->
                        assertThat(((JournalEntry.Observed) k.entry()).observation())
                                .extracting(o -> o.instances().size())
                                .isEqualTo(2_000));
        long counted = kept.stream().mapToLong(k -> 1 + k.leftOut()).sum();
        assertThat(counted).isBetween(120L - 40, 120L);
        assertThat(Journals.bytesIn(FileJournal.observationsIn(state)))
                .isLessThan(121 * 64 * 1024 + 2_000_000);
    }

    @Test
    void anObservationThatCannotBeWrittenStopsNothing() throws IOException {
        Path ring = Files.writeString(FileJournal.observationsIn(state), "in the way");
        try (var journal = Journals.open(state)) {
            assertThat(journal.append(observed(0, 1), Durability.LATER)).isEqualTo(WRITTEN);
            assertThat(journal.trouble().orElse("")).contains("an observation");
            assertThat(journal.append(opened(1), Durability.DURABLE)).isEqualTo(WRITTEN);
            assertThat(journal.wantsCheckpoint()).isFalse();
            Files.delete(ring);
            journal.append(observed(1, 1), Durability.LATER);
            assertThat(journal.trouble()).isEmpty();
        }
        try (var all = JournalReader.known(JournalReader.of(state).withObservations())) {
            assertThat(all.map(Stored.Known::leftOut)).containsExactly(0, 1);
        }
    }

    @Test
    void aLifeIsReadBackForReplay() throws IOException {
        for (long life = 0; life < 3; life++) {
            try (var journal = Journals.open(state)) {
                journal.append(opened(life), Durability.DURABLE);
                journal.append(observed(100 + life, 1), Durability.LATER);
                journal.append(
                        new JournalEntry.Ordered(life, new ServiceName("other"), OptionalInt.of(1)),
                        Durability.LATER);
            }
        }
        var reader = new ReplayReader(JournalReader.of(state));
        assertThat(reader.lives()).hasSize(3);
        var second = reader.lives().get(1);
        assertThat(second.opened()).contains(opened(1));
        assertThat(reader.steps(second, HELLO).map(k -> k.entry().wallMillis()))
                .containsExactly(1L, 101L);
    }

    private static JournalEntry.Observed observed(long millis, int instances) {
        var facts = new Entries(new SplittableRandom(1)).observation(instances).instances();
        return new JournalEntry.Observed(
                millis,
                new Observation(
                        new Now(millis * 1_000_000, millis),
                        HELLO,
                        List.copyOf(facts),
                        1,
                        LatencyCounts.empty(),
                        OptionalDouble.of(0.5)),
                OptionalLong.of(millis),
                OptionalLong.empty(),
                OptionalLong.empty());
    }
}
