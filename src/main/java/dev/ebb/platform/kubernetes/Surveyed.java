package dev.ebb.platform.kubernetes;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * One workload as a {@link Survey} found it. Immutable.
 *
 * @param replicas pods that it asks for
 * @param requestCores what one of its pods requests; empty when a container requests no CPU
 * @param usedCores of all its pods; empty when the metrics API has no figures for some of them
 * @param measured pods that have figures
 * @param autoscaler who scales it, and within which range
 * @param ebb the ServiceScale that is for it
 * @param leastAvailable pods that a PodDisruptionBudget wants in any case
 * @param obstacles what Ebb would not do without, or would wait for
 * @param pods which names its pods have, as a regular expression
 */
public record Surveyed(
        String namespace,
        String kind,
        String name,
        int replicas,
        OptionalDouble requestCores,
        OptionalDouble usedCores,
        int measured,
        Optional<Autoscaler> autoscaler,
        Optional<String> ebb,
        int leastAvailable,
        List<Obstacle> obstacles,
        String pods) {

    public Surveyed {
        obstacles = List.copyOf(obstacles);
    }

    /**
     * @param kind {@code HorizontalPodAutoscaler}, or {@code ScaledObject} where KEDA made it
     * @param cpuPercent the use that it wants, of what is requested
     */
    public record Autoscaler(String kind, String name, int min, int max, OptionalInt cpuPercent) {}

    /**
     * @param code for programs
     * @param text for people, without a full stop
     */
    public record Obstacle(String code, String text) {}

    /** For people: {@code namespace/name}. */
    public String words() {
        return namespace + "/" + name;
    }
}
