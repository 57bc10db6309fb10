package dev.ebb.core;

import dev.ebb.core.objective.Experience;
import dev.ebb.core.objective.Goals;
import dev.ebb.core.objective.Sight;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Learns from what was seen up to which utilization the goals are kept, and puts that in the place
 * of the targets. One stretch of time is one scale-out window. What does not report, teaches
 * nothing. Pure.
 */
final class GoalKeeper {
    /** Share of newcomers from which on a stretch says more of cold instances than of load. */
    private static final double NEWCOMERS = 0.1;

    private final Policy policy;
    private final Observation seen;
    private final Goals goals;
    private final Duration stretch;

    GoalKeeper(Policy policy, Observation seen) {
        this.policy = policy;
        this.seen = seen;
        this.goals = policy.goals();
        this.stretch = policy.out().window();
    }

    /** The policy with what was learned for its targets; as it is where nothing is wanted. */
    static Policy bounded(Policy policy, LoadMemory load) {
        return policy.goals().any()
                ? load.experience().map(e -> policy.withUsable(e.usable())).orElse(policy)
                : policy;
    }

    /** The assessment with what was seen since the last one taken in. */
    Assessment learn(Assessment assessment) {
        ServiceState state = assessment.state();
        LoadMemory load = state.load();
        if (!goals.any()) {
            return load.experience().isEmpty()
                    ? assessment
                    : with(assessment, load.withExperience(Optional.empty()));
        }
        boolean outdated = assessment.instances().stream().anyMatch(Assessed::outdated);
        Experience before =
                load.experience()
                        .map(e -> e.under(goals))
                        .orElseGet(() -> Experience.fresh(goals))
                        .withOutdated(outdated, goals);
        return with(
                assessment,
                load.withExperience(Optional.of(calm(before, after(before, assessment), load))));
    }

    /** After a stop it takes a goal that is missed, not just more doubt, to start again. */
    private Experience calm(Experience before, Experience after, LoadMemory load) {
        boolean stopped =
                load.forecasts()
                        .stopped()
                        .filter(s -> !seen.now().isPast(s.atNanos(), policy.in().stabilization()))
                        .isPresent();
        return stopped ? after.allowingAtLeast(before.allowed().used()) : after;
    }

    private static Assessment with(Assessment from, LoadMemory load) {
        return new Assessment(
                from.state().withLoad(load), from.moves(), from.instances(), from.coverage());
    }

    private Experience after(Experience before, Assessment assessment) {
        LatencyPoint here = new LatencyPoint(seen.now().monotonicNanos(), seen.latency());
        if (before.from().isEmpty()) {
            return before.from(here);
        }
        LatencyPoint from = before.from().get();
        if (!seen.now().isPast(from.atNanos(), stretch)) {
            return before;
        }
        OptionalDouble used = used(assessment);
        boolean known = assessment.coverage() >= policy.in().coverage() && used.isPresent();
        return known
                ? before.after(seen.now(), sight(from, used.getAsDouble(), assessment), goals)
                        .from(here)
                : before.from(here);
    }

    private Sight sight(LatencyPoint from, double used, Assessment assessment) {
        double seconds = seen.now().nanosSince(from.atNanos()) / 1e9;
        double ended = 0;
        double failed = 0;
        int carrying = 0;
        int newcomers = 0;
        for (Assessed one : assessment.instances()) {
            ended += one.recent().requestsPerSecond();
            failed += one.recent().requestsPerSecond() * one.recent().failureShare();
            if (one.instance().carriesLoad()) {
                carrying++;
                newcomers += isNew(one.instance()) ? 1 : 0;
            }
        }
        double refused =
                assessment
                        .state()
                        .load()
                        .queue()
                        .map(q -> q.shedPerSecond(stretch.toNanos()))
                        .orElse(0.0);
        return new Sight(
                seconds,
                used,
                seen.latency().minus(from.counts()),
                (ended + refused) * seconds,
                (failed + refused) * seconds,
                newcomers <= NEWCOMERS * carrying);
    }

    private boolean isNew(Instance instance) {
        return instance.lifecycle() == Lifecycle.WARMING
                || !seen.now().isPast(instance.sinceNanos(), stretch);
    }

    /** Of the resource that binds most, over those that carry the load, by what each may use. */
    private static OptionalDouble used(Assessment assessment) {
        double cores = 0;
        double allowed = 0;
        double inFlight = 0;
        double bears = 0;
        for (Assessed one : assessment.instances()) {
            OptionalDouble cpu = one.recent().cpu();
            if (one.instance().carriesLoad() && one.fresh() && cpu.isPresent()) {
                cores += cpu.getAsDouble() * one.allowance().cpuCores();
                allowed += one.allowance().cpuCores();
                inFlight += one.recent().inFlight();
                bears += one.allowance().concurrency().orElse(0);
            }
        }
        return allowed > 0
                ? OptionalDouble.of(Math.max(cores / allowed, bears > 0 ? inFlight / bears : 0))
                : OptionalDouble.empty();
    }
}
