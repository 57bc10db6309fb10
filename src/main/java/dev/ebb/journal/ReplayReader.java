package dev.ebb.journal;

import dev.ebb.control.JournalEntry;
import dev.ebb.control.Replay;
import dev.ebb.control.ReplayReport;
import dev.ebb.core.ServiceName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Reads back what decisions were made from, so that they can be made again and compared. A life
 * reaches from one start of Ebb to the next; its first part may have left the ring of segments
 * already, and older observations go sooner than older decisions.
 */
public record ReplayReader(JournalReader journal) {

    /**
     * One life of Ebb.
     *
     * @param opened its first entry; empty when that is not kept any more
     * @param first its first sequence number that is kept
     * @param last the last before the next life; empty when this is the newest
     */
    public record Life(Optional<JournalEntry.Opened> opened, long first, OptionalLong last) {
        boolean has(long sequence) {
            return sequence >= first && (last.isEmpty() || sequence <= last.getAsLong());
        }
    }

    /** Oldest first. */
    public List<Life> lives() throws IOException {
        var lives = new ArrayList<Life>();
        try (var entries = JournalReader.known(journal.entries())) {
            entries.forEach(known -> {
                boolean opens = known.entry() instanceof JournalEntry.Opened;
                if (opens || lives.isEmpty()) {
                    begin(lives, known);
                }
            });
        }
        return List.copyOf(lives);
    }

    private static void begin(List<Life> lives, Stored.Known known) {
        if (!lives.isEmpty()) {
            Life before = lives.removeLast();
            var end = OptionalLong.of(known.sequence() - 1);
            lives.add(new Life(before.opened(), before.first(), end));
        }
        var opened =
                known.entry() instanceof JournalEntry.Opened o
                        ? Optional.of(o)
                        : Optional.<JournalEntry.Opened>empty();
        lives.add(new Life(opened, known.sequence(), OptionalLong.empty()));
    }

    /**
     * Makes decisions again, and compares them with those on record. Of a journal that is being
     * written, up to what stands in it now. In memory is one segment of each ring.
     *
     * @param which services; each that the journal knows is asked for once
     * @param fromMillis what was decided before is made again, too, but not counted
     * @return of each service what was found, in the order of their names
     */
    public List<ReplayReport> replay(Predicate<ServiceName> which, long fromMillis)
            throws IOException {
        var ring = new SegmentDirectory(FileJournal.journalIn(journal.state()));
        var observed = new SegmentDirectory(FileJournal.observationsIn(journal.state()));
        // One thread writes both, in this order: what is up to here can be read by now.
        long last = Math.max(FileJournal.lastSequence(ring), FileJournal.lastSequence(observed));
        long first =
                ring.segments().stream()
                        .findFirst()
                        .map(SegmentDirectory::firstSequenceOf)
                        .orElse(Long.MAX_VALUE);
        var replays = new Replays(which, fromMillis);
        try (var all = journal.withObservations()) {
            all.filter(stored -> stored.sequence() >= first && stored.sequence() <= last)
                    .forEach(replays::take);
        }
        return replays.reports();
    }

    /** The replays of all services in one pass. */
    private static final class Replays {
        private final Predicate<ServiceName> which;
        private final long fromMillis;
        private final Map<ServiceName, Replay> byService = new TreeMap<>();
        private long next;

        Replays(Predicate<ServiceName> which, long fromMillis) {
            this.which = which;
            this.fromMillis = fromMillis;
        }

        void take(Stored stored) {
            if (stored.sequence() != next) {
                byService.values().forEach(Replay::missing);
            }
            next = stored.sequence() + 1;
            switch (stored) {
                case Stored.Foreign _ -> byService.values().forEach(Replay::missing);
                case Stored.Known(long _, JournalEntry entry, int leftOut) ->
                        take(entry, entry instanceof JournalEntry.Decided ? leftOut : 0);
            }
        }

        private void take(JournalEntry entry, int leftOut) {
            Optional<ServiceName> service = Subjects.serviceOf(entry);
            if (service.isEmpty()) {
                byService.values().forEach(replay -> replay.take(entry, 0));
            } else if (which.test(service.get())) {
                byService
                        .computeIfAbsent(service.get(), name -> new Replay(name, fromMillis))
                        .take(entry, leftOut);
            }
        }

        List<ReplayReport> reports() {
            return byService.values().stream().map(Replay::report).toList();
        }
    }

    /**
     * What a replay of one service needs, in the order in which it happened: the policy, marks,
     * orders and freezes, each observation, and the decisions and moves that came of it. An
     * observation whose {@code leftOut} is not 0 follows a gap: a replay's windows differ from
     * there on, and its decisions prove nothing until the windows have passed.
     */
    public Stream<Stored.Known> steps(Life life, ServiceName service) throws IOException {
        return JournalReader.known(journal.withObservations())
                .filter(known -> life.has(known.sequence()))
                .filter(known -> Subjects.concerns(known.entry(), service));
    }
}
