package dev.ebb.sim;

import dev.ebb.core.Hold;
import dev.ebb.sim.SimPod.Removing;
import dev.ebb.sim.SimWorkload.Spec;
import dev.ebb.sim.SimWorkload.Written;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The steps of the Kubernetes driver's removal: the intent on each victim, then the scale, each
 * only if nothing has changed since it was read; and what is done when others went. Reads the
 * workload and its pods fresh, the EndpointSlices as watched. Single-threaded.
 */
final class PodRemoval {
    /** What a step has come to. */
    enum Step {
        IDLE,
        MOVED,
        /** The victims are victims no longer. */
        SPARED,
        /** The size is somebody else's, and what was begun is taken back. */
        REFUSED,
        HELD,
        AGAIN
    }

    private final PodWrites writes;
    private final Supplier<Optional<Hold>> notOurs;
    private Set<Integer> spared = Set.of();

    /**
     * @param notOurs why the size is not Ebb's to decide
     */
    PodRemoval(PodWrites writes, Supplier<Optional<Hold>> notOurs) {
        this.writes = writes;
        this.notOurs = notOurs;
    }

    /** Whom the last step has spared, by number. */
    Set<Integer> spared() {
        return spared;
    }

    Step step(Set<Integer> wanted, Set<Integer> pickable) {
        if (writes.isBlind()) {
            return Step.AGAIN;
        }
        List<SimPod> pods = writes.pods();
        List<SimPod> chosen =
                pods.stream().filter(p -> p.counts() && p.removal().isPresent()).toList();
        if (chosen.isEmpty()) {
            List<SimPod> victims =
                    pods.stream().filter(p -> p.counts() && wanted.contains(p.number())).toList();
            return victims.isEmpty() ? Step.IDLE : begin(pods, victims, pickable);
        }
        return goOn(pods, chosen, chosen.getFirst().removal().orElseThrow(), pickable);
    }

    private Step begin(List<SimPod> pods, List<SimPod> victims, Set<Integer> pickable) {
        if (notOurs.get().isPresent()) {
            return Step.REFUSED;
        }
        Spec spec = writes.spec();
        var intent =
                new Removing(spec.replicas(), spec.replicas() - victims.size(), spec.generation());
        Set<Integer> numbers = numbers(victims);
        List<SimPod> then =
                pods.stream()
                        .map(p ->
                                numbers.contains(p.number()) ? p.intended(Optional.of(intent)) : p)
                        .toList();
        if (isHeld(then, numbers, pickable)) {
            return Step.HELD;
        }
        for (SimPod victim : victims) {
            if (writes.intend(victim, Optional.of(intent)) != Written.DONE) {
                return takeBack(victims);
            }
        }
        return Step.MOVED;
    }

    private Step goOn(
            List<SimPod> pods, List<SimPod> chosen, Removing intent, Set<Integer> pickable) {
        Spec spec = writes.spec();
        boolean same = chosen.stream().allMatch(p -> p.removal().equals(Optional.of(intent)));
        if (same && spec.replicas() == intent.from() && spec.generation() == intent.generation()) {
            if (notOurs.get().isPresent()) {
                return takenBack(chosen) ? Step.REFUSED : Step.AGAIN;
            }
            return chosen.size() == intent.from() - intent.to()
                    ? scale(pods, chosen, intent, spec, pickable)
                    : takeBack(chosen);
        }
        if (same
                && spec.replicas() == intent.to()
                && spec.generation() == intent.generation() + 1) {
            long counting = pods.stream().filter(SimPod::counts).count();
            return counting > spec.replicas() ? Step.MOVED : spare(chosen);
        }
        return takeBack(chosen);
    }

    private Step scale(
            List<SimPod> pods,
            List<SimPod> chosen,
            Removing intent,
            Spec spec,
            Set<Integer> pickable) {
        // Asked once more, of the API server itself: after this there is no way back.
        if (writes.isAutoscaled() || isHeld(pods, numbers(chosen), pickable)) {
            return Step.HELD;
        }
        return writes.scale(spec, intent.to()) == Written.DONE ? Step.MOVED : Step.AGAIN;
    }

    private Step spare(List<SimPod> chosen) {
        spared = numbers(chosen);
        return takenBack(chosen) ? Step.SPARED : Step.AGAIN;
    }

    private Step takeBack(List<SimPod> chosen) {
        takenBack(chosen);
        return Step.AGAIN;
    }

    private boolean takenBack(List<SimPod> chosen) {
        boolean all = true;
        for (SimPod pod : chosen) {
            all &= writes.intend(pod, Optional.empty()) == Written.DONE;
        }
        return all;
    }

    /** Takes the intent from all that have it; answers whether it is gone from all. */
    boolean takeBack() {
        List<SimPod> chosen =
                writes.pods().stream().filter(p -> p.counts() && p.removal().isPresent()).toList();
        return takenBack(chosen);
    }

    /** In rotation still, not as many as asked for, or another would go first. */
    private boolean isHeld(List<SimPod> pods, Set<Integer> victims, Set<Integer> pickable) {
        boolean unproven =
                pods.stream()
                        .filter(p -> victims.contains(p.number()))
                        .anyMatch(p -> p.ready() || pickable.contains(p.number()));
        long counting = pods.stream().filter(SimPod::counts).count();
        Optional<SimPod> last =
                pods.stream()
                        .filter(p -> p.counts() && victims.contains(p.number()))
                        .max(SimPod.ORDER);
        boolean rival =
                last.isPresent()
                        && pods.stream()
                                .filter(p -> p.counts() && !victims.contains(p.number()))
                                .anyMatch(p -> SimPod.ORDER.compare(p, last.get()) <= 0);
        return unproven || counting != writes.spec().replicas() || rival;
    }

    static Set<Integer> numbers(List<SimPod> pods) {
        return pods.stream().map(SimPod::number).collect(Collectors.toCollection(TreeSet::new));
    }
}
