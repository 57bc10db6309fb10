package dev.ebb.control;

import dev.ebb.control.JournalEntry.KeptInstance;
import dev.ebb.control.JournalEntry.KeptService;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Mark;
import dev.ebb.core.ServiceName;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * What the journal says was true when the last life of Ebb ended: its entries, folded. Entries may
 * repeat what a checkpoint says already. Not thread-safe.
 */
final class Kept {
    private final Map<ServiceName, KeptService> services = new TreeMap<>();
    private final Map<InstanceId, KeptInstance> instances = new TreeMap<>();
    private boolean frozen;

    static Kept from(List<JournalEntry> entries) {
        Kept kept = new Kept();
        entries.forEach(kept::take);
        return kept;
    }

    /**
     * Whether a service that may have none had instances since everything last began anew, which it
     * does after an end in order, and was at none when its last life was cut short.
     */
    boolean scaledToNone(ServiceName name) {
        KeptService service = service(name);
        return service.nextOrdinal() > service.began().orElse(1);
    }

    private void take(JournalEntry entry) {
        switch (entry) {
            case JournalEntry.Checkpoint checkpoint -> restart(checkpoint);
            case JournalEntry.Intended intended -> intend(intended);
            case JournalEntry.Identified(long _, InstanceId id, String identity, boolean _) ->
                    change(id, i -> withIdentity(i, identity));
            case JournalEntry.Moved moved -> {
                parked(moved);
                move(moved.id(), moved.to());
            }
            case JournalEntry.Marked(long _, InstanceId id, Mark mark, boolean set) ->
                    change(id, i -> withMark(i, mark, set));
            case JournalEntry.Frozen(long _, var service, boolean on) -> freeze(service, on);
            case JournalEntry.Ordered(long _, ServiceName name, OptionalInt replicas) ->
                    services.put(name, service(name).withReplicas(replicas));
            case JournalEntry.Closed _ -> services.replaceAll((_, s) -> s.anew());
            case JournalEntry.Opened _,
                    JournalEntry.OfEbb _,
                    JournalEntry.Configured _,
                    JournalEntry.HealthChanged _,
                    JournalEntry.Decided _,
                    JournalEntry.Observed _,
                    JournalEntry.Remembered _ -> {}
        }
    }

    private void restart(JournalEntry.Checkpoint checkpoint) {
        services.clear();
        instances.clear();
        frozen = checkpoint.frozen();
        checkpoint.services().forEach(s -> services.put(s.name(), s));
        checkpoint.instances().forEach(i -> instances.put(i.intent().id(), i));
    }

    private void intend(JournalEntry.Intended intended) {
        InstanceId id = intended.intent().id();
        instances.putIfAbsent(
                id,
                new KeptInstance(
                        intended.intent(),
                        Optional.empty(),
                        intended.replaces(),
                        Lifecycle.STARTING,
                        Set.of()));
        KeptService old = service(id.service());
        services.put(
                id.service(), old.withNextOrdinal(Math.max(old.nextOrdinal(), id.ordinal() + 1)));
    }

    /** What counts for the hour: no restart, nothing that a person ordered. */
    private void parked(JournalEntry.Moved moved) {
        KeptInstance instance = instances.get(moved.id());
        boolean restart = instance != null && instance.marks().contains(Mark.RETIRING);
        KeptService old = service(moved.id().service());
        if (moved.to() == Lifecycle.PARKING
                && !moved.byOperator()
                && !restart
                && old.replicas().isEmpty()) {
            services.put(
                    old.name(), old.withParks(KeptParks.plus(old.parks(), moved.wallMillis())));
        }
    }

    private void move(InstanceId id, Lifecycle to) {
        if (to == Lifecycle.GONE) {
            instances.remove(id);
            return;
        }
        change(id, i -> new KeptInstance(i.intent(), i.identity(), i.replaces(), to, i.marks()));
        if (to == Lifecycle.SERVING) {
            change(id, i -> withMark(i, Mark.APPROVED, false));
        }
    }

    private void freeze(Optional<ServiceName> service, boolean on) {
        if (service.isEmpty()) {
            // All means all: what was said of a single service before is over.
            frozen = on;
            services.replaceAll((_, s) -> s.withFrozen(on));
            return;
        }
        services.put(service.get(), service(service.get()).withFrozen(on));
    }

    private void change(InstanceId id, UnaryOperator<KeptInstance> change) {
        instances.computeIfPresent(id, (_, instance) -> change.apply(instance));
    }

    private static KeptInstance withIdentity(KeptInstance i, String identity) {
        return new KeptInstance(
                i.intent(), Optional.of(identity), i.replaces(), i.lifecycle(), i.marks());
    }

    private static KeptInstance withMark(KeptInstance i, Mark mark, boolean set) {
        EnumSet<Mark> marks = EnumSet.noneOf(Mark.class);
        marks.addAll(i.marks());
        if (set) {
            marks.add(mark);
        } else {
            marks.remove(mark);
        }
        return new KeptInstance(i.intent(), i.identity(), i.replaces(), i.lifecycle(), marks);
    }

    /** What is known of a service; a fresh one when nothing is. */
    KeptService service(ServiceName name) {
        return services.getOrDefault(name, new KeptService(name, 1, false, OptionalInt.empty()));
    }

    List<KeptInstance> instances() {
        return List.copyOf(instances.values());
    }

    boolean frozen() {
        return frozen;
    }
}
