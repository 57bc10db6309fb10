package dev.ebb.core;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Bringing capacity back: rescue first, at once; then starts, in the same tick. Replacement of what
 * failed goes on when scaling is frozen or only observed. Pure.
 */
final class Capacity {
    /** At most this many at once, or as many as there are. */
    private static final int STARTS_AT_ONCE = 4;

    private final Tick tick;

    Capacity(Tick tick) {
        this.tick = tick;
    }

    /** Takes back what is on trial, as far as load, failures or the budget call for it. */
    ServiceState rescue(Plan plan) {
        ServiceState state = tick.assessment().state();
        List<Instance> onTrial =
                state.instances().stream()
                        .filter(Instance::isOnTrial)
                        .filter(i -> !i.is(Mark.RETIRING))
                        .sorted(Comparator.comparingInt(Capacity::rescueOrder))
                        .toList();
        if (onTrial.isEmpty()) {
            return state;
        }
        int carrying = state.count(Instance::carriesLoad);
        int deficit = tick.sizing().out() - carrying;
        boolean broken = brokenWhileOnTrial(state);
        int back = broken ? onTrial.size() : Math.min(onTrial.size(), deficit);
        if (back <= 0) {
            return state;
        }
        Reason reason = broken ? brokenReason(state) : loadReason(carrying);
        for (Instance instance : onTrial.subList(0, back)) {
            plan.order(new Command.Rescue(instance.id()), reason);
        }
        return state.withRehearsal(Optional.empty())
                .withPatience(state.patience().afterRescue(tick.now()));
    }

    /** The readiest first: parked and well, then draining, then those still being parked. */
    private static int rescueOrder(Instance instance) {
        int unwell = instance.health() == Health.HEALTHY ? 0 : 10;
        return unwell
                + switch (instance.lifecycle()) {
                    case PARKED -> 0;
                    case DRAINING -> 1;
                    default -> 2;
                };
    }

    /** Instances failed meanwhile, and too many are absent: the planned absence ends first. */
    private boolean brokenWhileOnTrial(ServiceState state) {
        int broken =
                state.count(i ->
                        (i.lifecycle().inRotation() && i.health() == Health.EJECTED)
                                || i.isMissing());
        return broken > 0 && state.absent() > state.unavailabilityBudget(tick.policy());
    }

    private Reason brokenReason(ServiceState state) {
        int absent = state.absent();
        int budget = state.unavailabilityBudget(tick.policy());
        return new Reason(
                "budget",
                "%s absent, some of them failed, and %d may be"
                        .formatted(Text.instances(absent), budget),
                Map.of("absent", (double) absent, "budget", (double) budget));
    }

    private Reason loadReason(int carrying) {
        return new Reason(
                "load_returned",
                "the load needs %s, %d carry it: %s"
                        .formatted(
                                Text.instances(tick.sizing().out()), carrying, strongest().text()),
                Map.of("needed", (double) tick.sizing().out(), "carrying", (double) carrying));
    }

    private Reason strongest() {
        return tick.sizing().needs().stream()
                .max(Comparator.comparingInt(Need::out))
                .map(Need::reason)
                .orElse(Reason.of("need", "no need known"));
    }

    /** Starts what is missing, and what the load asks for beyond what is coming. */
    ServiceState start(ServiceState state, Plan plan) {
        int max = tick.policy().range().max();
        int rescued = plan.commands.size();
        int standing = state.standing() + rescued;
        int least = state.ordered().isPresent() ? 0 : tick.policy().range().min();
        int target = Math.max(state.target() + rescued, least);
        int owed = Math.max(0, Math.min(target, Math.max(max, state.target())) - standing);
        int grown = Math.max(0, growth(state, rescued, max) - owed);
        if (owed + grown == 0) {
            return accounted(state);
        }
        Duration wait = state.failures().nextStartIn(tick.policy().start(), tick.now());
        if (wait.isPositive()) {
            plan.hold(crashLoop(state, wait));
            return state;
        }
        return order(state, plan, owed, grown);
    }

    /** How many more the load asks for than carry it, are coming, or are coming back. */
    private int growth(ServiceState state, int rescued, int max) {
        int coming =
                state.count(i ->
                        i.lifecycle() == Lifecycle.STARTING
                                || (i.lifecycle().inRotation() && i.health() == Health.UNKNOWN));
        int carrying = state.count(Instance::carriesLoad) + coming + rescued;
        int room = max - state.standing() - rescued;
        int limit = Math.max(STARTS_AT_ONCE, state.standing());
        int ceiling = state.ordered().isPresent() ? limit : Math.min(room, limit);
        return Math.clamp(tick.sizing().out() - carrying, 0, Math.max(0, ceiling));
    }

    private ServiceState order(ServiceState state, Plan plan, int owed, int grown) {
        List<Instance> missing = state.instances().stream().filter(Instance::isMissing).toList();
        int ordinal = state.nextOrdinal();
        for (int i = 0; i < owed; i++) {
            Optional<InstanceId> replaces =
                    i < missing.size() ? Optional.of(missing.get(i).id()) : Optional.empty();
            InstanceId id = new InstanceId(state.name(), ordinal++);
            plan.order(new Command.Start(id, replaces), owedReason(state, replaces));
        }
        boolean may = !tick.observing() && !state.frozen();
        for (int i = 0; i < grown; i++) {
            InstanceId id = new InstanceId(state.name(), ordinal++);
            Planned start =
                    new Planned(new Command.Start(id, Optional.empty()), List.of(strongest()));
            (may ? plan.commands : plan.withheld).add(start);
        }
        if (grown > 0 && !may) {
            plan.hold(
                    tick.observing()
                            ? Tick.OBSERVING
                            : new Hold(
                                    Reason.of("frozen", "scaling is frozen by an operator"),
                                    "ebb thaw"));
        }
        return owed == 0 ? accounted(state) : state;
    }

    private static Reason owedReason(ServiceState state, Optional<InstanceId> replaces) {
        return replaces.isPresent()
                ? Reason.of("replace", "it stands in for " + replaces.get() + ", which failed")
                : new Reason(
                        "below_target",
                        "%s should stand, %d do"
                                .formatted(Text.instances(state.target()), state.standing()),
                        Map.of(
                                "target", (double) state.target(),
                                "standing", (double) state.standing()));
    }

    /** Nothing is owed: a failure that is left needs no replacement. */
    private static ServiceState accounted(ServiceState state) {
        ServiceState next = state;
        for (Instance instance : state.instances()) {
            if (instance.isMissing()) {
                next = next.with(instance.id(), Instance::asReplaced);
            }
        }
        return next;
    }

    private Hold crashLoop(ServiceState state, Duration wait) {
        int failed = state.failures().streak(tick.policy().start().crashWindow(), tick.now());
        double seconds = wait.toMillis() / 1000.0;
        return new Hold(
                new Reason(
                        "crash_loop",
                        "instances failed young %d times in a row; next start in %s s"
                                .formatted(failed, Text.number(Math.ceil(seconds))),
                        Map.of("failures", (double) failed, "wait_s", seconds)),
                "time, and a command that stays up (ebb logs)");
    }
}
