package dev.ebb.core;

import dev.ebb.core.objective.Experience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Everything that the decider remembers of one service between two ticks. Immutable; the same
 * state, observation and policy always give the same decision.
 *
 * @param warmup how long a new instance's share grows to full
 * @param generation of the newest endpoint snapshot; grows with every change that data planes see
 * @param nextOrdinal for the next instance
 * @param target how many instances should stand; failures do not change it
 * @param frozen whether scaling is stopped by an operator
 * @param ordered number of instances fixed by an operator
 * @param journalDown whether the journal cannot be written; nothing is removed meanwhile
 * @param instances all that are not gone, by ordinal
 * @param load what is remembered of the load
 * @param rehearsal the removal that is on trial
 */
public record ServiceState(
        ServiceName name,
        Duration warmup,
        long generation,
        int nextOrdinal,
        int target,
        boolean frozen,
        OptionalInt ordered,
        boolean journalDown,
        List<Instance> instances,
        LoadMemory load,
        Optional<Rehearsal> rehearsal,
        Failures failures,
        Patience patience) {

    public ServiceState {
        instances = List.copyOf(instances);
    }

    /** A service of which nothing is known yet. */
    public static ServiceState fresh(ServiceName name, Policy policy, Duration warmup, Now now) {
        return new ServiceState(
                name,
                warmup,
                0,
                1,
                policy.range().initial(),
                false,
                OptionalInt.empty(),
                false,
                List.of(),
                LoadMemory.fresh(policy, now),
                Optional.empty(),
                Failures.NONE,
                Patience.FRESH);
    }

    /**
     * After a time in which nothing was observed: what is known of the load has a hole, and rates
     * over it are no rates. It is forgotten, as in a new life; a trial starts again. Nobody knows
     * that what is ejected was so all the time.
     */
    public ServiceState afterGap(Policy policy, Now now) {
        return withInstances(instances.stream().map(i -> i.afterGap(now)).toList())
                .withLoad(load.afterGap(policy, now))
                .withRehearsal(Optional.empty());
    }

    public Optional<Instance> find(InstanceId id) {
        return instances.stream().filter(i -> i.id().equals(id)).findFirst();
    }

    public int count(Predicate<Instance> which) {
        int count = 0;
        for (Instance instance : instances) {
            if (which.test(instance)) {
                count++;
            }
        }
        return count;
    }

    /** Those that are meant to stay: starting or in rotation, well or not. */
    public int standing() {
        return count(Instance::isStanding);
    }

    /**
     * How many should stand: the target, within the range; failures do not change it. A size that
     * an operator ordered may be outside of the range.
     */
    public int due(Policy policy) {
        return ordered.isPresent()
                ? target
                : Math.clamp(target, policy.range().min(), policy.range().max());
    }

    /**
     * For how long the highest need counts: the stabilization window, longer after removals that
     * were taken back, and no longer than the load's own window where a known trough has begun.
     */
    Duration waits(Policy policy) {
        Duration usual = policy.in().stabilization();
        Duration load = policy.in().window();
        boolean early =
                policy.objective().isPresent()
                        && patience.factor() == 1
                        && load.compareTo(usual) < 0
                        && load().forecasts().isTrough();
        return early ? load : usual.multipliedBy(patience.factor());
    }

    /**
     * This state with a target that covers all that stand. What stands ejected and has been made up
     * for does not count: whether it comes back is open.
     */
    ServiceState withTargetOfStanding() {
        int counting =
                count(i -> i.isStanding() && !(i.health() == Health.EJECTED && i.replaced()));
        return counting > target ? withTarget(counting) : this;
    }

    /**
     * This state with a target that may be had: no more than are allowed now, or stand. What was
     * wanted beyond a ceiling must not be owed once an instance goes.
     */
    ServiceState withTargetWithin(Policy policy) {
        int most = Math.max(policy.range().max(), standing());
        return ordered.isEmpty() && target > most ? withTarget(most) : this;
    }

    /**
     * Places that somebody must still take: of those that failed, and of those that are to be
     * restarted and have no stand-in. A failed stand-in's place is that of the one to be restarted.
     */
    public List<InstanceId> vacancies() {
        Set<InstanceId> leaving = new HashSet<>();
        Set<InstanceId> taken = new HashSet<>();
        for (Instance instance : instances) {
            if (instance.is(Mark.RETIRING) && instance.lifecycle().inRotation()) {
                leaving.add(instance.id());
            }
            if (instance.isStanding()) {
                instance.replaces().ifPresent(taken::add);
            }
        }
        Set<InstanceId> vacant = new LinkedHashSet<>();
        for (Instance instance : instances) {
            if (instance.isMissing() && instance.replaces().filter(leaving::contains).isEmpty()) {
                vacant.add(instance.id());
            }
        }
        leaving.stream().filter(id -> !taken.contains(id)).sorted().forEach(vacant::add);
        return List.copyOf(vacant);
    }

    /** Those that count against the unavailability budget. */
    public int absent() {
        return count(i ->
                i.lifecycle().canBeRescued()
                        || (i.lifecycle().inRotation() && i.health() == Health.EJECTED)
                        || i.isMissing());
    }

    /** How many may be absent at once. */
    public int unavailabilityBudget(Policy policy) {
        int fleet = standing() + count(i -> i.lifecycle().canBeRescued() || i.isMissing());
        return Math.max(1, (int) Math.floor(fleet * policy.in().unavailabilityBudget()));
    }

    /**
     * The state after a command was carried out.
     *
     * @throws IllegalStateException when the instance cannot do that
     */
    public ServiceState after(Command command, Now now) {
        return switch (command) {
            case Command.Start start -> afterStart(start, now);
            case Command.Park(InstanceId id) ->
                    withGeneration(generation + 1)
                            .withPatience(counts(id) ? patience.parked(now) : patience)
                            .withTarget(Math.max(0, target - place(id)))
                            .with(
                                    id,
                                    i -> i.become(Lifecycle.PARKING, now).parkedAt(generation + 1));
            case Command.Rescue(InstanceId id) ->
                    withGeneration(generation + 1)
                            .withTarget(target + place(id))
                            .with(
                                    id,
                                    i ->
                                            i.become(Lifecycle.SERVING, now)
                                                    .parkedAt(0)
                                                    .withMark(Mark.APPROVED, false));
            case Command.Drain(InstanceId id) ->
                    // Parked, it went on with its sessions: what proves now is the drain's
                    // snapshot.
                    withGeneration(generation + 1)
                            .with(
                                    id,
                                    i ->
                                            i.become(Lifecycle.DRAINING, now)
                                                    .parkedAt(generation + 1));
            case Command.Stop(InstanceId id, boolean _) ->
                    withGeneration(generation + 1)
                            .with(id, i -> i.become(Lifecycle.STOPPING, now))
                            .withLoad(load.withForecasts(load.forecasts().stopping(now)));
        };
    }

    /** Whether its park is one of those that an hour may have so many of. */
    private boolean counts(InstanceId id) {
        return ordered.isEmpty() && place(id) > 0;
    }

    /** One that is to be restarted has given its place away already. */
    private int place(InstanceId id) {
        return find(id).filter(i -> i.is(Mark.RETIRING)).isPresent() ? 0 : 1;
    }

    private ServiceState afterStart(Command.Start start, Now now) {
        long parked = generation + 1;
        ServiceState next =
                start.replaces()
                        .map(failed -> with(failed, Instance::asReplaced))
                        .orElse(this)
                        .withGeneration(parked)
                        .withOrdinalAfter(start.id());
        List<Instance> all = new ArrayList<>(next.instances);
        all.add(Instance.starting(start.id(), start.replaces(), parked, now));
        return next.withInstances(all).withTargetOfStanding();
    }

    private ServiceState withOrdinalAfter(InstanceId id) {
        return new ServiceState(
                name,
                warmup,
                generation,
                Math.max(nextOrdinal, id.ordinal() + 1),
                target,
                frozen,
                ordered,
                journalDown,
                instances,
                load,
                rehearsal,
                failures,
                patience);
    }

    /** This state with one instance changed; one that is not there changes nothing. */
    public ServiceState with(InstanceId id, UnaryOperator<Instance> change) {
        List<Instance> next = new ArrayList<>(instances.size());
        for (Instance instance : instances) {
            next.add(instance.id().equals(id) ? change.apply(instance) : instance);
        }
        return withInstances(next);
    }

    public ServiceState withInstances(List<Instance> next) {
        return new ServiceState(
                name,
                warmup,
                generation,
                nextOrdinal,
                target,
                frozen,
                ordered,
                journalDown,
                next,
                load,
                rehearsal,
                failures,
                patience);
    }

    public ServiceState withGeneration(long next) {
        return new ServiceState(
                name,
                warmup,
                next,
                nextOrdinal,
                target,
                frozen,
                ordered,
                journalDown,
                instances,
                load,
                rehearsal,
                failures,
                patience);
    }

    public ServiceState withTarget(int next) {
        return new ServiceState(
                name,
                warmup,
                generation,
                nextOrdinal,
                next,
                frozen,
                ordered,
                journalDown,
                instances,
                load,
                rehearsal,
                failures,
                patience);
    }

    public ServiceState withNextOrdinal(int next) {
        return new ServiceState(
                name,
                warmup,
                generation,
                next,
                target,
                frozen,
                ordered,
                journalDown,
                instances,
                load,
                rehearsal,
                failures,
                patience);
    }

    public ServiceState withFrozen(boolean next) {
        return new ServiceState(
                name,
                warmup,
                generation,
                nextOrdinal,
                target,
                next,
                ordered,
                journalDown,
                instances,
                load,
                rehearsal,
                failures,
                patience);
    }

    public ServiceState withOrdered(OptionalInt next) {
        return new ServiceState(
                name,
                warmup,
                generation,
                nextOrdinal,
                target,
                frozen,
                next,
                journalDown,
                instances,
                load,
                rehearsal,
                failures,
                patience);
    }

    public ServiceState withJournalDown(boolean next) {
        return new ServiceState(
                name,
                warmup,
                generation,
                nextOrdinal,
                target,
                frozen,
                ordered,
                next,
                instances,
                load,
                rehearsal,
                failures,
                patience);
    }

    /** With what an earlier life learned of the load. */
    public ServiceState withLearned(LoadMemory earlier) {
        LoadMemory next =
                load.withForecasts(earlier.forecasts())
                        .withExperience(earlier.experience().map(Experience::afterGap));
        return withLoad(
                earlier.queue().map(QueueMemory::afterGap).map(next::withQueue).orElse(next));
    }

    public ServiceState withLoad(LoadMemory next) {
        return new ServiceState(
                name,
                warmup,
                generation,
                nextOrdinal,
                target,
                frozen,
                ordered,
                journalDown,
                instances,
                next,
                rehearsal,
                failures,
                patience);
    }

    public ServiceState withRehearsal(Optional<Rehearsal> next) {
        return new ServiceState(
                name,
                warmup,
                generation,
                nextOrdinal,
                target,
                frozen,
                ordered,
                journalDown,
                instances,
                load,
                next,
                failures,
                patience);
    }

    public ServiceState withFailures(Failures next) {
        return new ServiceState(
                name,
                warmup,
                generation,
                nextOrdinal,
                target,
                frozen,
                ordered,
                journalDown,
                instances,
                load,
                rehearsal,
                next,
                patience);
    }

    public ServiceState withPatience(Patience next) {
        return new ServiceState(
                name,
                warmup,
                generation,
                nextOrdinal,
                target,
                frozen,
                ordered,
                journalDown,
                instances,
                load,
                rehearsal,
                failures,
                next);
    }
}
