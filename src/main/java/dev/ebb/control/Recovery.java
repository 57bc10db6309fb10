package dev.ebb.control;

import dev.ebb.control.Journal.Durability;
import dev.ebb.control.JournalEntry.KeptInstance;
import dev.ebb.core.Instance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.LoadMemory;
import dev.ebb.core.Mark;
import dev.ebb.core.Now;
import dev.ebb.core.Patience;
import dev.ebb.core.Policy;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import dev.ebb.core.ServiceState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Puts a service's state together again after a restart: what the journal says, held against what
 * the platform still finds. What was on its way out starts its trial again; only what was STOPPING
 * goes on to be stopped. Control thread only.
 */
final class Recovery {
    private final Ports ports;
    private final Recorder recorder;
    private final Kept kept;
    private final Now now;
    private final Map<InstanceId, String> alive;
    private final Map<ServiceName, LoadMemory> learned;

    Recovery(Ports ports, Recorder recorder, Kept kept, Now now) {
        this.ports = ports;
        this.recorder = recorder;
        this.kept = kept;
        this.now = now;
        this.learned = ports.journal().learned();
        this.alive =
                ports.platform()
                        .adopt(
                                kept.instances().stream()
                                        .map(i -> new Platform.Known(i.intent(), i.identity()))
                                        .toList());
    }

    ServiceLoop recover(ServicePlan plan, boolean allFrozen) {
        List<KeptInstance> mine =
                kept.instances().stream()
                        .filter(i -> i.intent().id().service().equals(plan.name()))
                        .toList();
        Set<InstanceId> replaced =
                mine.stream()
                        .flatMap(i -> i.replaces().stream())
                        .collect(Collectors.toCollection(HashSet::new));
        JournalEntry.KeptService service = kept.service(plan.name());
        ServiceState state =
                ServiceState.fresh(plan.name(), plan.policy(), plan.balance().slowStart(), now)
                        .withNextOrdinal(service.nextOrdinal())
                        .withFrozen(allFrozen || service.frozen())
                        .withOrdered(service.replicas())
                        .withPatience(
                                Patience.FRESH.withParks(
                                        KeptParks.toMonotonic(service.parks(), now)))
                        .withGeneration(
                                ports.sink().report(plan.name(), now).acknowledgedGeneration() + 1);
        LoadMemory earlier = learned.get(plan.name());
        if (earlier != null) {
            state = state.withLearned(earlier);
        }
        ServiceLoop loop = new ServiceLoop(plan, ports, recorder, state, service.began());
        List<Instance> instances = new ArrayList<>();
        for (KeptInstance one : mine) {
            restore(loop, one, replaced).ifPresent(instances::add);
        }
        state = state.withInstances(instances);
        loop.state = state.withTarget(target(state, plan));
        return loop;
    }

    /** As many as stood or should have; in the beginning, what a person ordered or configured. */
    private int target(ServiceState state, ServicePlan plan) {
        int meantToStand = state.standing() + state.vacancies().size();
        if (meantToStand == 0) {
            Policy.Range range = plan.policy().range();
            boolean none = range.min() == 0 && kept.scaledToNone(plan.name());
            return state.ordered().orElse(none ? 0 : range.initial());
        }
        int least = state.ordered().isPresent() ? 0 : plan.policy().range().min();
        return Math.max(least, meantToStand);
    }

    private Optional<Instance> restore(
            ServiceLoop loop, KeptInstance one, Set<InstanceId> replaced) {
        InstanceId id = one.intent().id();
        Optional<String> identity = Optional.ofNullable(alive.get(id));
        boolean lives = identity.isPresent();
        Lifecycle to = lives ? livingAgain(one.lifecycle()) : Lifecycle.FAILED;
        if (!lives && one.lifecycle() == Lifecycle.STOPPING) {
            note(one, Lifecycle.GONE, "it ended while Ebb was away");
            return Optional.empty();
        }
        if (to != one.lifecycle()) {
            note(one, to, lives ? "Ebb restarted" : "it ended while Ebb was away");
        }
        loop.intents.put(id, one.intent());
        identity.ifPresent(found -> loop.identified(id, found, true, now));
        if (lives && to == Lifecycle.STOPPING) {
            ports.platform().stop(id, loop.plan.policy().drain().grace());
        }
        return Optional.of(instance(loop, one, to, lives, replaced.contains(id)));
    }

    private Instance instance(
            ServiceLoop loop, KeptInstance one, Lifecycle to, boolean lives, boolean replaced) {
        long generation = loop.state.generation();
        Instance instance =
                Instance.starting(one.intent().id(), one.replaces(), generation, now)
                        .in(to, now.monotonicNanos())
                        .parkedAt(to.inRotation() ? 0 : generation);
        for (Mark mark : one.marks()) {
            instance = instance.withMark(mark, true);
        }
        boolean wasLeaving =
                one.lifecycle().canBeRescued() || one.lifecycle() == Lifecycle.STOPPING;
        boolean failed = to == Lifecycle.FAILED;
        if ((failed && wasLeaving) || (replaced && (failed || instance.is(Mark.RETIRING)))) {
            instance = instance.asReplaced();
        }
        return lives ? instance : instance.asExited();
    }

    private static Lifecycle livingAgain(Lifecycle before) {
        return before.canBeRescued() ? Lifecycle.PARKED : before;
    }

    private void note(KeptInstance one, Lifecycle to, String why) {
        recorder.record(
                new JournalEntry.Moved(
                        now.wallMillis(),
                        one.intent().id(),
                        one.lifecycle(),
                        to,
                        List.of(Reason.of(Done.RECOVERED, why)),
                        0,
                        false),
                Durability.LATER);
    }

    /** Instances that live and belong to no service of the present configuration. */
    List<KeptInstance> leftovers(List<ServicePlan> plans) {
        Set<ServiceName> known = plans.stream().map(ServicePlan::name).collect(Collectors.toSet());
        return kept.instances().stream()
                .filter(i -> !known.contains(i.intent().id().service()))
                .filter(i -> alive.containsKey(i.intent().id()))
                .toList();
    }
}
