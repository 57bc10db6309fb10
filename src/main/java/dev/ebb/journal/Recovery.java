package dev.ebb.journal;

import dev.ebb.control.JournalEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads what a restart needs: segments from the newest backwards, until one has a readable
 * checkpoint. When a checkpoint was destroyed, the one before it and all entries since say the
 * same.
 *
 * @param entries from the newest readable checkpoint on, oldest first
 * @param last the newest segment, to go on writing in; empty when there is none or it is unreadable
 * @param hasBeginning whether nothing is missing before the first entry: it is a checkpoint, or the
 *     journal's very first
 * @param bytes how much lies in the segments that were read
 */
record Recovery(
        RecoveryReport report,
        List<JournalEntry> entries,
        Optional<SegmentContent> last,
        boolean hasBeginning,
        long bytes) {

    /**
     * @throws IOException when the directory itself cannot be read
     */
    static Recovery of(SegmentDirectory directory) throws IOException {
        List<Path> segments = directory.segments();
        var damage = new ArrayList<Damage>();
        var foreign = new ArrayList<Stored.Foreign>();
        var entries = new ArrayList<JournalEntry>();
        Optional<SegmentContent> last = Optional.empty();
        long next = 1;
        long bytes = 0;
        int read = 0;
        boolean beginning = segments.isEmpty();
        for (int i = segments.size() - 1; i >= 0 && !beginning; i--) {
            Path file = segments.get(i);
            read++;
            next = Math.max(next, SegmentDirectory.firstSequenceOf(file) + 1);
            SegmentContent content;
            try {
                content = SegmentContent.read(file);
            } catch (IOException e) {
                damage.addFirst(unreadable(file, e));
                bytes++;
                beginning = SegmentDirectory.isFirst(file);
                continue;
            }
            if (i == segments.size() - 1) {
                last = Optional.of(content);
            }
            bytes += content.size();
            var part = new Part(content);
            next = Math.max(next, part.lastSequence + 1);
            damage.addAll(0, content.damage());
            foreign.addAll(0, part.foreign);
            entries.addAll(0, part.entries);
            beginning = part.hasCheckpoint || SegmentDirectory.isFirst(file);
        }
        var report =
                new RecoveryReport(
                        directory.path(),
                        segments.size(),
                        read,
                        entries.size(),
                        next,
                        damage,
                        foreign);
        return new Recovery(report, List.copyOf(entries), last, beginning, bytes);
    }

    /** Whether the journal can be relied on at all. */
    boolean isUsable() {
        return hasBeginning && (bytes == 0 || !entries.isEmpty() || onlyTorn());
    }

    private boolean onlyTorn() {
        return report.damage().stream().allMatch(d -> d.kind() == Damage.Kind.TORN)
                && report.foreign().isEmpty();
    }

    private static Damage unreadable(Path file, IOException e) {
        return new Damage(file, 0, 0, Damage.Kind.UNREADABLE, "cannot be read: " + e);
    }

    /** One segment's share, from its newest checkpoint on. */
    private static final class Part {
        final List<JournalEntry> entries = new ArrayList<>();
        final List<Stored.Foreign> foreign = new ArrayList<>();
        boolean hasCheckpoint;
        long lastSequence;

        Part(SegmentContent content) {
            for (LineFormat.Frame frame : content.frames()) {
                lastSequence = Math.max(lastSequence, frame.sequence());
                switch (content.decode(frame)) {
                    case Stored.Foreign line -> foreign.add(line);
                    case Stored.Known known -> add(known.entry());
                }
            }
        }

        private void add(JournalEntry entry) {
            if (entry instanceof JournalEntry.Checkpoint) {
                entries.clear();
                foreign.clear();
                hasCheckpoint = true;
            }
            entries.add(entry);
        }
    }
}
