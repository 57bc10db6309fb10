package dev.ebb.journal;

import static dev.ebb.journal.Journals.WRITTEN;
import static dev.ebb.journal.Journals.checkpoint;
import static dev.ebb.journal.Journals.opened;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ebb.control.Journal.Appended;
import dev.ebb.control.Journal.Durability;
import dev.ebb.control.JournalEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that fail under the journal, and writers that die. */
class FaultTest {
    private static final JournalSettings BARE = JournalSettings.DEFAULT.withReserve(0);

    @TempDir Path state;

    @Test
    void aFullDiskIsAValueAndPasses() throws Exception {
        String out = inSmallFilesystem("size=1m", FullDisk.class);
        assertThat(out.strip()).isEqualTo("OK");
    }

    @Test
    void aReadOnlyDiskIsRefusedWithWhatToDo() throws Exception {
        String out = inSmallFilesystem("ro", ReadOnlyDisk.class);
        assertThat(out).contains("cannot be opened").contains("Read-only").contains("--state");
    }

    @Test
    void aDirectoryThatMayNotBeWrittenIsRefused() throws IOException {
        Journals.open(state, BARE).close();
        Path directory = FileJournal.journalIn(state);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            assumeTrue(!Files.isWritable(directory), "root may write everywhere");
            try (var journal = Journals.open(state, BARE)) {
                assertThat(journal.append(opened(1), Durability.DURABLE))
                        .isInstanceOf(Appended.Failed.class);
            }
        } finally {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Test
    void aSegmentRemovedUnderTheJournalIsNoticedAndACheckpointHeals() throws IOException {
        try (var journal = Journals.open(state, BARE)) {
            journal.append(opened(1), Durability.DURABLE);
            Files.delete(Journals.onlySegment(state));
            assertThat(journal.append(opened(2), Durability.DURABLE).toString())
                    .contains("was removed");
            assertThat(journal.wantsCheckpoint()).isTrue();
            assertThat(journal.append(opened(3), Durability.LATER))
                    .isInstanceOf(Appended.Failed.class);
            assertThat(journal.beginSegment(checkpoint(4))).isEqualTo(WRITTEN);
            assertThat(journal.append(opened(5), Durability.DURABLE)).isEqualTo(WRITTEN);
            assertThat(journal.wantsCheckpoint()).isFalse();
        }
        assertThat(Journals.open(state, BARE).recover()).containsExactly(checkpoint(4), opened(5));
    }

    @Test
    void aSegmentCutShortUnderTheJournalIsNoticed() throws IOException {
        try (var journal = Journals.open(state, BARE)) {
            journal.append(opened(1), Durability.DURABLE);
            Files.write(Journals.onlySegment(state), new byte[0]);
            assertThat(journal.append(opened(2), Durability.DURABLE).toString())
                    .contains("cut short");
            assertThat(journal.beginSegment(checkpoint(3))).isEqualTo(WRITTEN);
        }
        assertThat(Journals.open(state, BARE).recover()).containsExactly(checkpoint(3));
    }

    @Test
    void aDirectoryRemovedUnderTheJournalIsMadeAgain() throws IOException {
        try (var journal = Journals.open(state, BARE)) {
            journal.append(opened(1), Durability.DURABLE);
            Files.delete(Journals.onlySegment(state));
            Files.delete(FileJournal.journalIn(state));
            assertThat(journal.append(opened(2), Durability.DURABLE))
                    .isInstanceOf(Appended.Failed.class);
            assertThat(journal.beginSegment(checkpoint(3))).isEqualTo(WRITTEN);
        }
        assertThat(Journals.open(state, BARE).recover()).containsExactly(checkpoint(3));
    }

    @Test
    void aFileInPlaceOfTheDirectoryIsRefused() throws IOException {
        Files.writeString(FileJournal.journalIn(state), "what?");
        assertThat(Journals.refused(state)).contains("exists and is no directory");
    }

    @Test
    void everyAcknowledgedEntryOfAKilledWriterIsThere() throws Exception {
        var random = new SplittableRandom(5);
        var acknowledged = new ArrayList<Long>();
        for (int round = 0; round < 6; round++) {
            long from = acknowledged.isEmpty() ? 1 : acknowledged.getLast() + 1_000;
            var process = java(KilledWriter.class, List.of(), Long.toString(from)).start();
            try (var lines = process.inputReader(StandardCharsets.US_ASCII)) {
                for (int i = random.nextInt(400); i >= 0; i--) {
                    acknowledged.add(number(lines.readLine()));
                }
                // Not the process's own method, which would close what it still has to say.
                assertThat(process.toHandle().destroyForcibly()).isTrue();
                process.waitFor();
                // What was printed and not read yet was acknowledged, too; a last line may be cut.
                var rest = lines.lines().toList();
                rest.subList(0, Math.max(0, rest.size() - 1))
                        .forEach(line -> acknowledged.add(number(line)));
            }
            var opening = Journals.ready(state, KilledWriter.SETTINGS);
            opening.journal().close();
            assertThat(opening.report().losesEntries()).isFalse();
            assertThat(opening.journal().recover().getLast().wallMillis())
                    .isGreaterThanOrEqualTo(acknowledged.getLast());
            assertThat(
                            Journals.bySequence(state).values().stream()
                                    .map(JournalEntry::wallMillis)
                                    .toList())
                    .containsAll(acknowledged)
                    .doesNotHaveDuplicates()
                    .isSorted();
        }
    }

    private static long number(String line) {
        return Long.parseLong(line);
    }

    /** Runs a class on a filesystem of its own, that only its process sees. */
    private String inSmallFilesystem(String options, Class<?> main) throws Exception {
        assumeTrue(run(List.of("unshare", "-m", "true")).startsWith("0"), "needs `unshare -m`");
        var mount = "mount -t tmpfs -o %s tmpfs \"$0\" && exec \"$@\"".formatted(options);
        var prefix = List.of("unshare", "-m", "sh", "-c", mount, state.toString());
        var process = java(main, prefix).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return out;
    }

    private static String run(List<String> command) throws InterruptedException {
        try {
            return Integer.toString(
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor());
        } catch (IOException e) {
            return "not there";
        }
    }

    private ProcessBuilder java(Class<?> main, List<String> prefix, String... more) {
        var command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.add(state.toString());
        command.addAll(List.of(more));
        return new ProcessBuilder(command);
    }
}
