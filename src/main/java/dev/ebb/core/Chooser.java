package dev.ebb.core;

import java.util.Comparator;
import java.util.List;

/**
 * Step 3: ranks those with low utilization by what losing them would cost, the cheapest first; see
 * {@link LosingCost}. Pure.
 */
final class Chooser {
    /** So many are named; in a quiet fleet of thousands the sentences would outweigh the rest. */
    static final int RANKED_MAX = 300;

    private static final Comparator<LosingCost> CHEAPEST =
            Comparator.comparingDouble(LosingCost::total)
                    .thenComparing(p -> p.of().instance().id(), Comparator.reverseOrder());

    private final Policy.Cost weights;
    private final double candidateBelow;
    private final long windowNanos;
    private final Now now;

    /**
     * @param ordered whether an operator fixed the size, however much the instances are used
     */
    Chooser(Policy policy, boolean ordered, Now now) {
        this.weights = policy.in().cost();
        this.candidateBelow = ordered ? Double.MAX_VALUE : policy.in().candidateBelow();
        this.windowNanos = policy.in().window().toNanos();
        this.now = now;
    }

    /** Requests within the window that were placed at it by a key. */
    private double keyed(Assessed one) {
        return one.instance()
                .traffic()
                .growth(t -> t.ties().map(Ties::keyedTotal).orElse(0L), windowNanos);
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

    private double moves(Assessed one, double all) {
        return all > 0 ? keyed(one) / all : 0;
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
        double keyed =
                instances.stream()
                        .filter(a -> a.instance().carriesLoad())
                        .mapToDouble(this::keyed)
                        .sum();
        List<LosingCost> costs =
                instances.stream()
                        .filter(this::isCandidate)
                        .map(a -> LosingCost.of(a, weights, meanLatency, moves(a, keyed), now))
                        .sorted(CHEAPEST)
                        .toList();
        var zones = new Zones(instances, weights.zone().orElse(Policy.Cost.ZONE));
        return zones.spread(costs, RANKED_MAX).stream().map(LosingCost::ranked).toList();
    }
}
