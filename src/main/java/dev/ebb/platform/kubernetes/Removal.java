package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Removes exactly the chosen pods of a workload. Each step reads what is, and does at most one
 * thing of: putting the intent on the victims, scaling, taking it back. What it needs to know is in
 * the victims' annotations, so after a crash at any point whoever makes the next step goes on.
 *
 * <p>The scaling is done once at most: an intent names the workload's generation, the scaling adds
 * 1 to it, and it is refused when the workload has changed since it was read. Not thread-safe.
 */
final class Removal {
    private final Sight sight;
    private final Cluster cluster;
    private final Supplier<Optional<Hold>> notOurs;

    /** Of a workload whose size is Ebb's to decide. */
    Removal(Sight sight, Cluster cluster) {
        this(sight, cluster, Optional::empty);
    }

    /**
     * @param sight may lag behind; the scaling is refused where that matters
     * @param notOurs why the size is not Ebb's to decide; what was begun is taken back then
     */
    Removal(Sight sight, Cluster cluster, Supplier<Optional<Hold>> notOurs) {
        this.sight = sight;
        this.cluster = cluster;
        this.notOurs = notOurs;
    }

    /** What a step has found or done. */
    sealed interface Step {
        /** There is nothing to do: nobody is wanted away who is still there. */
        record Idle() implements Step {}

        /** The intent is on the victims; the next step scales. */
        record Intended(RemovalIntent intent) implements Step {}

        record Scaled(int replicas) implements Step {}

        /** Scaled, and not all victims have begun to leave yet. */
        record Waiting() implements Step {}

        /**
         * There are as few pods as were asked for, but others went: a pod that was deleted at the
         * same time, for example. The spared victims are victims no longer.
         */
        record Spared(List<PodView> victims) implements Step {}

        record Held(Hold hold) implements Step {}

        /** The size is somebody else's, and what was begun is taken back. */
        record Refused(List<PodView> victims) implements Step {}

        /** Someone else was quicker, or the API server failed; to be tried again. */
        record Again(String why) implements Step {}
    }

    /** The state of things at the beginning of a step. */
    private record Scene(WorkloadView deployment, List<PodView> pods) {
        /** As it will be once the intent is on these. */
        Scene choosing(Set<String> victims) {
            return new Scene(
                    deployment,
                    pods.stream().map(p -> victims.contains(p.uid()) ? p.asVictim() : p).toList());
        }

        List<PodView> chosen() {
            return pods.stream().filter(p -> p.counts() && p.removal().isPresent()).toList();
        }

        List<PodView> wanted(Set<String> uids) {
            return pods.stream().filter(p -> p.counts() && uids.contains(p.uid())).toList();
        }

        long counting() {
            return pods.stream().filter(PodView::counts).count();
        }
    }

    /**
     * One step towards a workload without the victims.
     *
     * @param wanted uids of the pods to remove; a removal that has begun goes on in any case
     */
    Step step(Set<String> wanted) {
        Optional<WorkloadView> deployment = sight.workload();
        if (deployment.isEmpty()) {
            return new Step.Idle();
        }
        var scene = new Scene(deployment.get(), sight.pods());
        List<PodView> chosen = scene.chosen();
        return chosen.isEmpty()
                ? begin(scene, scene.wanted(wanted))
                : goOn(scene, chosen, chosen.getFirst().removal().orElseThrow());
    }

    private Step begin(Scene scene, List<PodView> victims) {
        if (victims.isEmpty()) {
            return new Step.Idle();
        }
        if (notOurs.get().isPresent()) {
            return new Step.Refused(victims);
        }
        Set<String> uids = uids(victims);
        Optional<Hold> hold = hold(scene.choosing(uids), uids);
        if (hold.isPresent()) {
            return new Step.Held(hold.get());
        }
        int from = scene.deployment().replicas();
        var intent =
                new RemovalIntent(from, from - victims.size(), scene.deployment().generation());
        for (PodView victim : victims) {
            switch (cluster.intend(victim, Optional.of(intent))) {
                case Written.Done() -> {}
                case Written.Conflict(String why) -> {
                    takeBack(victims, why);
                    return new Step.Held(notOurs(victim, why));
                }
                case Written.Outdated(String why) -> {
                    return takeBack(victims, why);
                }
                case Written.Failed(String why) -> {
                    return takeBack(victims, why);
                }
            }
        }
        return new Step.Intended(intent);
    }

    private static Hold notOurs(PodView pod, String why) {
        return new Hold(
                Reason.of("not_ours", "pod " + pod.name() + " cannot be made a victim: " + why),
                "the pod's deletion cost being left to Ebb");
    }

    private Step goOn(Scene scene, List<PodView> chosen, RemovalIntent intent) {
        WorkloadView deployment = scene.deployment();
        boolean same = chosen.stream().allMatch(p -> p.removal().equals(Optional.of(intent)));
        if (same && isAsDecided(deployment, intent)) {
            if (notOurs.get().isPresent()) {
                return afterTakingBack(chosen, new Step.Refused(chosen));
            }
            // Intents of which a crash has left out some would have another pod deleted.
            return chosen.size() == intent.victims()
                    ? scale(scene, chosen, intent)
                    : takeBack(
                            chosen, "the intent is not on all victims, or one has gone by itself");
        }
        if (same && isScaled(deployment, intent)) {
            return scene.counting() > deployment.replicas() ? new Step.Waiting() : spare(chosen);
        }
        return takeBack(chosen, "the workload was changed since the removal was decided");
    }

    private static boolean isAsDecided(WorkloadView deployment, RemovalIntent intent) {
        return deployment.replicas() == intent.from()
                && deployment.generation() == intent.generation();
    }

    private static boolean isScaled(WorkloadView deployment, RemovalIntent intent) {
        return deployment.replicas() == intent.to()
                && deployment.generation() == intent.generation() + 1;
    }

    private Step scale(Scene scene, List<PodView> chosen, RemovalIntent intent) {
        Set<String> uids = uids(chosen);
        Optional<Hold> hold = hold(scene, uids).or(() -> surely(scene, uids));
        if (hold.isPresent()) {
            return new Step.Held(hold.get());
        }
        return cluster.scale(scene.deployment(), intent.to())
                .failure()
                .<Step>map(Step.Again::new)
                .orElse(new Step.Scaled(intent.to()));
    }

    private Step spare(List<PodView> chosen) {
        return afterTakingBack(chosen, new Step.Spared(chosen));
    }

    private Step takeBack(List<PodView> chosen, String why) {
        return afterTakingBack(chosen, new Step.Again(why));
    }

    private Step afterTakingBack(List<PodView> chosen, Step next) {
        return takeBack(chosen).<Step>map(Step.Again::new).orElse(next);
    }

    /** Takes back every intent there is. Returns why one stands still; it is to be tried again. */
    Optional<String> takeBack() {
        return takeBack(
                sight.pods().stream().filter(p -> p.counts() && p.removal().isPresent()).toList());
    }

    private Optional<String> takeBack(List<PodView> chosen) {
        return chosen.stream()
                .map(pod -> cluster.intend(pod, Optional.empty()).failure())
                .flatMap(Optional::stream)
                .toList()
                .stream()
                .findFirst();
    }

    /** Why the victims may not be removed now. */
    private Optional<Hold> hold(Scene scene, Set<String> victims) {
        return scene.deployment()
                .hold()
                .or(sight::autoscaled)
                .or(() -> unproven(scene, victims))
                .or(() -> incomplete(scene))
                .or(() -> rival(scene, victims))
                .or(() -> sight.late(scene.deployment(), scene.pods(), victims));
    }

    /** Asked once more, and now of the API server itself: after this there is no way back. */
    private Optional<Hold> surely(Scene scene, Set<String> victims) {
        return cluster.autoscaled().or(() -> unproven(scene, victims, sight.pickableNow()));
    }

    private Optional<Hold> unproven(Scene scene, Set<String> victims) {
        return unproven(scene, victims, sight.pickable());
    }

    private Optional<Hold> unproven(Scene scene, Set<String> victims, List<String> offered) {
        Set<String> pickable = new HashSet<>(offered);
        return scene.pods().stream()
                .filter(p -> victims.contains(p.uid()))
                .filter(p -> sight.isIn(p) || pickable.contains(p.uid()))
                .findFirst()
                .map(p ->
                        new Hold(
                                Reason.of(
                                        "in_rotation",
                                        "services may still send requests to pod " + p.name()),
                                "its being out of rotation, as EndpointSlices say, too"));
    }

    /** Were a pod missing, its ReplicaSet would make one, and delete that again first. */
    private static Optional<Hold> incomplete(Scene scene) {
        long counting = scene.counting();
        int replicas = scene.deployment().replicas();
        return counting == replicas
                ? Optional.empty()
                : Optional.of(
                        new Hold(
                                Reason.of(
                                        "incomplete",
                                        "the workload asks for "
                                                + replicas
                                                + " pods, and has "
                                                + counting),
                                "as many pods as it asks for"));
    }

    private static Optional<Hold> rival(Scene scene, Set<String> victims) {
        return scene.deployment().first().isHighest()
                ? lower(scene, victims).or(() -> blocking(scene, victims))
                : DeletionOrder.rivalOf(victims, scene.pods())
                        .map(p ->
                                new Hold(
                                        Reason.of(
                                                "another_first",
                                                "pod " + p.name() + " might be deleted first"),
                                        "that pod becoming ready, or going"));
    }

    private static Optional<Hold> lower(Scene scene, Set<String> victims) {
        return Ordinals.rivalOf(victims, scene.pods())
                .map(p ->
                        new Hold(
                                Reason.of(
                                        "another_first",
                                        "pod %s has a higher number, so that it would go first"
                                                .formatted(p.name())),
                                "that pod being chosen, or going"));
    }

    /**
     * A StatefulSet that keeps the order deletes nobody as long as one of the others is unready.
     */
    private static Optional<Hold> blocking(Scene scene, Set<String> victims) {
        if (scene.deployment().first() != WorkloadView.First.HIGHEST_IN_ORDER) {
            return Optional.empty();
        }
        return scene.pods().stream()
                .filter(p -> !victims.contains(p.uid()))
                .filter(p -> !p.counts() || !p.ready())
                .findFirst()
                .map(p ->
                        new Hold(
                                Reason.of(
                                        "in_order",
                                        "%s deletes one pod after the other, and waits for pod %s"
                                                .formatted(scene.deployment().words(), p.name())),
                                "that pod becoming ready, or being gone"));
    }

    private static Set<String> uids(List<PodView> pods) {
        return pods.stream().map(PodView::uid).collect(Collectors.toSet());
    }
}
