package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which pods may be chosen at all. Of a StatefulSet it is the one with the highest number, whatever
 * its load, and only while no other is out of rotation: two at once could be brought back in an
 * order in which the first can no longer go. Control thread only.
 */
final class PodOrder {
    private static final String REMARK =
            "of a StatefulSet only the pod with the highest number can go, whatever its load";

    private static final String OVERTAKEN =
            "another pod has a higher number now, so that it cannot go first any more";

    private final Target target;
    private final Fleet fleet;
    private boolean returning;

    PodOrder(Target target, Fleet fleet) {
        this.target = target;
        this.fleet = fleet;
    }

    /** The uids of pods that must not be chosen now. */
    Set<String> kept(Optional<WorkloadView> workload, List<PodView> pods) {
        if (workload.filter(w -> w.first().isHighest()).isEmpty()) {
            return Set.of();
        }
        boolean isOneOut = fleet.bound().keySet().stream().anyMatch(fleet::isOut);
        Optional<String> may =
                isOneOut ? Optional.empty() : Ordinals.highest(pods).map(PodView::uid);
        return pods.stream()
                .map(PodView::uid)
                .filter(uid -> !may.equals(Optional.of(uid)))
                .collect(Collectors.toSet());
    }

    /** Those that were chosen, and could not go first any more: others have come. */
    List<InstanceId> overtaken(Optional<WorkloadView> workload, List<PodView> pods) {
        if (workload.filter(w -> w.first().isHighest()).isEmpty()) {
            return List.of();
        }
        Optional<PodView> highest = Ordinals.highest(pods);
        if (highest.isEmpty()) {
            return List.of();
        }
        String first = highest.get().uid();
        return fleet.bound().entrySet().stream()
                .filter(e -> fleet.isOut(e.getKey()) && !e.getValue().uid().equals(first))
                .filter(e -> pods.stream().anyMatch(p -> p.counts() && isOf(p, e.getValue())))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static boolean isOf(PodView pod, Fleet.Bound bound) {
        return pod.uid().equals(bound.uid());
    }

    /** While this runs, what comes back does so because it was overtaken. */
    void bringingBack(Runnable task) {
        returning = true;
        try {
            task.run();
        } finally {
            returning = false;
        }
    }

    /** Why nobody can be chosen. */
    Optional<Hold> hold(WorkloadView workload, List<PodView> pods) {
        if (!workload.first().isHighest()) {
            return Optional.empty();
        }
        return Ordinals.highest(pods)
                .flatMap(p -> p.more().keep().map(why -> Holds.kept(target, p, why)));
    }

    /** What a record of this action has to say besides its reasons. */
    Optional<String> remark(String action) {
        if (returning && action.equals("rescue")) {
            return Optional.of(OVERTAKEN);
        }
        boolean isChoice = action.equals("park") || action.equals("remove");
        return isChoice ? remark(target) : Optional.empty();
    }

    /** What is always to be said of such a workload. */
    static Optional<String> remark(Target target) {
        return target.kind().equals(Target.Kind.STATEFUL_SET)
                ? Optional.of(REMARK)
                : Optional.empty();
    }
}
