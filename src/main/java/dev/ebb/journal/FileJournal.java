package dev.ebb.journal;

import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.core.LoadMemory;
import dev.ebb.core.ServiceName;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The journal as files: segments of lines under {@code journal/}, observations under {@code
 * observations/}. DURABLE is written and forced to the disk, LATER reaches the operating system and
 * is forced with the next durable entry (which also notices when the file was removed). A write
 * that fails leaves nothing behind; since an entry is then missing, {@link #wantsCheckpoint} says
 * so until a checkpoint has made up for it. All calls by the control thread, but {@link #trouble},
 * which any thread may ask.
 */
public final class FileJournal implements Journal, AutoCloseable {
    private static final Appended WRITTEN = new Appended.Written();
    private static final int REFILL_EVERY = 64;

    /** Of an instance whose windows are full, at least. */
    private static final int REMEMBERED_BYTES_EACH = 3_000;

    private final Path state;
    private final SegmentDirectory directory;
    private final JournalSettings settings;
    private final ObservationRing observations;
    private final Reserve reserve;
    private final List<JournalEntry> recovered;
    private Optional<SegmentFile> current = Optional.empty();
    private long nextSequence;
    private long checkpointBytes;
    private boolean gap;
    private boolean abandoned;
    private int sinceRefill;
    private volatile Optional<String> trouble = Optional.empty();
    private volatile Optional<String> observationTrouble = Optional.empty();

    private FileJournal(Path state, JournalSettings settings, Recovery recovery, long next) {
        this.state = state;
        this.directory = new SegmentDirectory(journalIn(state));
        this.settings = settings;
        var ring = new SegmentDirectory(observationsIn(state));
        this.observations = new ObservationRing(ring, settings);
        this.reserve = new Reserve(directory.path(), settings.reserveBytes());
        this.recovered = recovery.entries();
        this.nextSequence = next;
    }

    static Path journalIn(Path state) {
        return state.resolve("journal");
    }

    static Path observationsIn(Path state) {
        return state.resolve("observations");
    }

    /**
     * Opens the journal of a state directory, or begins one. What a crash cut short at the end is
     * cut off; a corrupt line is read past and reported.
     */
    public static Opening open(Path state, JournalSettings settings) {
        var directory = new SegmentDirectory(journalIn(state));
        try {
            directory.create();
            var recovery = Recovery.of(directory);
            if (!recovery.isUsable()) {
                return new Opening.Refused(unusable(recovery.report()), true);
            }
            long observed = lastSequence(new SegmentDirectory(observationsIn(state)));
            long next = Math.max(recovery.report().nextSequence(), observed + 1);
            var journal = new FileJournal(state, settings, recovery, next);
            if (recovery.last().isPresent()) {
                journal.current = Optional.of(SegmentFile.resume(recovery.last().get()));
            } else if (recovery.report().segments() > 0) {
                journal.abandon("the newest segment cannot be read");
            }
            journal.reserve.fill();
            return new Opening.Ready(journal, recovery.report());
        } catch (IOException e) {
            return new Opening.Refused(
                    ("The journal in %s cannot be opened: %s. Make the directory readable and"
                                    + " writable for this user, or choose another with --state.")
                            .formatted(directory.path(), Failures.plain(e)),
                    false);
        }
    }

    private static String unusable(RecoveryReport report) {
        return """
        The journal in %s cannot be read: no checkpoint and no beginning was found in it%s. \
        Without it Ebb does not know which instances it left running, so it does not start. \
        Restore the directory from a copy, or end the instances that still run (they have \
        EBB_TOKEN in their environment) and move the journal aside.\
        """
                .formatted(
                        report.directory(),
                        report.damage().stream()
                                .findFirst()
                                .map(damage -> " (" + damage + ")")
                                .orElse(""));
    }

    /** Numbers of observations that cannot be read may be used again; that costs a replay. */
    static long lastSequence(SegmentDirectory ring) {
        long last = 0;
        try {
            for (Path segment : ring.segments().reversed().stream().limit(1).toList()) {
                last = SegmentDirectory.firstSequenceOf(segment);
                for (LineFormat.Frame frame : SegmentContent.read(segment).frames()) {
                    last = Math.max(last, frame.sequence());
                }
            }
        } catch (IOException e) {
            return last;
        }
        return last;
    }

    /**
     * Puts an unusable journal out of the way, observations included, so that a new one can begin.
     * Nothing is deleted.
     *
     * @return where the journal is now
     */
    public static Path moveAside(Path state, long wallMillis) throws IOException {
        Path journal = journalIn(state);
        Path aside = state.resolve("journal-aside-" + wallMillis);
        if (Files.exists(aside)) {
            throw new FileAlreadyExistsException(aside.toString());
        }
        Files.move(journal, aside);
        Path observations = observationsIn(state);
        if (Files.exists(observations)) {
            Files.move(observations, state.resolve("observations-aside-" + wallMillis));
        }
        return aside;
    }

    @Override
    public List<JournalEntry> recover() {
        return recovered;
    }

    @Override
    public Map<ServiceName, LoadMemory> learned() {
        return Learned.of(new SegmentDirectory(observationsIn(state)));
    }

    /** What keeps the journal from being written, or makes that doubtful; for people. */
    public Optional<String> trouble() {
        return trouble.or(() -> observationTrouble);
    }

    @Override
    public Appended append(JournalEntry entry, Durability durability) {
        return uninterrupted(() ->
                switch (entry) {
                    case JournalEntry.Observed observed -> observe(observed);
                    case JournalEntry.Remembered remembered -> remember(remembered);
                    default -> keep(entry, durability == Durability.DURABLE);
                });
    }

    /** An interrupt is for whoever waits, not for a write that is under way; it is handed on. */
    private static Appended uninterrupted(Supplier<Appended> write) {
        boolean interrupted = Thread.interrupted();
        try {
            return write.get();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * An observation that cannot be written is skipped, and the next one says so: it costs a
     * replay, while a failure would keep control from removing anything.
     */
    private Appended observe(JournalEntry.Observed observed) {
        if (observations.skips(observed)) {
            return WRITTEN;
        }
        int skipped = observations.skipped(observed.observation().service());
        byte[] line = LineFormat.frame(nextSequence, EntryCodec.encode(observed, skipped));
        if (line.length > settings.entryBytes()) {
            return lose(observed, tooLarge(line.length).why());
        }
        try {
            observations.write(nextSequence, line);
            observations.wrote(observed, line.length);
            observationTrouble = Optional.empty();
        } catch (IOException e) {
            observations.close();
            lose(observed, failure("an observation", e));
        }
        nextSequence++;
        return WRITTEN;
    }

    /** Where one is too large or cannot be written, a replay begins with the next. */
    private Appended remember(JournalEntry.Remembered remembered) {
        long size = (long) REMEMBERED_BYTES_EACH * remembered.state().instances().size();
        if (size > settings.entryBytes()) {
            return WRITTEN;
        }
        byte[] line = LineFormat.frame(nextSequence, EntryCodec.encode(remembered, 0));
        if (line.length > settings.entryBytes()) {
            return WRITTEN;
        }
        try {
            observations.write(nextSequence, line);
        } catch (IOException e) {
            observations.close();
            observationTrouble = Optional.of(failure("what a replay begins with", e));
        }
        nextSequence++;
        return WRITTEN;
    }

    private Appended lose(JournalEntry.Observed observed, String why) {
        observations.lost(observed.observation().service());
        observationTrouble = Optional.of(why);
        return WRITTEN;
    }

    private Appended keep(JournalEntry entry, boolean durable) {
        byte[] line = line(entry);
        if (line.length > settings.entryBytes()) {
            gap = gap || !(entry instanceof JournalEntry.Decided);
            return tooLarge(line.length);
        }
        try {
            write(line, durable);
        } catch (IOException e) {
            if (!durable || !reserve.giveUp()) {
                return failed(e);
            }
            try {
                write(line, true);
                trouble = Optional.of("The disk is full; the journal lives on its reserve.");
            } catch (IOException again) {
                return failed(again);
            }
        }
        nextSequence++;
        if (durable && ++sinceRefill >= REFILL_EVERY) {
            refill();
        }
        return WRITTEN;
    }

    private byte[] line(JournalEntry entry) {
        if (entry instanceof JournalEntry.Decided decided) {
            int ranked = decided.explanation().ranking().size();
            int kept = Math.min(ranked, settings.rankingKept());
            return LineFormat.frame(
                    nextSequence, EntryCodec.encode(shortened(decided, kept), ranked - kept));
        }
        return LineFormat.frame(nextSequence, EntryCodec.encode(entry, 0));
    }

    private static JournalEntry.Decided shortened(JournalEntry.Decided decided, int kept) {
        return new JournalEntry.Decided(
                decided.wallMillis(), decided.service(), decided.explanation().withRanking(kept));
    }

    private void write(byte[] line, boolean durable) throws IOException {
        if (abandoned) {
            throw new IOException("its segment was given up; a new one begins with a checkpoint");
        }
        if (current.isEmpty()) {
            begin(line, true);
            return;
        }
        SegmentFile segment = current.get();
        if (segment.length() > 4 * segmentLimit()) {
            throw new IOException("its segment is full and no checkpoint followed");
        }
        if (durable && !segment.isStillThere()) {
            abandon("its segment " + segment.file().getFileName() + " was removed or cut short");
            throw new IOException(trouble.orElse(""));
        }
        segment.write(line);
        if (durable) {
            forceOrAbandon(segment, line.length);
        }
    }

    /** After a failed force nobody knows what is on the disk, and asking again would lie. */
    private void forceOrAbandon(SegmentFile segment, int bytes) throws IOException {
        try {
            segment.force();
        } catch (IOException e) {
            segment.takeBack(bytes);
            abandon("forcing its segment to the disk failed");
            throw e;
        }
    }

    private void abandon(String why) {
        abandoned = true;
        gap = true;
        trouble = Optional.of(why);
    }

    private void begin(byte[] line, boolean first) throws IOException {
        directory.create();
        var segment = SegmentFile.create(directory.fileFor(nextSequence, first));
        try {
            segment.write(line);
            segment.force();
            directory.force();
        } catch (IOException e) {
            // Its name is not used again, in case that it cannot even be removed.
            nextSequence++;
            segment.close();
            segment.remove(e);
            throw e;
        }
        current.ifPresent(FileJournal::end);
        current = Optional.of(segment);
        abandoned = false;
    }

    @Override
    public boolean wantsCheckpoint() {
        return gap || current.map(segment -> segment.length() >= segmentLimit()).orElse(false);
    }

    /** A checkpoint that nearly fills a segment must not call for the next one at once. */
    private long segmentLimit() {
        return Math.max(settings.segmentBytes(), 2 * checkpointBytes);
    }

    @Override
    public Appended beginSegment(JournalEntry.Checkpoint checkpoint) {
        return uninterrupted(() -> beginWith(checkpoint));
    }

    private Appended beginWith(JournalEntry.Checkpoint checkpoint) {
        byte[] line = LineFormat.frame(nextSequence, EntryCodec.encode(checkpoint, 0));
        if (line.length > settings.entryBytes()) {
            gap = true;
            return tooLarge(line.length);
        }
        try {
            beginOnReserve(line);
        } catch (IOException e) {
            return failed(e);
        }
        nextSequence++;
        checkpointBytes = line.length;
        gap = false;
        trouble = Optional.empty();
        try {
            directory.drop(settings.segments());
        } catch (IOException e) {
            trouble = Optional.of(failure("removing an old segment", e));
        }
        refill();
        return WRITTEN;
    }

    private void beginOnReserve(byte[] line) throws IOException {
        try {
            begin(line, false);
        } catch (IOException e) {
            if (!reserve.giveUp()) {
                throw e;
            }
            begin(line, false);
        }
    }

    private void refill() {
        sinceRefill = 0;
        reserve.fill();
        if (reserve.isHeld() && !gap) {
            trouble = Optional.empty();
        }
    }

    private Appended failed(IOException e) {
        gap = true;
        String why = failure("an entry", e);
        trouble = Optional.of(why);
        return new Appended.Failed(why);
    }

    private String failure(String what, IOException e) {
        return "Writing %s to the journal in %s failed: %s"
                .formatted(what, directory.path(), Failures.plain(e));
    }

    private Appended.Failed tooLarge(int bytes) {
        return new Appended.Failed(
                "An entry of %d bytes is larger than the journal's limit of %d"
                        .formatted(bytes, settings.entryBytes()));
    }

    /** What was written for later is history by now; a checkpoint says the same. */
    private static void end(SegmentFile segment) {
        segment.forceIfPossible();
        segment.close();
    }

    /** Forces what was written for later. */
    @Override
    public void close() {
        current.ifPresent(FileJournal::end);
        current = Optional.empty();
        abandoned = true;
        observations.close();
    }
}
