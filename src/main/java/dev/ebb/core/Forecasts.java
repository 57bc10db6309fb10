package dev.ebb.core;

import dev.ebb.core.forecast.Outlook;
import dev.ebb.core.forecast.Terms;
import java.time.Duration;
import java.util.Optional;

/**
 * What each resource's demand is expected to do, and how long a start takes. Only of a service with
 * an objective. Immutable.
 *
 * @param cpu of the CPU that is used
 * @param concurrency of the requests in flight, where it is declared how many an instance bears
 * @param startSeconds from the order of an instance to serving, as measured; 0 before the first
 */
public record Forecasts(
        Optional<Outlook> cpu, Optional<Outlook> concurrency, double startSeconds) {

    public static final Forecasts NONE = new Forecasts(Optional.empty(), Optional.empty(), 0);

    /** Seconds that a start is taken for before one was measured. */
    private static final double FIRST_GUESS = 30;

    /** A quicker start than before counts for so much: it may have been luck. */
    private static final double QUICKER = 0.3;

    /** With one more start that went well. */
    Forecasts started(Duration took) {
        double seconds = took.toNanos() / 1e9;
        double next =
                seconds >= startSeconds
                        ? seconds
                        : startSeconds + (seconds - startSeconds) * QUICKER;
        return new Forecasts(cpu, concurrency, next);
    }

    /**
     * With one more reading of each demand, in instances fully used.
     *
     * @param usedConcurrency empty where nothing is declared
     */
    Forecasts after(Now now, Policy policy, double usedCpu, Optional<Double> usedConcurrency) {
        return new Forecasts(
                Optional.of(next(cpu, now, terms(policy, policy.targets().cpu()), usedCpu)),
                usedConcurrency.map(
                        used ->
                                next(
                                        concurrency,
                                        now,
                                        terms(policy, policy.targets().concurrency()),
                                        used)),
                startSeconds);
    }

    private static Outlook next(Optional<Outlook> from, Now now, Terms terms, double demand) {
        return from.map(o -> o.under(terms))
                .orElseGet(() -> Outlook.fresh(terms))
                .after(now, demand);
    }

    /** The shortest trial is what a removal costs beside the start of its successor. */
    private Terms terms(Policy policy, double usable) {
        double start = startSeconds > 0 ? startSeconds : FIRST_GUESS;
        return new Terms(
                Math.min(start, policy.start().timeout().toNanos() / 1e9),
                policy.trial().shortest().toNanos() / 1e9,
                Math.max(1, policy.out().window().toNanos() / 1e9),
                usable,
                policy.range().min(),
                policy.range().max(),
                policy.objective().map(Policy.Objective::caution).orElse(Terms.DEFAULT_CAUTION));
    }
}
