package dev.ebb.journal;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.ServiceName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
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
