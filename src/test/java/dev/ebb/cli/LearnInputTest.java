package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.core.Policy;
import dev.ebb.core.ServiceName;
import dev.ebb.journal.FileJournal;
import dev.ebb.journal.JournalSettings;
import dev.ebb.journal.Opening;
import dev.ebb.sim.Recorded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The model of a backtest, learned from a quarter of an hour on record: of a service whose
 * instances answer a hundred requests a second, and start in two seconds.
 */
class LearnInputTest {
    @TempDir private Path folder;

    private Path recorded() {
        Path state = folder.resolve("state");
        var journals = new ArrayList<FileJournal>();
        Recorded.fallingAndRising(() -> {
            journals.forEach(FileJournal::close);
            journals.add(open(state));
            return journals.getLast();
        });
        journals.getLast().close();
        return state;
    }

    private static FileJournal open(Path state) {
        return ((Opening.Ready) FileJournal.open(state, JournalSettings.DEFAULT)).journal();
    }

    private Cli backtest(String... more) throws IOException {
        Path trace = Files.writeString(folder.resolve("t.csv"), "0,500\n60,900\n120,300\n");
        List<String> args =
                new ArrayList<>(
                        List.of("backtest", "--against", "hpa", "--trace", trace.toString()));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(String[]::new));
    }

    private static double figure(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void whatIsOnRecordBecomesTheModel() throws IOException {
        Cli cli = backtest("--learn", recorded().toString());
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(figure(cli.err(), "capacity ([0-9.]+) requests a second"))
                .isCloseTo(100, within(10.0));
        assertThat(figure(cli.err(), "start ([0-9.]+)s, the median")).isBetween(2.0, 5.0);
        assertThat(figure(cli.err(), "drain ([0-9.]+)s, the median")).isBetween(10.0, 120.0);
        assertThat(figure(cli.err(), "metric delay ([0-9.]+)s, the median")).isBetween(0.0, 2.0);
        double carries = figure(cli.out(), "an instance carries ([0-9.]+)");
        assertThat(carries).isCloseTo(100, within(10.0));
    }

    @Test
    void whatIsGivenIsNotLearned() throws IOException {
        String state = recorded().toString();
        Cli cli = backtest("--learn", state, "--capacity", "50", "--start", "9s");
        assertThat(cli.code()).as(cli.err()).isZero();
        assertThat(cli.err()).doesNotContain("capacity", "learned: start").contains("drain");
        assertThat(figure(cli.out(), "an instance carries ([0-9.]+)")).isEqualTo(50);
    }

    @Test
    void tooLittleIsRefusedWithAllThatIsMissing() throws IOException {
        Path state = folder.resolve("fresh");
        open(state).close();
        assertRefused(backtest("--learn", state.toString()), "knows no service");
        FileJournal journal = open(state);
        journal.append(
                new JournalEntry.Configured(1, new ServiceName("web"), Policy.DEFAULT),
                Journal.Durability.DURABLE);
        journal.close();
        assertRefused(
                backtest("--learn", state.toString(), "--drain", "5s"),
                "--learn: the journal says too little: 0 starts, 3 are needed (or give --start); 0"
                        + " readings, 3 are needed (or give --metric-delay); 0 readings of"
                        + " instances with requests, 60 are needed (or give --capacity)");
        assertRefused(
                backtest("--learn", folder.resolve("none").toString()),
                "there is no state directory");
        assertRefused(backtest("--learn-service", "web"), "--learn-service wants --learn DIR");
        assertRefused(
                backtest("--learn", recorded().toString(), "--learn-service", "shop"),
                "there is no 'shop'; the journal knows web");
    }

    private static void assertRefused(Cli cli, String why) {
        assertThat(cli.code()).isEqualTo(Exit.USAGE);
        assertThat(cli.err()).contains(why);
        assertThat(cli.err().strip().lines()).hasSize(1);
    }
}
