package dev.ebb.platform.kubernetes;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;

/**
 * In which order a ReplicaSet deletes its pods, as far as it can be foreseen: by node, phase,
 * readiness and cost. What comes after those (neighbours, ages, restarts) is not looked at: who is
 * equal to a victim up to there counts as one that may go first. Source: {@code
 * ActivePodsWithRanks} in Kubernetes' {@code pkg/controller/controller_utils.go}.
 */
final class DeletionOrder {
    /** What goes first comes first. */
    private static final Comparator<PodView> ORDER =
            Comparator.comparing(PodView::assigned)
                    .thenComparing(PodView::phase)
                    .thenComparing(PodView::ready)
                    .thenComparingInt(PodView::cost);

    private DeletionOrder() {}

    /**
     * A pod that may be deleted before one of the victims; empty when exactly they go first.
     *
     * @param victims by uid
     */
    static Optional<PodView> rivalOf(Set<String> victims, Collection<PodView> pods) {
        Optional<PodView> lastVictim =
                pods.stream()
                        .filter(PodView::counts)
                        .filter(p -> victims.contains(p.uid()))
                        .max(ORDER);
        return lastVictim.flatMap(last ->
                pods.stream()
                        .filter(PodView::counts)
                        .filter(p -> !victims.contains(p.uid()))
                        .filter(p -> ORDER.compare(p, last) <= 0)
                        .findFirst());
    }
}
