package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * For the few steps of a removal: the workload and its pods as they are now, so that no half of an
 * intent is seen, and the rest as watched.
 */
record FreshSight(Sight now, Sight watched) implements Sight {

    @Override
    public Optional<WorkloadView> workload() {
        return watched.isByGate() ? now.workload() : now.workload().map(w -> w.withGated(true));
    }

    @Override
    public List<PodView> pods() {
        return now.pods();
    }

    /**
     * A watch may say nothing for long, and look well: then what was decided was decided for other
     * pods than there are.
     */
    @Override
    public Optional<Hold> late(WorkloadView now, List<PodView> pods, Set<String> victims) {
        boolean same =
                watched.workload().filter(w -> w.generation() == now.generation()).isPresent();
        Map<String, PodView> known =
                watched.pods().stream()
                        .filter(PodView::counts)
                        .collect(Collectors.toMap(PodView::uid, p -> p, (a, _) -> a));
        List<PodView> counting = pods.stream().filter(PodView::counts).toList();
        boolean all =
                counting.size() == known.size()
                        && counting.stream().allMatch(p -> known.containsKey(p.uid()));
        return same && all
                ? counting.stream()
                        .filter(p -> !victims.contains(p.uid()))
                        .filter(p -> wasWell(Optional.ofNullable(known.get(p.uid()))))
                        .filter(p -> !p.more().containersReady())
                        .findFirst()
                        .map(p -> late("pod " + p.name() + " is not well any more"))
                : Optional.of(late(now.words() + " or its pods have changed"));
    }

    private static boolean wasWell(Optional<PodView> pod) {
        return pod.filter(p -> p.more().containersReady()).isPresent();
    }

    private static Hold late(String what) {
        return new Hold(
                Reason.of("late_sight", what + ", and no watch has said so yet"),
                "the watches saying what is");
    }

    @Override
    public boolean isByGate() {
        return watched.isByGate();
    }

    @Override
    public boolean isIn(PodView asItIs) {
        return watched.isIn(asItIs);
    }

    @Override
    public List<String> pickable() {
        return watched.pickable();
    }

    @Override
    public List<String> pickableNow() {
        return watched instanceof PlaneSight ? watched.pickable() : now.pickable();
    }

    @Override
    public Optional<Hold> autoscaled() {
        return watched.autoscaled();
    }
}
