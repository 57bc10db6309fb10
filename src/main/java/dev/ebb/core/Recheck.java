package dev.ebb.core;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The second look: a command against facts read just before it is carried out. It re-derives the
 * invariants from the fresh facts and does not trust the decision. Pure.
 */
public final class Recheck {

    /** Who wants the command. Some limits bind only Ebb itself. */
    public enum By {
        DECIDER,
        OPERATOR
    }

    private final Policy policy;
    private final Now now;
    private final Proof proof;
    private final Optional<Reason> uncounted;
    private final Optional<Reason> unanswered;
    private final double coverage;
    private final int needed;

    /**
     * @param state before any command of this tick
     * @param fresh facts read after the decision
     */
    public Recheck(ServiceState state, Observation fresh, Policy policy) {
        Policy within = new Calendar(policy, state, fresh.now()).bounded();
        Policy told = new Idleness(within, state, fresh).bounded();
        this.policy = GoalKeeper.bounded(told, state.load());
        this.proof = new Proof(fresh);
        this.uncounted = fresh.uncounted().map(Hold::why);
        this.now = fresh.now();
        Assessment latest = new Assessor(this.policy, fresh).assess(state);
        Sizing sizing = new Sizer(this.policy, latest, fresh).size(latest.state(), 0);
        this.unanswered =
                new QueryNeeds(this.policy, fresh).holds().stream().map(Hold::why).findFirst();
        this.coverage = latest.coverage();
        this.needed = Math.max(sizing.out(), sizing.in());
    }

    /**
     * What speaks against it now; empty when it may go ahead.
     *
     * @param state with the commands of this tick that were carried out already
     */
    public Optional<Reason> objection(ServiceState state, Command command, By by) {
        Instance instance = state.find(command.id()).orElse(null);
        return switch (command) {
            case Command.Start _ ->
                    instance == null
                            ? Optional.empty()
                            : no("exists", "an instance of that name exists");
            case Command.Park _ -> park(state, instance, by);
            case Command.Rescue _ ->
                    instance != null && instance.lifecycle().canBeRescued()
                            ? Optional.empty()
                            : no("not_parked", "it is not parked any more");
            case Command.Drain _ ->
                    instance != null && instance.lifecycle() == Lifecycle.PARKED
                            ? removal(state, instance, by)
                            : no("not_parked", "it is not parked any more");
            case Command.Stop(InstanceId _, boolean cut) -> stop(state, instance, cut, by);
        };
    }

    private Optional<Reason> park(ServiceState state, @Nullable Instance instance, By by) {
        boolean exempt = instance != null && isExempt(instance, by);
        boolean serves = instance != null && instance.lifecycle() == Lifecycle.SERVING;
        if (instance == null || !serves || !(exempt || instance.isHealthyServing())) {
            return no("not_serving", "it is not a healthy serving instance any more");
        }
        if (!exempt && state.absent() + 1 > state.unavailabilityBudget(policy)) {
            return no("budget", "too many would be absent");
        }
        if (!exempt && new HourlyBudget(policy, state, now).room() <= 0) {
            return no("per_hour", "as many as may be were parked within an hour");
        }
        return removal(state, instance, by)
                .or(() -> exempt ? Optional.empty() : capacity(state, 1));
    }

    /** A person named it: limits of what Ebb may do by itself do not bind. */
    private static boolean isExempt(Instance instance, By by) {
        return by == By.OPERATOR || instance.is(Mark.RETIRING);
    }

    /** The conditions that any step of a removal must keep. */
    private Optional<Reason> removal(ServiceState state, Instance instance, By by) {
        if (by == By.OPERATOR) {
            return Optional.empty();
        }
        if (state.journalDown()) {
            return no("journal_down", "the journal cannot be written");
        }
        if (uncounted.isPresent()) {
            return uncounted;
        }
        if (unanswered.isPresent() && state.ordered().isEmpty() && !isExempt(instance, by)) {
            return unanswered;
        }
        return coverage < policy.in().coverage() && !isExempt(instance, by)
                ? no("coverage", "too few instances report")
                : Optional.empty();
    }

    /** Healthy serving instances left must do for the least and for the need of this moment. */
    private Optional<Reason> capacity(ServiceState state, int leaving) {
        int left = state.count(Instance::isHealthyServing) - leaving;
        int least = Math.max(state.ordered().isPresent() ? 0 : policy.range().min(), needed);
        return left >= least
                ? Optional.empty()
                : Optional.of(
                        new Reason(
                                "needed",
                                "%s would be left, %d are needed"
                                        .formatted(Text.instances(left), least),
                                Map.of("left", (double) left, "needed", (double) least)));
    }

    private Optional<Reason> stop(
            ServiceState state, @Nullable Instance instance, boolean cut, By by) {
        if (instance == null) {
            return no("unknown", "there is no such instance");
        }
        boolean failed = instance.lifecycle() == Lifecycle.FAILED;
        if (!failed && instance.lifecycle() != Lifecycle.DRAINING) {
            return no("not_draining", "it is not draining any more");
        }
        if (state.journalDown()) {
            return no("journal_down", "the journal cannot be written");
        }
        if (!cut && !proof.nothingInFlight(instance)) {
            return uncounted.or(() -> no("in_flight", "requests are in flight again"));
        }
        return failed || isExempt(instance, by)
                ? Optional.empty()
                : removal(state, instance, by).or(() -> capacity(state, 0));
    }

    private static Optional<Reason> no(String code, String text) {
        return Optional.of(Reason.of(code, text));
    }
}
