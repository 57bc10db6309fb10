package dev.ebb.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One tick's decision for one service: assess, size, choose, project, guard, rehearse. A pure
 * function of state, observation and policy; the backtest runs this very code. The commands are
 * checked again ({@link Recheck}) before they are carried out.
 */
public final class Decider {

    /** A load that has been calm for this many stabilization windows forgets one rescue. */
    private static final int CALM_WINDOWS = 4;

    private Decider() {}

    public static Decision decide(ServiceState earlier, Observation seen, Policy asked) {
        Policy within = new Calendar(asked, earlier, seen.now()).bounded();
        Idleness idleness = new Idleness(within, earlier, seen);
        Policy told = idleness.bounded();
        ServiceState before = withoutGap(earlier, seen, told);
        Assessment assessment =
                new GoalKeeper(told, seen).learn(new Assessor(told, seen).assess(before));
        Policy policy = GoalKeeper.bounded(told, assessment.state().load());
        ServiceState state = assessment.state().withTargetOfStanding().withTargetWithin(policy);
        FallClassifier falls = new FallClassifier(policy, seen.now(), assessment);
        FallMemory fallen = falls.after(state.load().fallsSoFar());
        state = state.withLoad(state.load().withFalls(fallen));
        state = state.withLoad(state.load().withQuiet(idleness.quiet()));
        Sizer sizer = new Sizer(policy, assessment, seen);
        state = foresee(earlier, state, assessment, sizer);
        Sizing present = sizer.size(state, 0);
        state = remember(state, assessment, present, seen, policy);
        long counts = state.waits(policy).toNanos();
        Sizing sizing = sizer.size(state, state.load().needs().highest(counts));
        Assessment current =
                new Assessment(
                        state, assessment.moves(), assessment.instances(), assessment.coverage());
        Plan plan = new Plan();
        state = plan(new Tick(policy, seen, current, sizing, new Proof(seen)), plan);
        return decision(state, current, sizing, plan, policy, falls.verdict(fallen));
    }

    /** Ticks may be late, but not later than data may be old. */
    private static ServiceState withoutGap(ServiceState state, Observation seen, Policy policy) {
        boolean gap =
                !state.load().latency().isEmpty()
                        && state.load().latency().ageNanos(seen.now())
                                > policy.in().freshness().toNanos();
        return gap ? state.afterGap(policy, seen.now()) : state;
    }

    private static ServiceState foresee(
            ServiceState earlier, ServiceState state, Assessment assessment, Sizer sizer) {
        Forecasts forecasts = state.load().forecasts();
        for (Move move : assessment.moves()) {
            if (move.from() == Lifecycle.STARTING && move.to().inRotation()) {
                Optional<Duration> took = earlier.find(move.id()).map(i -> sizer.sinceBirth(i));
                forecasts = took.map(forecasts::started).orElse(forecasts);
            }
        }
        // Readings that contradict each other teach nothing.
        boolean hole =
                state.load().fallsSoFar().doubted().equals(Optional.of(FallKind.METRIC_HOLE));
        if (!hole) {
            forecasts = sizer.foresee(forecasts, assessment.coverage());
        }
        return state.withLoad(state.load().withForecasts(forecasts));
    }

    private static ServiceState remember(
            ServiceState state,
            Assessment assessment,
            Sizing present,
            Observation seen,
            Policy policy) {
        double learned = learn(state, assessment);
        int need = Sizer.present(present.needs());
        Duration calm = policy.in().stabilization().multipliedBy(CALM_WINDOWS);
        LoadMemory load = state.load();
        return state.withLoad(load.withNeeds(load.needs().plus(need, seen.now()), learned))
                .withPatience(state.patience().decayed(seen.now(), calm.toNanos()));
    }

    /** The most requests in flight per instance that went well: hardly any failure. */
    private static double learn(ServiceState state, Assessment assessment) {
        double best = state.load().learnedConcurrency();
        for (Assessed one : assessment.instances()) {
            boolean well =
                    one.instance().isHealthyServing()
                            && one.fresh()
                            && one.stable().failureShare() < 0.01
                            && one.stable().requestsPerSecond() > 0;
            if (well) {
                best = Math.max(best, one.stable().inFlight());
            }
        }
        return best;
    }

    private static ServiceState plan(Tick tick, Plan plan) {
        Capacity capacity = new Capacity(tick);
        ServiceState state = capacity.rescue(plan);
        state = capacity.start(state, plan);
        Calendar calendar = new Calendar(tick.policy(), state, tick.now());
        calendar.heldBack(tick.sizing().needs()).ifPresent(plan::hold);
        if (state.ordered().isEmpty()) {
            new QueryNeeds(tick.policy(), tick.seen()).holds().forEach(plan::hold);
        }
        new Restarts(tick).plan(state, plan);
        new Endings(tick).plan(state, plan);
        if (state.instances().stream().anyMatch(Instance::isOnTrial)) {
            return new Rehearse(tick).plan(state, plan);
        }
        state = state.withRehearsal(Optional.empty());
        new Removal(tick).plan(state, plan);
        return state;
    }

    private static Decision decision(
            ServiceState state,
            Assessment assessment,
            Sizing sizing,
            Plan plan,
            Policy policy,
            Optional<Reason> fall) {
        int serving = state.count(Instance::carriesLoad);
        int standing = state.standing();
        int wanted = sizing.out() > standing ? sizing.out() : Math.min(sizing.in(), standing);
        List<Planned> all = new ArrayList<>(plan.commands);
        all.addAll(plan.withheld);
        return new Decision(
                state,
                assessment.moves(),
                plan.commands,
                new Explanation(
                        serving,
                        Math.clamp(wanted, 0, Math.max(policy.range().max(), standing)),
                        sizing.needs(),
                        plan.ranking,
                        all,
                        plan.holds,
                        fall),
                assessment.instances());
    }
}
