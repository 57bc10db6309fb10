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

    /** In one tick; each is made durable before it is spawned, and rescues must not wait for it. */
    private static final int STARTS_MAX = 256;

    /** Parked by an earlier life with another mode; it could never be stopped in this one. */
    private static final Reason OBSERVED =
            Reason.of("observe", "the mode is observe now: nothing stays parked");

    private static final Reason UNAPPROVED =
            Reason.of("unapproved", "the mode is recommend, and nobody has approved its removal");

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
                        .filter(i -> !i.is(Mark.RETIRING) && i.health() != Health.EJECTED)
                        .sorted(
                                Comparator.comparing(this::mayLeave)
                                        .thenComparingInt(Capacity::rescueOrder))
                        .toList();
        if (onTrial.isEmpty()) {
            return state;
        }
        int carrying = state.count(Instance::carriesLoad);
        int deficit = tick.sizing().out() - carrying - state.count(this::isNotYetJudged);
        boolean broken = brokenWhileOnTrial(state);
        int stray = (int) onTrial.stream().filter(i -> !mayLeave(i)).count();
        int most = broken ? onTrial.size() : Math.max(stray, deficit);
        int back = Math.min(onTrial.size(), most);
        if (back <= 0) {
            return state;
        }
        Reason asked = broken ? brokenReason(state) : loadReason(carrying);
        for (Instance instance : onTrial.subList(0, back)) {
            boolean leaves = broken || mayLeave(instance);
            Reason reason = leaves ? asked : tick.observing() ? OBSERVED : UNAPPROVED;
            plan.order(new Command.Rescue(instance.id()), reason);
        }
        return state.withRehearsal(Optional.empty())
                .withPatience(state.patience().afterRescue(tick.now()));
    }

    /** Whether the mode lets it be removed. */
    private boolean mayLeave(Instance instance) {
        return switch (tick.policy().mode()) {
            case OBSERVE -> false;
            case RECOMMEND -> instance.is(Mark.APPROVED);
            case AUTOMATIC -> true;
        };
    }

    /** After a restart of Ebb nobody is known to be well for a moment: no reason to act. */
    private boolean isNotYetJudged(Instance instance) {
        return instance.lifecycle().inRotation()
                && instance.health() == Health.UNKNOWN
                && !tick.now().isPast(instance.healthSinceNanos(), tick.policy().in().freshness());
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
        int rescued = plan.commands.size();
        int standing = state.standing() + rescued;
        int due = state.withTarget(state.target() + rescued).due(tick.policy());
        int owed = Math.max(0, due - standing);
        int grown = Math.max(0, growth(state, rescued, tick.policy().range().max()) - owed);
        if (owed + grown == 0) {
            return accounted(state);
        }
        Duration wait = state.failures().nextStartIn(tick.policy().start(), tick.now());
        if (wait.isPositive()) {
            plan.hold(crashLoop(state, wait));
            return state;
        }
        int now = Math.min(owed, STARTS_MAX);
        order(state, plan, now, Math.min(grown, STARTS_MAX - now));
        return owed == 0 ? accounted(state) : state;
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

    private void order(ServiceState state, Plan plan, int owed, int grown) {
        List<InstanceId> vacant = state.vacancies();
        int ordinal = state.nextOrdinal();
        for (int i = 0; i < owed; i++) {
            Optional<InstanceId> replaces =
                    i < vacant.size() ? Optional.of(vacant.get(i)) : Optional.empty();
            InstanceId id = new InstanceId(state.name(), ordinal++);
            plan.order(new Command.Start(id, replaces), owedReason(state, replaces));
        }
        boolean may = !tick.withholds() && !state.frozen();
        List<InstanceId> unwell = ejected(state);
        for (int i = 0; i < grown; i++) {
            InstanceId id = new InstanceId(state.name(), ordinal++);
            Planned start = i < unwell.size() ? instead(id, unwell.get(i)) : more(id);
            (may ? plan.commands : plan.withheld).add(start);
        }
        if (grown > 0 && !may) {
            plan.hold(
                    tick.observing() || (tick.recommending() && !state.frozen())
                            ? tick.withheld(state)
                            : new Hold(
                                    Reason.of("frozen", "scaling is frozen by an operator"),
                                    "ebb thaw"));
        }
    }

    /** Those whose load others must bear, with nobody started for them yet. */
    private static List<InstanceId> ejected(ServiceState state) {
        return state.instances().stream()
                .filter(i -> i.lifecycle().inRotation() && i.health() == Health.EJECTED)
                .filter(i -> !i.replaced())
                .map(Instance::id)
                .toList();
    }

    private Planned more(InstanceId id) {
        return new Planned(new Command.Start(id, Optional.empty()), List.of(strongest()));
    }

    /** Should the ejected one fail in the end, it has been made up for. */
    private Planned instead(InstanceId id, InstanceId ejected) {
        return new Planned(
                new Command.Start(id, Optional.of(ejected)),
                List.of(
                        strongest(),
                        Reason.of(
                                "replace", "it stands in for " + ejected + ", which is ejected")));
    }

    private Reason owedReason(ServiceState state, Optional<InstanceId> replaces) {
        Optional<Reason> waits =
                tick.sizing().needs().stream()
                        .filter(n -> n.source().equals(Idleness.WAITING))
                        .map(Need::reason)
                        .findFirst();
        if (replaces.isEmpty() && waits.isPresent()) {
            return waits.get();
        }
        if (replaces.isEmpty()) {
            int due = state.due(tick.policy());
            return new Reason(
                    "below_target",
                    "%s should stand, %d do".formatted(Text.instances(due), state.standing()),
                    Map.of("target", (double) due, "standing", (double) state.standing()));
        }
        InstanceId old = replaces.get();
        boolean restart = state.find(old).filter(i -> i.lifecycle().inRotation()).isPresent();
        return restart
                ? Reason.of("restart", "an operator ordered the restart of " + old)
                : Reason.of("replace", "it stands in for " + old + ", which failed");
    }

    /** Nothing is owed: a failure that is left needs no replacement. */
    private static ServiceState accounted(ServiceState state) {
        return state.count(Instance::isMissing) == 0
                ? state
                : state.withInstances(
                        state.instances().stream()
                                .map(i -> i.isMissing() ? i.asReplaced() : i)
                                .toList());
    }

    private Hold crashLoop(ServiceState state, Duration wait) {
        int failed = state.failures().streak(tick.policy().start(), tick.now());
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
