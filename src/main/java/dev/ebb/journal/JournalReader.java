package dev.ebb.journal;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.ServiceName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Reads a journal without changing it, whether or not an Ebb runs and writes meanwhile: an entry
 * that is just being written is left out, and a segment that is dropped while reading is passed
 * over. Holds one segment of each ring in memory. What is damaged goes to {@code onDamage}.
 *
 * @param state the state directory
 */
public record JournalReader(Path state, Consumer<Damage> onDamage) {

    public static JournalReader of(Path state) {
        return new JournalReader(state, damage -> {});
    }

    /** Everything but observations, oldest first. */
    public Stream<Stored> entries() throws IOException {
        return entriesOf(new SegmentDirectory(FileJournal.journalIn(state)));
    }

    /** Everything, observations at their place in the order. */
    public Stream<Stored> withObservations() throws IOException {
        var journal = entries();
        var observed = entriesOf(new SegmentDirectory(FileJournal.observationsIn(state)));
        return merged(List.of(journal.iterator(), observed.iterator()));
    }

    /** What concerns one service, without what is not understood; oldest first. */
    public Stream<Stored.Known> about(ServiceName service) throws IOException {
        return known(entries()).filter(known -> Subjects.concerns(known.entry(), service));
    }

    /** The last {@code most} entries that concern one service, oldest first. */
    public List<Stored.Known> tail(ServiceName service, int most) throws IOException {
        var segments = new SegmentDirectory(FileJournal.journalIn(state)).segments();
        var tail = new ArrayList<Stored.Known>();
        for (int i = segments.size() - 1; i >= 0 && tail.size() < most; i--) {
            tail.addAll(
                    0,
                    known(read(segments.get(i)))
                            .filter(known -> Subjects.concerns(known.entry(), service))
                            .toList());
        }
        return List.copyOf(tail.subList(Math.max(0, tail.size() - most), tail.size()));
    }

    static Stream<Stored.Known> known(Stream<Stored> entries) {
        return entries.filter(Stored.Known.class::isInstance).map(Stored.Known.class::cast);
    }

    static boolean isCheckpoint(Stored.Known known) {
        return known.entry() instanceof JournalEntry.Checkpoint;
    }

    private Stream<Stored> entriesOf(SegmentDirectory directory) throws IOException {
        return directory.segments().stream().flatMap(this::read);
    }

    private Stream<Stored> read(Path segment) {
        try {
            var content = SegmentContent.read(segment);
            content.damage().forEach(onDamage);
            return content.frames().stream().map(content::decode);
        } catch (NoSuchFileException dropped) {
            return Stream.empty();
        } catch (IOException e) {
            onDamage.accept(new Damage(segment, 0, 0, Damage.Kind.UNREADABLE, Failures.plain(e)));
            return Stream.empty();
        }
    }

    private static Stream<Stored> merged(List<Iterator<Stored>> sources) {
        var heads = new PriorityQueue<Head>(Comparator.comparingLong(h -> h.next.sequence()));
        sources.stream()
                .filter(Iterator::hasNext)
                .forEach(source -> heads.add(new Head(source.next(), source)));
        var iterator =
                new Iterator<Stored>() {
                    @Override
                    public boolean hasNext() {
                        return !heads.isEmpty();
                    }

                    @Override
                    public Stored next() {
                        Head head = heads.remove();
                        if (head.source.hasNext()) {
                            heads.add(new Head(head.source.next(), head.source));
                        }
                        return head.next;
                    }
                };
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(iterator, 0), false);
    }

    private record Head(Stored next, Iterator<Stored> source) {}
}
