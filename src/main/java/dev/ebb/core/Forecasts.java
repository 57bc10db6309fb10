package dev.ebb.core;

import dev.ebb.core.forecast.Outlook;
import dev.ebb.core.forecast.Terms;
import java.time.Duration;
import java.util.Optional;

/**
 * What was learned of a service's load: what each resource's demand is expected to do (only with an
 * objective), how long a start takes, and what requests take. Immutable.
 *
 * @param cpu of the CPU that is used
 * @param concurrency of the requests in flight, where it is declared how many an instance bears
 * @param stopped the latest stop of an instance
 * @param startSeconds from the order of an instance to serving, as measured; 0 before the first
 * @param rate what requests take of an instance's CPU; empty where nobody wants to know
 */
public record Forecasts(
        Optional<Outlook> cpu,
        Optional<Outlook> concurrency,
        Optional<Stopped> stopped,
        double startSeconds,
        Optional<RateLine> rate) {

    public static final Forecasts NONE =
            new Forecasts(
                    Optional.empty(), Optional.empty(), Optional.empty(), 0, Optional.empty());

    /**
     * A stop, and what was in use then, or expected to be soon.
     *
     * @param cpu in instances fully used
     * @param concurrency the same of the requests in flight
     */
    public record Stopped(long atNanos, double cpu, double concurrency) {}

    /** Up to so many times as much is the same load. */
    private static final double SAME = 1.05;

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
        return new Forecasts(cpu, concurrency, stopped, next, rate);
    }

    /**
     * With one more reading of each demand, in instances fully used.
     *
     * @param usedConcurrency empty where nothing is declared
     */
    Forecasts after(Now now, Policy policy, double usedCpu, Optional<Double> usedConcurrency) {
        return new Forecasts(
                Optional.of(next(cpu, now, terms(policy, policy.targets().cpu()), usedCpu)),
                usedConcurrency.map(used ->
                        next(
                                concurrency,
                                now,
                                terms(policy, policy.targets().concurrency()),
                                used)),
                stopped,
                startSeconds,
                rate);
    }

    /** With what requests were seen to take. */
    Forecasts withRate(Optional<RateLine> next) {
        return new Forecasts(cpu, concurrency, stopped, startSeconds, next);
    }

    /** With a stop at this moment. */
    Forecasts stopping(Now now) {
        Stopped latest = new Stopped(now.monotonicNanos(), expected(cpu), expected(concurrency));
        return new Forecasts(cpu, concurrency, Optional.of(latest), startSeconds, rate);
    }

    /** Whether each demand has begun a fall that is known, and long enough to be worth it. */
    boolean isTrough() {
        return isTrough(cpu) && (concurrency.isEmpty() || isTrough(concurrency));
    }

    private static boolean isTrough(Optional<Outlook> outlook) {
        return outlook.flatMap(Outlook::plan).filter(p -> p.trough()).isPresent();
    }

    /** Whether an instance was stopped within this time and the load is still as it was then. */
    boolean isCalmSinceStop(Now now, Duration within) {
        return stopped.filter(s -> !now.isPast(s.atNanos(), within))
                .filter(s -> demand(cpu) <= SAME * s.cpu() + 0.01)
                .filter(s -> demand(concurrency) <= SAME * s.concurrency() + 0.01)
                .isPresent();
    }

    /**
     * The stop has reckoned with it: what was expected, and how far that strays. A small load is
     * noise for a good part, and is not another load because of it.
     */
    private static double expected(Optional<Outlook> outlook) {
        double soon =
                outlook.flatMap(Outlook::plan)
                        .map(p -> Math.max(p.demand(), p.expected()) * (1 + p.spread()))
                        .orElse(0.0);
        return Math.max(demand(outlook), soon);
    }

    private static double demand(Optional<Outlook> outlook) {
        return outlook.flatMap(Outlook::plan).map(p -> p.demand()).orElse(0.0);
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
                Math.max(1, policy.range().max()),
                policy.objective().map(Policy.Objective::caution).orElse(Terms.DEFAULT_CAUTION));
    }
}
