package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.core.Reason;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How one workload and its pods are seen: asked for at once, or watched and a little late. */
interface Sight {

    /** The workload; empty when there is none of that name. */
    Optional<WorkloadView> workload();

    /** Its pods, those that are being deleted too. */
    List<PodView> pods();

    /** The uids of its pods that some service sends requests to, as EndpointSlices say. */
    List<String> pickable();

    /** Whether pods are taken out of rotation by their gate, so that a parked one is not ready. */
    default boolean isByGate() {
        return true;
    }

    /**
     * Whether a pod is in rotation as far as it says so itself: who is may be picked, and is not
     * removed.
     *
     * @param asItIs not as {@link #pods} has it
     */
    default boolean isIn(PodView asItIs) {
        return asItIs.ready();
    }

    /**
     * The uids of its pods that services offer without that being in the way, since nobody's
     * requests go by that.
     */
    default List<String> offeredAnyway() {
        return List.of();
    }

    /** As {@link #pickable}, and asked for at once where that lags behind. */
    default List<String> pickableNow() {
        return pickable();
    }

    /**
     * What control has decided on, held against what is: why the one is not the other.
     *
     * @param now as asked for at once
     * @param pods as asked for at once
     * @param victims by uid; whether they are well does not matter
     */
    default Optional<Hold> late(WorkloadView now, List<PodView> pods, Set<String> victims) {
        return Optional.empty();
    }

    /** Who else scales the workload. */
    Optional<Hold> autoscaled();

    /** Whether one of these has this target; KEDA does it by an HPA, too. */
    static Optional<Hold> autoscaled(Target target, List<HorizontalPodAutoscaler> all) {
        return all.stream()
                .filter(hpa -> {
                    var ref = hpa.getSpec().getScaleTargetRef();
                    return isOf(target.kind(), ref.getApiVersion(), ref.getKind())
                            && target.name().equals(ref.getName());
                })
                .findFirst()
                .map(hpa -> {
                    String name = hpa.getMetadata().getName();
                    return new Hold(
                            Reason.of(
                                    "other_autoscaler",
                                    "the HorizontalPodAutoscaler %s scales %s, too"
                                            .formatted(name, target.words())),
                            "the removal of " + name + " or another target for it");
                });
    }

    /** Whether a reference is to this kind, in whatever version of its group. */
    private static boolean isOf(Target.Kind kind, @Nullable String apiVersion, String word) {
        String version = Optional.ofNullable(apiVersion).orElse(kind.apiVersion());
        return new Target.Kind(version, word).group().equals(kind.group())
                && kind.word().equals(word);
    }
}
