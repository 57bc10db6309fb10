package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.platform.kubernetes.Fleet.Wanted;
import dev.ebb.platform.kubernetes.Removal.Step;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Brings about what is wanted of one workload's pods: opens gates first, closes gates, goes on with
 * a removal, asks for more pods. Each look begins from what is seen, so it may come at any time,
 * twice, or late. Waits for the API server; one thread at a time.
 */
final class Reconciler {
    /** A victim that cannot go for so long is taken back. */
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private static final long STEP_NANOS = 200_000_000L;

    private final Fleet fleet;
    private final Sight watched;
    private final Cluster cluster;
    private final Removal removal;
    private final Function<Integer, Optional<Hold>> mayClose;
    private final Supplier<Optional<Hold>> notOurs;
    private final int max;
    private final Fence steps;
    private final LongSupplier nanoTime;
    private long heldSinceNanos;
    private long steppedNanos;

    /**
     * By uid, of pods that may be out of rotation although nobody has seen so yet: the version of
     * the pod at which this was done; empty where it is not known whether it was.
     */
    private final Map<String, Optional<String>> shut = new HashMap<>();

    private volatile Optional<Hold> held = Optional.empty();
    private volatile Optional<String> trouble = Optional.empty();

    /**
     * @param mayClose what keeps so many pods from being out of rotation
     * @param notOurs why the size is not Ebb's to change
     * @param max most replicas that are asked for
     * @param steps before each step of a removal
     */
    Reconciler(
            Fleet fleet,
            Sight watched,
            Cluster cluster,
            Function<Integer, Optional<Hold>> mayClose,
            Supplier<Optional<Hold>> notOurs,
            int max,
            Fence steps,
            LongSupplier nanoTime) {
        this.fleet = fleet;
        this.watched = watched;
        this.cluster = cluster;
        this.removal = new Removal(new FreshSight(cluster, watched), cluster, notOurs);
        this.mayClose = mayClose;
        this.notOurs = notOurs;
        this.max = max;
        this.steps = steps;
        this.nanoTime = nanoTime;
        this.steppedNanos = nanoTime.getAsLong() - STEP_NANOS;
    }

    /** Looks, and does what is to be done. Returns whether it should look again soon. */
    boolean look() {
        try {
            Optional<String> first = gates().or(this::grow);
            boolean again = remove();
            trouble = first;
            return again || first.isPresent();
        } catch (KubernetesClientException e) {
            trouble = Optional.of("the API server does not answer: " + e.getMessage());
            return true;
        }
    }

    /** Returns what went wrong. */
    private Optional<String> gates() {
        Map<String, Wanted> wanted = fleet.gates();
        List<String> failed = new ArrayList<>();
        switch (watched) {
            case SlicedSight(Sight raw, OwnSlices slices) -> {
                slices.keep(wanted, this::mayClose).ifPresent(failed::add);
                failed.addAll(open(raw.pods()));
                failed.addAll(unmark(raw.pods()));
            }
            case PlaneSight sight -> {
                failed.addAll(keep(wanted, sight.pods(), this::mark));
                failed.addAll(open(sight.raw().pods()));
            }
            default -> {
                List<PodView> pods = watched.pods();
                failed.addAll(
                        keep(
                                wanted,
                                pods.stream().filter(p -> p.more().gated()).toList(),
                                this::gate));
                failed.addAll(unmark(pods));
            }
        }
        return failed.stream().findFirst();
    }

    /**
     * Opens first, and closes what may be closed. Where nothing is wanted of a pod, one that nobody
     * has said anything of comes into rotation.
     *
     * @param write puts a pod into rotation, or takes it out
     */
    private List<String> keep(
            Map<String, Wanted> wanted,
            List<PodView> all,
            BiFunction<PodView, Boolean, Written> write) {
        List<PodView> pods = all.stream().filter(PodView::counts).toList();
        shut.keySet().retainAll(uids(pods));
        List<String> failed = new ArrayList<>();
        for (PodView pod : pods) {
            Optional<Wanted> want = Optional.ofNullable(wanted.get(pod.uid()));
            boolean open =
                    want.isPresent()
                            ? want.get() == Wanted.IN_ROTATION
                            : pod.inRotation().isEmpty();
            if (open && !isIn(pod)) {
                bringIn(pod, write).ifPresent(failed::add);
            }
        }
        long out = wanted.values().stream().filter(w -> w == Wanted.OUT_OF_ROTATION).count();
        for (PodView pod : pods) {
            boolean close = wanted.get(pod.uid()) == Wanted.OUT_OF_ROTATION;
            if (close && !isOut(pod) && mayClose((int) out)) {
                takeOut(pod, write).ifPresent(failed::add);
            }
        }
        return failed;
    }

    private boolean isIn(PodView pod) {
        return pod.inRotation().equals(Optional.of(true)) && !shut.containsKey(pod.uid());
    }

    /** What was taken out at the version that is still the newest seen need not be once more. */
    private boolean isOut(PodView pod) {
        Optional<String> at = shut.getOrDefault(pod.uid(), Optional.empty());
        return pod.inRotation().equals(Optional.of(false))
                || (at.isPresent() && at.equals(pod.more().resourceVersion()));
    }

    private Optional<String> bringIn(PodView pod, BiFunction<PodView, Boolean, Written> write) {
        Optional<String> failure = write.apply(pod, true).failure();
        if (failure.isEmpty()) {
            shut.remove(pod.uid());
        }
        return failure;
    }

    private Optional<String> takeOut(PodView pod, BiFunction<PodView, Boolean, Written> write) {
        shut.put(pod.uid(), Optional.empty());
        Optional<String> failure = write.apply(pod, false).failure();
        if (failure.isEmpty()) {
            shut.put(pod.uid(), pod.more().resourceVersion());
        }
        return failure;
    }

    /**
     * Where pods are parked in another way: a gate that nobody opens keeps one from being ready.
     */
    private List<String> open(List<PodView> pods) {
        return pods.stream()
                .filter(p -> p.counts() && p.more().gated())
                .filter(p -> !p.inRotation().equals(Optional.of(true)))
                .flatMap(p -> gate(p, true).failure().stream())
                .toList();
    }

    /** Where pods are parked in another way: the mark is of an earlier one. */
    private List<String> unmark(List<PodView> pods) {
        return pods.stream()
                .filter(p -> p.counts() && p.more().parked())
                .flatMap(p -> mark(p, true).failure().stream())
                .toList();
    }

    private boolean mayClose(int out) {
        return notOurs.get().isEmpty() && mayClose.apply(out).isEmpty();
    }

    private Written gate(PodView pod, boolean open) {
        return cluster.gate(pod, open, Instant.now().toString());
    }

    private Written mark(PodView pod, boolean in) {
        return cluster.mark(pod, in ? Optional.empty() : Optional.of(Instant.now().toString()));
    }

    /** Asks for as many as there are and were started, if nobody has asked for them yet. */
    private Optional<String> grow() {
        Optional<WorkloadView> workload = watched.workload();
        if (fleet.pending() == 0 || workload.isEmpty() || notOurs.get().isPresent()) {
            return Optional.empty();
        }
        int want = Math.min(max, fleet.expected(watched.pods()));
        return want > workload.get().replicas()
                ? cluster.scale(workload.get(), want).failure()
                : Optional.empty();
    }

    /** Returns whether there is more to do. */
    private boolean remove() {
        Set<String> victims = fleet.victims();
        boolean begun =
                watched.pods().stream().anyMatch(p -> p.removal().isPresent() && p.counts());
        if (victims.isEmpty() && !begun) {
            held = Optional.empty();
            return false;
        }
        if (nanoTime.getAsLong() - steppedNanos < STEP_NANOS || steps.closed().isPresent()) {
            return true;
        }
        steppedNanos = nanoTime.getAsLong();
        Step step = removal.step(victims);
        if (!(step instanceof Step.Held)) {
            held = Optional.empty();
        }
        switch (step) {
            case Step.Spared(List<PodView> spared) -> fleet.spare(uids(spared));
            case Step.Refused(List<PodView> _) -> fleet.spare(victims);
            case Step.Held(Hold hold) -> hold(hold, victims);
            case Step.Again(String why) -> trouble = Optional.of(why);
            case Step.Idle(), Step.Intended(var _), Step.Scaled(int _), Step.Waiting() -> {}
        }
        return true;
    }

    private void hold(Hold hold, Set<String> victims) {
        if (held.isEmpty()) {
            heldSinceNanos = nanoTime.getAsLong();
        }
        held = Optional.of(hold);
        if (nanoTime.getAsLong() - heldSinceNanos >= PATIENCE_NANOS) {
            Optional<String> failed = removal.takeBack();
            if (failed.isPresent()) {
                // Who is spared while the intent stands is a victim to whoever finds it.
                trouble = failed;
                return;
            }
            fleet.spare(victims);
            held = Optional.empty();
        }
    }

    /** What keeps a removal that was decided. */
    Optional<Hold> held() {
        return held;
    }

    /** What went wrong at the last look. */
    Optional<String> trouble() {
        return trouble;
    }

    private static Set<String> uids(List<PodView> pods) {
        return pods.stream().map(PodView::uid).collect(Collectors.toSet());
    }
}
