package dev.ebb.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.Journal.Durability;
import dev.ebb.control.JournalEntry;
import dev.ebb.core.Forecasts;
import dev.ebb.core.LoadMemory;
import dev.ebb.core.Now;
import dev.ebb.core.Policy;
import dev.ebb.core.QueueMemory;
import dev.ebb.core.QueuePoint;
import dev.ebb.core.Series;
import dev.ebb.core.ServiceName;
import dev.ebb.core.ServiceState;
import dev.ebb.core.forecast.Outlook;
import dev.ebb.core.forecast.Terms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was learned of the load survives Ebb. */
class LearnedTest {
    private static final ServiceName WEB = new ServiceName("web");
    private static final ServiceName API = new ServiceName("api");

    @TempDir Path state;

    private static Forecasts forecasts(int samples) {
        Outlook outlook = Outlook.fresh(new Terms(30, 10, 5, 0.8, 1, 50, 1));
        for (int i = 0; i < samples; i++) {
            outlook = outlook.after(new Now(i * 5_000_000_000L, i * 5000L), i % 7);
        }
        return new Forecasts(
                Optional.of(outlook), Optional.empty(), Optional.empty(), 12, Optional.empty());
    }

    private static LoadMemory load(int samples) {
        Now now = new Now(0, 0);
        QueueMemory queue = new QueueMemory(Series.empty(QueuePoint::atNanos), samples);
        LoadMemory fresh = ServiceState.fresh(WEB, Policy.DEFAULT, Duration.ZERO, now).load();
        return new LoadMemory(
                fresh.needs(),
                fresh.latency(),
                0,
                forecasts(samples),
                Optional.of(queue),
                Optional.empty(),
                Optional.empty());
    }

    private static JournalEntry.Remembered remembered(ServiceName service, int samples) {
        Policy policy = Policy.DEFAULT;
        ServiceState known =
                ServiceState.fresh(service, policy, Duration.ZERO, new Now(0, 0))
                        .withLearned(load(samples));
        return new JournalEntry.Remembered(
                samples, samples, true, OptionalLong.empty(), policy, known);
    }

    @Test
    void theNewestOfEachServiceIsFoundAgain() {
        try (var journal = Journals.open(state)) {
            journal.append(remembered(WEB, 100), Durability.LATER);
            journal.append(remembered(API, 50), Durability.LATER);
            journal.append(remembered(WEB, 200), Durability.LATER);
        }
        try (var journal = Journals.open(state)) {
            assertThat(journal.learned()).containsOnlyKeys(WEB, API);
            assertThat(load(journal, WEB).forecasts()).isEqualTo(forecasts(200));
            assertThat(load(journal, WEB).queue().orElseThrow().bears()).isEqualTo(200);
            assertThat(load(journal, API).forecasts()).isEqualTo(forecasts(50));
        }
    }

    private static LoadMemory load(FileJournal journal, ServiceName service) {
        return Objects.requireNonNull(journal.learned().get(service));
    }

    @Test
    void whatCannotBeReadIsLeftOut() throws IOException {
        try (var journal = Journals.open(state)) {
            assertThat(journal.learned()).isEmpty();
            journal.append(remembered(WEB, 100), Durability.LATER);
        }
        Path segment = new SegmentDirectory(FileJournal.observationsIn(state)).segments().getLast();
        String text = Files.readString(segment);
        Files.writeString(segment, text.replace("\"numbers\":\"", "\"numbers\":\"!"));
        try (var journal = Journals.open(state)) {
            assertThat(journal.learned()).isEmpty();
        }
    }
}
