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

    /** So many are named; in a quiet fleet of thousands the sentences would outweigh the rest. */
    static final int RANKED_MAX = 300;

    private static final Comparator<Priced> CHEAPEST =
            Comparator.comparingDouble(Priced::cost)
                    .thenComparing(p -> p.one().instance().id(), Comparator.reverseOrder());

    /** A candidate with its cost, before anything is written about it. */
    private record Priced(Assessed one, double warmth, double cost) {}

    private final double candidateBelow;
    private final Now now;

    /**
     * @param ordered whether an operator fixed the size, however much the instances are used
     */
    Chooser(Policy policy, boolean ordered, Now now) {
        this.candidateBelow = ordered ? Double.MAX_VALUE : policy.in().candidateBelow();
        this.now = now;
    }

    /** Whether it may be let go at all. One that is to be restarted leaves by itself. */
    boolean isCandidate(Assessed one) {
        Instance instance = one.instance();
        return instance.isHealthyServing()
                && one.fresh()
                && !instance.is(Mark.PROTECTED)
                && !instance.is(Mark.RETIRING)
                && one.stable().binding() < candidateBelow;
    }

    /** The {@value #RANKED_MAX} cheapest. */
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
                .map(a -> price(a, meanLatency))
                .sorted(CHEAPEST)
                .limit(RANKED_MAX)
                .map(Chooser::explain)
                .toList();
    }

    private Priced price(Assessed one, double meanLatency) {
        double age = now.nanosSince(one.instance().bornNanos());
        double warmth = age / (age + WARM_AFTER_NANOS);
        double latency = one.stable().latencyMeanNanos();
        double slower = meanLatency > 0 ? Math.clamp(latency / meanLatency - 1, 0.0, 1.0) : 0;
        double cost =
                one.stable().inFlight()
                        + STREAM_COST * streams(one)
                        + WARMTH_COST * warmth
                        + one.stable().binding()
                        - SLOWNESS_CREDIT * slower;
        return new Priced(one, warmth, cost);
    }

    private static int streams(Assessed one) {
        return one.instance().traffic().isEmpty() ? 0 : one.instance().traffic().latest().streams();
    }

    private static Ranked explain(Priced priced) {
        Assessed one = priced.one();
        double utilization = one.stable().binding();
        double inFlight = one.stable().inFlight();
        int streams = streams(one);
        double latency = one.stable().latencyMeanNanos();
        Reason reason =
                new Reason(
                        "rank",
                        "%s used, %s in flight, %d streams, mean latency %s: cost %s"
                                .formatted(
                                        Text.percent(utilization),
                                        Text.number(inFlight),
                                        streams,
                                        Text.millis(latency),
                                        Text.number(priced.cost())),
                        Map.of(
                                "utilization",
                                utilization,
                                "in_flight",
                                inFlight,
                                "streams",
                                (double) streams,
                                "warmth",
                                priced.warmth(),
                                "latency_ms",
                                latency / 1e6,
                                "cost",
                                priced.cost()));
        return new Ranked(one.instance().id(), utilization, priced.cost(), reason);
    }
}
