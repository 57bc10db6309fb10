package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.platform.kubernetes.Surveyed.Autoscaler;
import dev.ebb.platform.kubernetes.Surveyed.Obstacle;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.autoscaling.v2.CrossVersionObjectReference;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import io.fabric8.kubernetes.api.model.metrics.v1beta1.PodMetrics;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Makes workloads of the lists of a {@link Survey}. Pure. */
final class SurveyedWorkloads {
    private final Survey.Lists lists;
    private final Map<String, List<Pod>> podsByOwner;
    private final Map<String, List<String>> setsByOwner = new HashMap<>();
    private final Map<String, Double> usedByPod = new HashMap<>();

    SurveyedWorkloads(Survey.Lists lists) {
        this.lists = lists;
        this.podsByOwner =
                lists.pods().stream()
                        .filter(p -> PodView.of(p).counts())
                        .filter(p -> owner(p).isPresent())
                        .collect(Collectors.groupingBy(p -> owner(p).orElseThrow().getUid()));
        lists.replicaSets()
                .forEach(s ->
                        owner(s).ifPresent(o ->
                                setsByOwner
                                        .computeIfAbsent(o.getUid(), _ -> new ArrayList<>())
                                        .add(s.getMetadata().getUid())));
        lists.metrics().forEach(m -> used(m).ifPresent(u -> usedByPod.put(key(m), u)));
    }

    private static Optional<OwnerReference> owner(HasMetadata one) {
        return Optional.ofNullable(one.getMetadata().getOwnerReferences())
                .orElse(List.of())
                .stream()
                .filter(o -> Boolean.TRUE.equals(o.getController()))
                .findFirst();
    }

    private static String key(HasMetadata one) {
        return one.getMetadata().getNamespace() + "/" + one.getMetadata().getName();
    }

    private static Optional<Double> used(PodMetrics metrics) {
        double sum = 0;
        for (var container : metrics.getContainers()) {
            var cpu = Optional.ofNullable(container.getUsage()).map(u -> u.get("cpu"));
            if (cpu.isEmpty()) {
                return Optional.empty();
            }
            sum += cpu.get().getNumericalAmount().doubleValue();
        }
        return metrics.getContainers().isEmpty() ? Optional.empty() : Optional.of(sum);
    }

    /** Those that ask for at least one pod, by namespace and name. */
    List<Surveyed> all() {
        List<Surveyed> all = new ArrayList<>();
        lists.deployments()
                .forEach(d -> all.add(of(d, Target.Kind.DEPLOYMENT, WorkloadView.of(d))));
        lists.replicaSets().stream()
                .filter(s -> owner(s).isEmpty())
                .forEach(s -> all.add(of(s, Target.Kind.REPLICA_SET, WorkloadView.of(s))));
        lists.statefulSets().forEach(s -> all.add(other(s, Target.Kind.STATEFUL_SET)));
        lists.rollouts()
                .forEach(r -> all.add(other(r, new Target.Kind(r.getApiVersion(), "Rollout"))));
        return all.stream()
                .filter(w -> w.replicas() > 0)
                .sorted(Comparator.comparing(Surveyed::namespace).thenComparing(Surveyed::name))
                .toList();
    }

    private Surveyed other(GenericKubernetesResource one, Target.Kind kind) {
        WorkloadView view = OtherWorkloads.of(kind, one, Optional.empty());
        List<Pod> pods = pods(view.uid());
        boolean gated = pods.stream().map(PodMore::of).allMatch(PodMore::gated);
        return of(one, kind, OtherWorkloads.hasTemplate(one) ? view : view.withGated(gated));
    }

    private List<Pod> pods(String uid) {
        List<Pod> pods = new ArrayList<>(podsByOwner.getOrDefault(uid, List.of()));
        setsByOwner
                .getOrDefault(uid, List.of())
                .forEach(set -> pods.addAll(podsByOwner.getOrDefault(set, List.of())));
        return pods;
    }

    private Surveyed of(HasMetadata one, Target.Kind kind, WorkloadView view) {
        String namespace = one.getMetadata().getNamespace();
        String name = one.getMetadata().getName();
        var target = new Target(namespace, kind, name);
        List<Pod> pods = pods(view.uid());
        List<Double> used =
                pods.stream().map(p -> usedByPod.get(key(p))).filter(u -> u != null).toList();
        Optional<HorizontalPodAutoscaler> hpa =
                lists.autoscalers().stream().filter(h -> scales(h, target)).findFirst();
        return new Surveyed(
                namespace,
                kind.word(),
                name,
                view.replicas(),
                request(pods),
                used.size() == pods.size() && !pods.isEmpty()
                        ? OptionalDouble.of(used.stream().mapToDouble(u -> u).sum())
                        : OptionalDouble.empty(),
                used.size(),
                hpa.map(SurveyedWorkloads::autoscaler),
                ebb(target),
                leastAvailable(namespace, pods),
                obstacles(view, pods, hpa, target),
                names(kind, name));
    }

    /** Of one pod, in the mean; empty when one requests nothing. */
    private static OptionalDouble request(List<Pod> pods) {
        List<Optional<Double>> cores =
                pods.stream().map(PodMore::of).map(PodMore::cpuCores).toList();
        return cores.isEmpty() || cores.stream().anyMatch(Optional::isEmpty)
                ? OptionalDouble.empty()
                : cores.stream().mapToDouble(Optional::get).average();
    }

    private static boolean scales(HorizontalPodAutoscaler hpa, Target target) {
        CrossVersionObjectReference ref = hpa.getSpec().getScaleTargetRef();
        return hpa.getMetadata().getNamespace().equals(target.namespace())
                && target.kind().word().equals(ref.getKind())
                && target.name().equals(ref.getName());
    }

    private static Autoscaler autoscaler(HorizontalPodAutoscaler hpa) {
        var spec = hpa.getSpec();
        boolean keda = owner(hpa).filter(o -> o.getKind().equals("ScaledObject")).isPresent();
        return new Autoscaler(
                keda ? "ScaledObject" : "HorizontalPodAutoscaler",
                keda ? owner(hpa).orElseThrow().getName() : hpa.getMetadata().getName(),
                Optional.ofNullable(spec.getMinReplicas()).orElse(1),
                spec.getMaxReplicas(),
                Optional.ofNullable(spec.getMetrics()).orElse(List.of()).stream()
                        .map(SurveyedWorkloads::cpuPercent)
                        .flatMapToInt(OptionalInt::stream)
                        .min());
    }

    private static OptionalInt cpuPercent(MetricSpec metric) {
        return Optional.ofNullable(metric.getResource())
                .filter(r -> "cpu".equals(r.getName()))
                .flatMap(r -> Optional.ofNullable(r.getTarget()))
                .flatMap(t -> Optional.ofNullable(t.getAverageUtilization()))
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty());
    }

    private Optional<String> ebb(Target target) {
        return scale(target).map(s -> s.getMetadata().getName());
    }

    private Optional<GenericKubernetesResource> scale(Target target) {
        return lists.scales().stream()
                .filter(s -> target.namespace().equals(s.getMetadata().getNamespace()))
                .filter(s -> {
                    Tree ref = Tree.of(s).in("spec").in("targetRef");
                    return ref.text("kind").equals(Optional.of(target.kind().word()))
                            && ref.text("name").equals(Optional.of(target.name()));
                })
                .findFirst();
    }

    /** A percentage follows the size; a number does not. */
    private int leastAvailable(String namespace, List<Pod> pods) {
        return lists.budgets().stream()
                .filter(b -> namespace.equals(b.getMetadata().getNamespace()))
                .filter(b -> pods.stream().anyMatch(p -> isFor(b, p)))
                .map(b -> b.getSpec().getMinAvailable())
                .filter(least -> least != null && least.getIntVal() != null)
                .mapToInt(least -> least.getIntVal())
                .max()
                .orElse(0);
    }

    private static boolean isFor(PodDisruptionBudget budget, Pod pod) {
        Optional<LabelSelector> selector = Optional.ofNullable(budget.getSpec().getSelector());
        Map<String, String> labels =
                Optional.ofNullable(pod.getMetadata().getLabels()).orElse(Map.of());
        return selector.filter(s -> Holds.matches(s, labels)).isPresent();
    }

    private List<Obstacle> obstacles(
            WorkloadView view,
            List<Pod> pods,
            Optional<HorizontalPodAutoscaler> hpa,
            Target target) {
        List<Obstacle> all = new ArrayList<>();
        hpa.map(SurveyedWorkloads::autoscaler)
                .ifPresent(a ->
                        all.add(
                                new Obstacle(
                                        "other_autoscaler",
                                        "the %s %s scales it; beside that, Ebb only looks"
                                                .formatted(a.kind(), a.name()))));
        boolean sliced =
                scale(target).map(o -> Tree.of(o).in("spec")).stream()
                        .anyMatch(spec ->
                                spec.text("park").filter(p -> !p.equals("gate")).isPresent());
        if (!view.gated() && !sliced) {
            all.add(new Obstacle("no_gate", "its template has no readiness gate " + PodView.GATE));
        }
        view.withGated(true)
                .hold()
                .map(Hold::why)
                .ifPresent(w -> all.add(new Obstacle(w.code(), w.text())));
        Holds.noRequest(pods.stream().map(PodView::of).toList())
                .map(Hold::why)
                .ifPresent(w -> all.add(new Obstacle(w.code(), w.text())));
        long kept = pods.stream().map(PodMore::of).filter(p -> p.keep().isPresent()).count();
        if (kept > 0) {
            all.add(new Obstacle("kept", kept + " of its pods are to be left alone"));
        }
        PodOrder.remark(target).ifPresent(text -> all.add(new Obstacle("highest_only", text)));
        return all;
    }

    /** As their makers name them. */
    private static String names(Target.Kind kind, String name) {
        String quoted = name.replace(".", "\\\\.");
        if (kind.equals(Target.Kind.STATEFUL_SET)) {
            return quoted + "-[0-9]+";
        }
        return kind.equals(Target.Kind.REPLICA_SET)
                ? quoted + "-[a-z0-9]{5}"
                : quoted + "-[a-z0-9]+-[a-z0-9]{5}";
    }
}
