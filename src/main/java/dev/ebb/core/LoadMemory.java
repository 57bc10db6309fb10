package dev.ebb.core;

import dev.ebb.core.objective.Experience;
import java.util.Optional;

/**
 * What is remembered of a service's load from tick to tick. Immutable.
 *
 * @param needs the recent past of what the load asked for
 * @param latency the recent past of the service's latencies
 * @param learnedConcurrency most requests in flight per instance that went well; 0 before any
 * @param forecasts what the load is expected to do; empty without an objective
 * @param queue what waits for an instance; empty before any data plane told
 * @param falls what tells one fall in load from another; empty before anything was seen
 * @param quiet since when nothing has come; empty when that is not known
 * @param experience how the service keeps what is wanted of its requests; empty where nothing is
 */
public record LoadMemory(
        NeedHistory needs,
        Series<LatencyPoint> latency,
        double learnedConcurrency,
        Forecasts forecasts,
        Optional<QueueMemory> queue,
        Optional<FallMemory> falls,
        Optional<Quiet> quiet,
        Optional<Experience> experience) {

    /** Of a service of whose requests nothing is wanted. */
    public LoadMemory(
            NeedHistory needs,
            Series<LatencyPoint> latency,
            double learnedConcurrency,
            Forecasts forecasts,
            Optional<QueueMemory> queue,
            Optional<FallMemory> falls,
            Optional<Quiet> quiet) {
        this(needs, latency, learnedConcurrency, forecasts, queue, falls, quiet, Optional.empty());
    }

    /** Of a service of which nothing is known yet. */
    static LoadMemory fresh(Policy policy, Now now) {
        return new LoadMemory(
                emptyNeeds(policy, now),
                Series.empty(LatencyPoint::atNanos),
                0,
                Forecasts.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** After a time in which nothing was observed; what has been learned stays. */
    LoadMemory afterGap(Policy policy, Now now) {
        return new LoadMemory(
                emptyNeeds(policy, now),
                Series.empty(LatencyPoint::atNanos),
                learnedConcurrency,
                forecasts,
                queue.map(QueueMemory::afterGap),
                Optional.empty(),
                Optional.empty(),
                experience.map(Experience::afterGap));
    }

    private static NeedHistory emptyNeeds(Policy policy, Now now) {
        long span = policy.in().stabilization().toNanos() * Patience.FACTOR_MAX;
        return NeedHistory.empty(span, now);
    }

    LoadMemory withNeeds(NeedHistory next, double concurrency) {
        return new LoadMemory(
                next, latency, concurrency, forecasts, queue, falls, quiet, experience);
    }

    LoadMemory withLatency(Series<LatencyPoint> next) {
        return new LoadMemory(
                needs, next, learnedConcurrency, forecasts, queue, falls, quiet, experience);
    }

    LoadMemory withForecasts(Forecasts next) {
        return new LoadMemory(
                needs, latency, learnedConcurrency, next, queue, falls, quiet, experience);
    }

    LoadMemory withQueue(QueueMemory next) {
        return new LoadMemory(
                needs,
                latency,
                learnedConcurrency,
                forecasts,
                Optional.of(next),
                falls,
                quiet,
                experience);
    }

    LoadMemory withFalls(FallMemory next) {
        return new LoadMemory(
                needs,
                latency,
                learnedConcurrency,
                forecasts,
                queue,
                Optional.of(next),
                quiet,
                experience);
    }

    LoadMemory withQuiet(Optional<Quiet> next) {
        return new LoadMemory(
                needs, latency, learnedConcurrency, forecasts, queue, falls, next, experience);
    }

    LoadMemory withExperience(Optional<Experience> next) {
        return new LoadMemory(
                needs, latency, learnedConcurrency, forecasts, queue, falls, quiet, next);
    }

    /** What tells one fall in load from another. */
    FallMemory fallsSoFar() {
        return falls.orElse(FallMemory.FRESH);
    }
}
