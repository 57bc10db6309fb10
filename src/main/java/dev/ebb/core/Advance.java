package dev.ebb.core;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What facts alone do to an instance's life: it became ready, it warmed up, every data plane has
 * acknowledged that it is parked, it ended, it stopped answering. One object a tick: it counts how
 * many it has given up.
 */
final class Advance {
    private final Policy policy;
    private final Observation seen;
    private final ServiceState state;
    private final int budget;
    private int failing;

    Advance(Policy policy, Observation seen, ServiceState state) {
        this.policy = policy;
        this.seen = seen;
        this.state = state;
        this.budget = state.unavailabilityBudget(policy);
        this.failing = state.count(i -> i.lifecycle() == Lifecycle.FAILED && !i.exited());
    }

    /** The next state that the facts call for; empty when there is none. */
    Optional<Move> next(Instance instance, Liveness liveness) {
        return switch (liveness) {
            case Liveness.Exited(var code) ->
                    ended(instance, code.isPresent() ? "exit code " + code.getAsInt() : "gone");
            case Liveness.NotStarted(String why) -> ended(instance, why);
            // Of what ended while Ebb was away, the platform knows nothing at all.
            case Liveness.Running _, Liveness.Unclear _, Liveness.Unseen _ ->
                    instance.exited() ? ended(instance, "gone") : living(instance);
        };
    }

    private Optional<Move> ended(Instance instance, String how) {
        return switch (instance.lifecycle()) {
            case GONE -> Optional.empty();
            case STOPPING ->
                    move(instance, Lifecycle.GONE, Reason.of("stopped", "it has ended as asked"));
            case FAILED ->
                    instance.replaced()
                            ? move(
                                    instance,
                                    Lifecycle.GONE,
                                    Reason.of("replaced", "it has ended and is accounted for"))
                            : Optional.empty();
            default ->
                    move(
                            instance,
                            Lifecycle.FAILED,
                            Reason.of("exited", "its process ended unasked: " + how));
        };
    }

    private Optional<Move> living(Instance instance) {
        return switch (instance.lifecycle()) {
            case STARTING -> starting(instance);
            case WARMING ->
                    seen.now().isPast(instance.sinceNanos(), state.warmup())
                            ? move(
                                    instance,
                                    Lifecycle.SERVING,
                                    Reason.of("warm", "its slow start is over"))
                            : unresponsive(instance);
            case PARKING ->
                    seen.acknowledgedGeneration() >= instance.parkGeneration()
                            ? move(
                                    instance,
                                    Lifecycle.PARKED,
                                    Reason.of(
                                            "acknowledged",
                                            "every data plane has confirmed that it gets no new"
                                                    + " requests"))
                            : unresponsive(instance);
            case SERVING, PARKED, DRAINING -> unresponsive(instance);
            case STOPPING, FAILED, GONE -> Optional.empty();
        };
    }

    private Optional<Move> starting(Instance instance) {
        if (instance.health() == Health.HEALTHY) {
            boolean ramps = state.warmup().isPositive();
            return move(
                    instance,
                    ramps ? Lifecycle.WARMING : Lifecycle.SERVING,
                    Reason.of("ready", "its first check was good"));
        }
        if (seen.now().isPast(instance.sinceNanos(), policy.start().timeout())) {
            double limit = policy.start().timeout().toMillis() / 1000.0;
            return move(
                    instance,
                    Lifecycle.FAILED,
                    new Reason(
                            "never_ready",
                            "no good check within %s s of its start".formatted(Text.number(limit)),
                            Map.of("limit_s", limit)));
        }
        return Optional.empty();
    }

    /**
     * Ejected for too long where it is now. Few at a time: when all are ejected, stopping them
     * helps nobody. What a person holds out, perhaps to look into it, need not answer.
     */
    private Optional<Move> unresponsive(Instance instance) {
        long since = Math.max(instance.healthSinceNanos(), instance.sinceNanos());
        boolean tooLong =
                instance.health() == Health.EJECTED
                        && !instance.is(Mark.HELD_OUT)
                        && seen.now().isPast(since, policy.start().replaceAfter());
        if (!tooLong || failing >= budget) {
            return Optional.empty();
        }
        failing++;
        double limit = policy.start().replaceAfter().toMillis() / 1000.0;
        return move(
                instance,
                Lifecycle.FAILED,
                new Reason(
                        "unresponsive",
                        "ejected for more than %s s".formatted(Text.number(limit)),
                        Map.of("limit_s", limit)));
    }

    private static Optional<Move> move(Instance instance, Lifecycle to, Reason reason) {
        return Optional.of(new Move(instance.id(), instance.lifecycle(), to, List.of(reason)));
    }
}
