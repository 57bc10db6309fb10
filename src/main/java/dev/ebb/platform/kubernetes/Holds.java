package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.core.Policy.Mode;
import dev.ebb.core.Reason;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What keeps pods from being taken away, beyond what the core looks at. Pure. */
final class Holds {
    private Holds() {}

    /** Of a kind that Ebb does not scale. */
    static Hold unsupported(ScaleSpec spec) {
        return new Hold(
                Reason.of("unsupported", spec.targetWords() + " is no workload that Ebb scales"),
                "a workload with a scale subresource as the target, as a Deployment is");
    }

    /** The only one that could go is to be left alone. */
    static Hold kept(Target target, PodView highest, String annotation) {
        return new Hold(
                Reason.of(
                        "highest_kept",
                        "of %s only pod %s could go, and its annotation %s wants it left alone"
                                .formatted(target.words(), highest.name(), annotation)),
                "that annotation being removed");
    }

    /** Data planes that went on with what they were last told would still pick who is parked. */
    static Optional<Hold> unserved(ScaleSpec spec, boolean served) {
        return spec.plane().isPresent() && !served
                ? Optional.of(
                        new Hold(
                                Reason.of(
                                        "not_served",
                                        "it has a dataPlane, and this operator serves none"),
                                "ebb operator with --xds, or a ServiceScale without dataPlane"))
                : Optional.empty();
    }

    /** It is to go by a Prometheus, and there is none to be asked. */
    static Optional<Hold> unasked(ScaleSpec spec, boolean asked) {
        return spec.monitoring().asks() && !asked
                ? Optional.of(
                        new Hold(
                                Reason.of(
                                        "no_prometheus",
                                        "it goes by a Prometheus, and this operator was told of"
                                                + " none"),
                                "ebb operator with --prometheus, or a ServiceScale without"
                                        + " targets.queries and metrics.prometheus"))
                : Optional.empty();
    }

    /** Nothing else would keep anybody from sending to who is parked in the data planes alone. */
    static Optional<Hold> unparkable(ScaleSpec spec) {
        boolean alone = spec.park() instanceof Park.DataPlane;
        if (!alone || spec.plane().filter(PlaneSpec::all).isPresent()) {
            return Optional.empty();
        }
        String why =
                spec.plane().isEmpty()
                        ? "it parks pods in data planes, and has no dataPlane"
                        : "it parks pods in data planes alone, and others send to the pods, too";
        return Optional.of(
                new Hold(
                        Reason.of("park_data_plane", why),
                        "a dataPlane that carries all requests, or another way to park"));
    }

    /** It is to be looked at only. */
    static Optional<Hold> observed(ScaleSpec spec) {
        return spec.policy().mode() == Mode.OBSERVE
                ? Optional.of(
                        new Hold(
                                Reason.of("observe", "the mode is observe: nothing is changed"),
                                "another mode"))
                : Optional.empty();
    }

    static Hold missing(Target target) {
        return new Hold(
                Reason.of("no_target", target.words() + " does not exist"),
                target.words() + " being made");
    }

    /** Of two with the same target the older one scales it. */
    static Hold otherScale(String name, Target target) {
        return new Hold(
                Reason.of(
                        "other_ebb",
                        "the ServiceScale %s scales %s".formatted(name, target.words())),
                "the removal of one of the two");
    }

    /** Without a request, or a limit, there is nothing to hold the use of CPU against. */
    static Optional<Hold> noRequest(List<PodView> pods) {
        return pods.stream()
                .filter(PodView::counts)
                .filter(p -> p.more().cpuCores().isEmpty())
                .findFirst()
                .map(p ->
                        new Hold(
                                Reason.of(
                                        "no_request",
                                        "a container of pod %s requests no CPU"
                                                .formatted(p.name())),
                                "a CPU request in every container of the template"));
    }

    /**
     * A parked pod is not healthy in the eyes of a PodDisruptionBudget: with it, others might not
     * be evicted any more that have to be.
     *
     * @param out pods that are out of rotation, or are to be; of none, the first one is meant
     */
    static Optional<Hold> budget(List<PodDisruptionBudget> budgets, List<PodView> pods, int out) {
        for (PodDisruptionBudget budget : budgets) {
            Optional<PodDisruptionBudgetStatus> status =
                    Optional.ofNullable(budget.getStatus())
                            .filter(s -> number(s.getExpectedPods()) > 0);
            List<PodView> mine =
                    pods.stream()
                            .filter(PodView::counts)
                            .filter(p -> matches(budget, p.more().labels()))
                            .toList();
            if (!mine.isEmpty() && status.isPresent()) {
                Optional<Hold> hold = budget(budget, status.get(), mine, out);
                if (hold.isPresent()) {
                    return hold;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Hold> budget(
            PodDisruptionBudget budget,
            PodDisruptionBudgetStatus status,
            List<PodView> pods,
            int out) {
        long healthy = healthy(status, pods) - Math.max(1, out);
        int desired = number(status.getDesiredHealthy());
        if (healthy >= desired) {
            return Optional.empty();
        }
        return Optional.of(
                new Hold(
                        new Reason(
                                "disruption_budget",
                                "the PodDisruptionBudget %s wants %d healthy pods, %d would be left"
                                        .formatted(
                                                budget.getMetadata().getName(), desired, healthy),
                                Map.of("wanted", (double) desired, "left", (double) healthy)),
                        "more healthy pods, or a budget that allows it"));
    }

    /**
     * How many pods were healthy if none were out of rotation. The status is brought up to date by
     * a controller, and may tell of a moment before pods went out that are seen to be out here:
     * with these added, it would count them twice. So it says no more than of the pods themselves,
     * and of the others that the budget is for, can be true.
     */
    private static long healthy(PodDisruptionBudgetStatus status, List<PodView> pods) {
        long out =
                pods.stream()
                        .filter(p -> p.inRotation().equals(Optional.of(false)) && !p.ready())
                        .count();
        long ready = pods.stream().filter(PodView::ready).count();
        long others = Math.max(0, number(status.getExpectedPods()) - pods.size());
        return Math.min(number(status.getCurrentHealthy()) + out, ready + out + others);
    }

    private static int number(Integer value) {
        return Optional.ofNullable(value).orElse(0);
    }

    private static boolean matches(PodDisruptionBudget budget, Map<String, String> labels) {
        return Optional.ofNullable(budget.getSpec().getSelector())
                .filter(s -> matches(s, labels))
                .isPresent();
    }

    /** As Kubernetes does: all of it must hold; an empty selector is for every pod. */
    static boolean matches(LabelSelector selector, Map<String, String> labels) {
        return Optional.ofNullable(selector.getMatchLabels()).orElse(Map.of()).entrySet().stream()
                        .allMatch(e -> e.getValue().equals(labels.get(e.getKey())))
                && Optional.ofNullable(selector.getMatchExpressions()).orElse(List.of()).stream()
                        .allMatch(e -> matches(e, labels));
    }

    private static boolean matches(LabelSelectorRequirement one, Map<String, String> labels) {
        Optional<String> value = Optional.ofNullable(labels.get(one.getKey()));
        List<String> values = Optional.ofNullable(one.getValues()).orElse(List.of());
        return switch (one.getOperator()) {
            case "In" -> value.filter(values::contains).isPresent();
            case "NotIn" -> value.filter(values::contains).isEmpty();
            case "Exists" -> value.isPresent();
            case "DoesNotExist" -> value.isEmpty();
            // One that Kubernetes has learned since: rather held than overlooked.
            default -> true;
        };
    }
}
