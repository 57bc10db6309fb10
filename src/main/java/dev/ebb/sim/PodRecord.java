package dev.ebb.sim;

import dev.ebb.control.JournalEntry;
import dev.ebb.control.JournalEntry.KeptInstance;
import dev.ebb.control.JournalEntry.KeptService;
import dev.ebb.control.LaunchIntent;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Now;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The pods themselves are the record, as with the Kubernetes driver: the gate says who is parked,
 * an annotation who is a victim. Nothing else is kept from one leader to the next. While the API
 * server does not answer, nothing can be relied on. Single-threaded.
 */
final class PodRecord implements SimRecord {
    private final Collection<SimWorkload> workloads;
    private final Supplier<Collection<PodControl>> controls;
    private final BooleanSupplier blind;
    private final Supplier<Now> clock;

    /**
     * @param controls of the present life
     */
    PodRecord(
            Collection<SimWorkload> workloads,
            Supplier<Collection<PodControl>> controls,
            BooleanSupplier blind,
            Supplier<Now> clock) {
        this.workloads = workloads;
        this.controls = controls;
        this.blind = blind;
        this.clock = clock;
    }

    @Override
    public Appended append(JournalEntry entry, Durability durability) {
        return blind.getAsBoolean()
                ? new Appended.Failed("the API server does not answer")
                : new Appended.Written();
    }

    @Override
    public boolean wantsCheckpoint() {
        return false;
    }

    @Override
    public Appended beginSegment(JournalEntry.Checkpoint checkpoint) {
        return blind.getAsBoolean()
                ? new Appended.Failed("the API server does not answer")
                : new Appended.Written();
    }

    @Override
    public boolean keepsIntents() {
        return false;
    }

    /** From what the pods say, as they are seen. Gives names to those that have none. */
    @Override
    public List<JournalEntry> recover() {
        Now now = clock.get();
        List<KeptService> services = new ArrayList<>();
        List<KeptInstance> kept = new ArrayList<>();
        for (PodControl control : controls.get()) {
            SimWorkload workload = control.workload;
            for (SimPod pod : control.pods.seen()) {
                if (pod.counts()) {
                    LaunchIntent intent =
                            workload.intent(pod.number())
                                    .orElseGet(() -> named(workload, pod, now));
                    control.fleet.adopt(intent.id(), pod, state(pod) != Lifecycle.STARTING);
                    kept.add(kept(intent, pod));
                }
            }
            services.add(
                    new KeptService(
                            workload.service.model.name(),
                            workload.nextOrdinal(),
                            false,
                            OptionalInt.empty()));
        }
        return List.of(new JournalEntry.Checkpoint(now.wallMillis(), false, services, kept));
    }

    private static LaunchIntent named(SimWorkload workload, SimPod pod, Now now) {
        var id = new InstanceId(workload.service.model.name(), workload.nextOrdinal());
        LaunchIntent intent = PodFleet.intent(id, pod.number(), now);
        workload.name(pod.number(), intent);
        return intent;
    }

    private static KeptInstance kept(LaunchIntent intent, SimPod pod) {
        return new KeptInstance(
                intent, Optional.of("uid-" + pod.number()), Optional.empty(), state(pod), Set.of());
    }

    private static Lifecycle state(SimPod pod) {
        if (pod.removal().isPresent()) {
            return Lifecycle.STOPPING;
        }
        if (pod.gate().isPresent() && !pod.gate().get()) {
            return Lifecycle.PARKED;
        }
        return pod.containersReady() ? Lifecycle.SERVING : Lifecycle.STARTING;
    }

    /** As the API server has it; of how many were parked in an hour nothing is kept. */
    @Override
    public List<JournalEntry> durable() {
        List<KeptInstance> kept = new ArrayList<>();
        for (SimWorkload workload : workloads) {
            for (SimPod pod : workload.pods.now()) {
                workload.intent(pod.number()).ifPresent(intent -> kept.add(kept(intent, pod)));
            }
        }
        return List.of(new JournalEntry.Checkpoint(0, false, List.of(), kept));
    }
}
