package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an operator needs to know of a pod beyond what its removal depends on. Immutable.
 *
 * @param resourceVersion of what was read, to park nothing else; empty for any
 * @param gated whether it has Ebb's readiness gate
 * @param containersReady whether it would be ready if no gate were in the way
 * @param port the first that a container declares
 * @param cpuCores what its containers request, else may use at most; empty when one says neither
 * @param memoryBytes what its containers may use at most, else request; empty as above
 * @param keep the annotation by which somebody wants it left alone
 * @param running names of its containers that run; of one whose node has said nothing yet, all
 * @param parked whether its annotation says that it is parked in the data planes alone
 */
record PodMore(
        Optional<String> resourceVersion,
        boolean gated,
        boolean containersReady,
        String created,
        Optional<String> address,
        OptionalInt port,
        Optional<Double> cpuCores,
        Optional<Long> memoryBytes,
        Optional<String> keep,
        Map<String, String> labels,
        Set<String> running,
        boolean parked) {

    static final PodMore NOTHING =
            new PodMore(
                    Optional.empty(),
                    true,
                    false,
                    "",
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    Set.of(),
                    false);

    /** Annotations that ask for a pod to be left alone, and the value that does. */
    private static final Map<String, String> KEEP =
            Map.of(
                    "ebb.dev/do-not-disrupt", "true",
                    "karpenter.sh/do-not-disrupt", "true",
                    "cluster-autoscaler.kubernetes.io/safe-to-evict", "false");

    /** Whether an annotation of this name says something here. */
    static boolean isAsked(String annotation) {
        return KEEP.containsKey(annotation);
    }

    PodMore {
        labels = Map.copyOf(labels);
        running = Set.copyOf(running);
    }

    static PodMore of(Pod pod) {
        var meta = pod.getMetadata();
        Map<String, String> annotations =
                Optional.ofNullable(meta.getAnnotations()).orElse(Map.of());
        return new PodMore(
                Optional.ofNullable(meta.getResourceVersion()),
                Optional.ofNullable(pod.getSpec().getReadinessGates()).orElse(List.of()).stream()
                        .anyMatch(g -> PodView.GATE.equals(g.getConditionType())),
                Optional.ofNullable(pod.getStatus().getConditions()).orElse(List.of()).stream()
                        .filter(c -> "ContainersReady".equals(c.getType()))
                        .map(PodCondition::getStatus)
                        .anyMatch("True"::equals),
                Optional.ofNullable(meta.getCreationTimestamp()).orElse(""),
                Optional.ofNullable(pod.getStatus().getPodIP()),
                port(pod),
                sum(pod, "cpu", false).map(BigDecimal::doubleValue).filter(v -> v > 0),
                sum(pod, "memory", true).map(BigDecimal::longValue).filter(v -> v > 0),
                KEEP.entrySet().stream()
                        .filter(e -> e.getValue().equals(annotations.get(e.getKey())))
                        .map(Map.Entry::getKey)
                        .sorted()
                        .findFirst(),
                Optional.ofNullable(meta.getLabels()).orElse(Map.of()),
                running(pod),
                annotations.containsKey(PodView.PARKED));
    }

    /** Those that a kubelet measures: sidecars, which are init containers that run on, too. */
    private static Set<String> running(Pod pod) {
        List<ContainerStatus> all =
                Optional.ofNullable(pod.getStatus().getContainerStatuses()).orElse(List.of());
        if (all.isEmpty()) {
            return pod.getSpec().getContainers().stream()
                    .map(Container::getName)
                    .collect(Collectors.toSet());
        }
        return Stream.concat(
                        all.stream(),
                        Optional.ofNullable(pod.getStatus().getInitContainerStatuses())
                                .orElse(List.of())
                                .stream())
                .filter(c ->
                        Optional.ofNullable(c.getState())
                                .flatMap(s -> Optional.ofNullable(s.getRunning()))
                                .isPresent())
                .map(ContainerStatus::getName)
                .collect(Collectors.toSet());
    }

    private static OptionalInt port(Pod pod) {
        return pod.getSpec().getContainers().stream()
                .flatMap(c -> Optional.ofNullable(c.getPorts()).orElse(List.of()).stream())
                .map(ContainerPort::getContainerPort)
                .mapToInt(Integer::intValue)
                .findFirst();
    }

    /** Over all containers; where one says nothing, the sum says nothing. */
    private static Optional<BigDecimal> sum(Pod pod, String resource, boolean limitFirst) {
        BigDecimal sum = BigDecimal.ZERO;
        for (Container container : pod.getSpec().getContainers()) {
            Optional<BigDecimal> one = one(container, resource, limitFirst);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            sum = sum.add(one.get());
        }
        return Optional.of(sum);
    }

    private static Optional<BigDecimal> one(Container c, String resource, boolean limitFirst) {
        return Optional.ofNullable(c.getResources())
                .flatMap(r -> {
                    var limit = Optional.ofNullable(r.getLimits()).map(m -> m.get(resource));
                    var request = Optional.ofNullable(r.getRequests()).map(m -> m.get(resource));
                    return (limitFirst ? limit.or(() -> request) : request.or(() -> limit))
                            .map(Quantity::getNumericalAmount);
                });
    }
}
