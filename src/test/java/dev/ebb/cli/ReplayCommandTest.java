package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.Journal;
import dev.ebb.journal.FileJournal;
import dev.ebb.journal.JournalSettings;
import dev.ebb.journal.Opening;
import dev.ebb.sim.Recorded;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A quarter of an hour of two lives of Ebb, in files, and what {@code ebb replay} says of it. */
class ReplayCommandTest {
    @TempDir Path state;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void everythingComesOutTheSameFromFiles() {
        record(JournalSettings.DEFAULT);
        assertThat(replay()).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains("web: every decision came out the same")
                .contains("in 2 lives of Ebb")
                .contains("different  0")
                .doesNotContain("not exact");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void json() {
        record(JournalSettings.DEFAULT);
        assertThat(replay("web", "--json")).isZero();
        assertThat(out.toString())
                .contains("\"good\" : true")
                .contains("\"different\" : 0")
                .contains("\"lives\" : 2");
    }

    @Test
    void whatTheLimitOfTheRingThinnedOutIsSaid() {
        record(JournalSettings.DEFAULT.withObservations(1 << 20, 4, 400));
        assertThat(replay()).isZero();
        assertThat(out.toString())
                .contains("every decision came out the same")
                .contains("different  0")
                .contains("could not be replayed exactly")
                .contains("observations were thinned out");
    }

    @Test
    void whatTheRingHasDroppedIsNotMissed() {
        record(JournalSettings.DEFAULT.withObservations(200_000, 3, 1 << 20));
        assertThat(replay()).as(out.toString()).isZero();
        assertThat(out.toString()).contains("no state of the decider is kept from before it");
    }

    @Test
    void aDamagedLineIsNoDifference() throws IOException {
        record(JournalSettings.DEFAULT);
        Path segment;
        try (var files = Files.list(state.resolve("observations"))) {
            segment = files.sorted().findFirst().orElseThrow();
        }
        List<String> lines = new ArrayList<>(Files.readAllLines(segment, StandardCharsets.UTF_8));
        lines.set(80, lines.get(80).replace("RUNNING", "x").replace("cpu", "cqu"));
        Files.write(segment, lines, StandardOpenOption.TRUNCATE_EXISTING);
        assertThat(replay()).as(out.toString()).isZero();
        assertThat(out.toString()).contains("lines of the journal are missing or damaged");
        assertThat(err.toString()).contains("damaged");
    }

    @Test
    void nothingToReplayIsNoSuccess() {
        assertThat(replay("other")).isEqualTo(Exit.FAILED);
        assertThat(err.toString()).contains("knows no service of the name 'other'");
        assertThat(replay("--last", "soon")).isEqualTo(Exit.USAGE);
        assertThat(replay("--from", "soon")).isEqualTo(Exit.USAGE);
    }

    private void record(JournalSettings settings) {
        var journals = new ArrayList<FileJournal>();
        Recorded.fallingAndRising(() -> next(journals, settings));
        journals.getLast().close();
    }

    private Journal next(List<FileJournal> journals, JournalSettings settings) {
        journals.forEach(FileJournal::close);
        var journal = ((Opening.Ready) FileJournal.open(state, settings)).journal();
        journals.add(journal);
        return journal;
    }

    private int replay(String... more) {
        List<String> args = new ArrayList<>(List.of("replay", "--state", state.toString()));
        args.addAll(List.of(more));
        return Commands.commandLine(new PrintWriter(out, true), new PrintWriter(err, true))
                .execute(args.toArray(String[]::new));
    }
}
