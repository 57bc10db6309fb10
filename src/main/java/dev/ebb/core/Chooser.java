package dev.ebb.core;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Step 3: ranks those with low utilization by what losing them would cost, the cheapest first. The
 * cost is open: one for each request in flight, four for each long stream, up to two for warmth
 * (age), utilization itself, less up to one for an instance slower than the others. Pure.
 */
final class Chooser {
    private static final double STREAM_COST = 4;
    private static final double WARMTH_COST = 2;
    private static final double WARM_AFTER_NANOS = 600e9;
    private static final double SLOWNESS_CREDIT = 1;

    private static final Comparator<Ranked> CHEAPEST =
            Comparator.comparingDouble(Ranked::cost)
                    .thenComparing(Ranked::id, Comparator.reverseOrder());

    private final Policy policy;
    private final Now now;

    Chooser(Policy policy, Now now) {
        this.policy = policy;
        this.now = now;
    }

    /** Whether it may be let go at all. */
    boolean isCandidate(Assessed one) {
        Instance instance = one.instance();
        return instance.isHealthyServing()
                && one.fresh()
                && !instance.is(Mark.PROTECTED)
                && one.stable().binding() < policy.in().candidateBelow();
    }

    List<Ranked> rank(List<Assessed> instances) {
        double meanLatency =
                instances.stream()
                        .filter(a -> a.instance().carriesLoad())
                        .mapToDouble(a -> a.stable().latencyMeanNanos())
                        .filter(l -> l > 0)
                        .average()
                        .orElse(0);
        return instances.stream()
                .filter(this::isCandidate)
                .map(a -> rank(a, meanLatency))
                .sorted(CHEAPEST)
                .toList();
    }

    private Ranked rank(Assessed one, double meanLatency) {
        double inFlight = one.stable().inFlight();
        int streams =
                one.instance().traffic().isEmpty()
                        ? 0
                        : one.instance().traffic().latest().streams();
        double age = now.nanosSince(one.instance().bornNanos());
        double warmth = age / (age + WARM_AFTER_NANOS);
        double latency = one.stable().latencyMeanNanos();
        double slower = meanLatency > 0 ? Math.clamp(latency / meanLatency - 1, 0.0, 1.0) : 0;
        double utilization = one.stable().binding();
        double cost =
                inFlight
                        + STREAM_COST * streams
                        + WARMTH_COST * warmth
                        + utilization
                        - SLOWNESS_CREDIT * slower;
        Reason reason =
                new Reason(
                        "rank",
                        "%s used, %s in flight, %d streams, mean latency %s: cost %s"
                                .formatted(
                                        Text.percent(utilization),
                                        Text.number(inFlight),
                                        streams,
                                        Text.millis(latency),
                                        Text.number(cost)),
                        Map.of(
                                "utilization", utilization,
                                "in_flight", inFlight,
                                "streams", (double) streams,
                                "warmth", warmth,
                                "latency_ms", latency / 1e6,
                                "cost", cost));
        return new Ranked(one.instance().id(), utilization, cost, reason);
    }
}
