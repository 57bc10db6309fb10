package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What matters here of a pod. Immutable.
 *
 * @param uid tells it from a later pod of the same name
 * @param assigned whether it has a node
 * @param ready whether services send it requests: its containers and all its gates say so
 * @param inRotation what Ebb's readiness gate says; empty as long as nobody has set it
 * @param leaving whether it is being deleted, by whomever
 * @param cost {@code controller.kubernetes.io/pod-deletion-cost}; 0 when absent or unreadable
 * @param removal the removal that it is a victim of
 * @param more what only an operator needs
 */
record PodView(
        String name,
        String uid,
        Phase phase,
        boolean assigned,
        boolean ready,
        Optional<Boolean> inRotation,
        boolean leaving,
        int cost,
        Optional<RemovalIntent> removal,
        PodMore more) {

    /** The readiness gate by which Ebb takes a pod out of rotation. */
    static final String GATE = "ebb.dev/in-rotation";

    /** On a pod that is parked in the data planes alone; it says when that was. */
    static final String PARKED = "ebb.dev/parked";

    static final String REMOVAL = "ebb.dev/removal";
    static final String COST = "controller.kubernetes.io/pod-deletion-cost";

    /** Below what people use to say that a pod is cheap to lose. */
    static final int COST_OF_VICTIM = -1_000;

    /** One of which nothing else is known. */
    PodView(
            String name,
            String uid,
            Phase phase,
            boolean assigned,
            boolean ready,
            Optional<Boolean> inRotation,
            boolean leaving,
            int cost,
            Optional<RemovalIntent> removal) {
        this(
                name,
                uid,
                phase,
                assigned,
                ready,
                inRotation,
                leaving,
                cost,
                removal,
                PodMore.NOTHING);
    }

    /** In the order in which a ReplicaSet deletes; an ended pod is no longer one of its own. */
    enum Phase {
        PENDING,
        UNKNOWN,
        RUNNING,
        ENDED
    }

    static PodView of(Pod pod) {
        Map<String, String> annotations =
                Optional.ofNullable(pod.getMetadata().getAnnotations()).orElse(Map.of());
        return new PodView(
                pod.getMetadata().getName(),
                pod.getMetadata().getUid(),
                phase(Optional.ofNullable(pod.getStatus().getPhase()).orElse("Pending")),
                Optional.ofNullable(pod.getSpec().getNodeName()).isPresent(),
                condition(pod, "Ready").orElse(false),
                condition(pod, GATE),
                Optional.ofNullable(pod.getMetadata().getDeletionTimestamp()).isPresent(),
                cost(annotations.getOrDefault(COST, "0")),
                Optional.ofNullable(annotations.get(REMOVAL)).flatMap(RemovalIntent::parse),
                PodMore.of(pod));
    }

    static Map<String, PodView> byUid(List<PodView> pods) {
        Map<String, PodView> all = HashMap.newHashMap(pods.size());
        pods.forEach(pod -> all.putIfAbsent(pod.uid(), pod));
        return Collections.unmodifiableMap(all);
    }

    /** With the cost that Ebb gives to victims. */
    PodView asVictim() {
        return new PodView(
                name,
                uid,
                phase,
                assigned,
                ready,
                inRotation,
                leaving,
                COST_OF_VICTIM,
                removal,
                more);
    }

    /** Where something else than its gate says whether services send it requests. */
    PodView withRotation(Optional<Boolean> rotation) {
        return new PodView(
                name,
                uid,
                phase,
                assigned,
                ready && rotation.orElse(false),
                rotation,
                leaving,
                cost,
                removal,
                more);
    }

    /** Whether it counts among a ReplicaSet's pods. */
    boolean counts() {
        return !leaving && phase != Phase.ENDED;
    }

    private static Optional<Boolean> condition(Pod pod, String type) {
        return Optional.ofNullable(pod.getStatus().getConditions()).orElse(List.of()).stream()
                .filter(c -> type.equals(c.getType()))
                .map(PodCondition::getStatus)
                .map("True"::equals)
                .findFirst();
    }

    private static Phase phase(String name) {
        return switch (name) {
            case "Running" -> Phase.RUNNING;
            case "Pending" -> Phase.PENDING;
            case "Succeeded", "Failed" -> Phase.ENDED;
            default -> Phase.UNKNOWN;
        };
    }

    private static int cost(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
