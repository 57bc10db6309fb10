package dev.ebb.platform.kubernetes;

import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.JournalEntry.KeptInstance;
import dev.ebb.control.JournalEntry.KeptService;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Mark;
import dev.ebb.core.Now;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The pods themselves are the record of what was begun: the gate says who is parked, an annotation
 * who is a victim. So nothing is written here; what happens is passed on to be told. While the API
 * server cannot be seen, no record can be relied on, and nothing is removed. Control thread only.
 */
final class PodJournal implements Journal {
    private final Fleet fleet;
    private final Sight sight;
    private final Supplier<Optional<String>> blind;
    private final Consumer<JournalEntry> heard;
    private final Supplier<Now> clock;
    private final List<Long> parks;

    /**
     * @param blind why the API server cannot be seen now; empty when it can
     * @param parks when pods were parked within the last hour, in milliseconds since the epoch
     */
    PodJournal(
            Fleet fleet,
            Sight sight,
            Supplier<Optional<String>> blind,
            Consumer<JournalEntry> heard,
            Supplier<Now> clock,
            List<Long> parks) {
        this.fleet = fleet;
        this.sight = sight;
        this.blind = blind;
        this.heard = heard;
        this.clock = clock;
        this.parks = List.copyOf(parks);
    }

    @Override
    public Appended append(JournalEntry entry, Durability durability) {
        Optional<String> why = blind.get();
        if (why.isPresent()) {
            return new Appended.Failed(why.get());
        }
        heard.accept(entry);
        return new Appended.Written();
    }

    @Override
    public boolean wantsCheckpoint() {
        return false;
    }

    @Override
    public Appended beginSegment(JournalEntry.Checkpoint checkpoint) {
        return blind.get().<Appended>map(Appended.Failed::new).orElse(new Appended.Written());
    }

    /** From what the pods say. Binds them to instances on the way, oldest first. */
    @Override
    public List<JournalEntry> recover() {
        Now now = clock.get();
        List<PodView> pods =
                sight.pods().stream()
                        .filter(PodView::counts)
                        .sorted(
                                Comparator.comparing((PodView p) -> p.more().created())
                                        .thenComparing(PodView::name))
                        .toList();
        List<KeptInstance> kept = new ArrayList<>();
        for (PodView pod : pods) {
            var id = new InstanceId(fleet.service(), kept.size() + 1);
            Lifecycle state = state(pod);
            fleet.adopt(id, pod, state != Lifecycle.STARTING);
            kept.add(
                    new KeptInstance(
                            Fleet.intent(id, pod.name(), pod.uid(), now),
                            Optional.of(pod.uid()),
                            Optional.empty(),
                            state,
                            pod.more().keep().isPresent() ? Set.of(Mark.PROTECTED) : Set.of()));
        }
        var service =
                new KeptService(
                        fleet.service(),
                        kept.size() + 1,
                        false,
                        OptionalInt.empty(),
                        parks,
                        OptionalInt.empty());
        return List.of(
                new JournalEntry.Checkpoint(now.wallMillis(), false, List.of(service), kept));
    }

    private static Lifecycle state(PodView pod) {
        if (pod.removal().isPresent()) {
            return Lifecycle.STOPPING;
        }
        if (pod.inRotation().equals(Optional.of(false))) {
            return Lifecycle.PARKED;
        }
        return pod.more().containersReady() ? Lifecycle.SERVING : Lifecycle.STARTING;
    }
}
