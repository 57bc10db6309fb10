package dev.ebb.config;

import dev.ebb.config.ForeignPolicy.Behavior;
import dev.ebb.config.ForeignPolicy.Metric;
import dev.ebb.config.ForeignPolicy.Of;
import dev.ebb.config.ForeignPolicy.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A ScaledObject of KEDA: between 1 and the maximum it is an HPA, and that is what is simulated.
 * Names and defaults are those of its API (keda.sh/v1alpha1).
 */
final class KedaManifest {
    private static final int MOST = 100_000;
    private static final int USUAL_MAX = 100;

    /** Where triggers keep the number that they aim at. */
    private static final List<String> TARGETS =
            List.of(
                    "threshold",
                    "value",
                    "targetValue",
                    "lagThreshold",
                    "queueLength",
                    "targetMetricValue",
                    "targetQueryValue");

    private KedaManifest() {}

    static Optional<ForeignPolicy> read(Walk root) {
        Optional<Walk> spec = root.map("spec");
        if (spec.isEmpty()) {
            root.problems().error(root.place(), "'spec' is missing");
            return Optional.empty();
        }
        Walk s = spec.get();
        s.only("scaleTargetRef", "minReplicaCount", "maxReplicaCount", "triggers", "advanced");
        OptionalInt min = s.whole("minReplicaCount", 0, MOST);
        OptionalInt max = s.whole("maxReplicaCount", 1, MOST);
        if (min.orElse(0) == 0) {
            s.notSimulated(s.place("minReplicaCount"), "scaling to 0");
        }
        List<Metric> metrics = new ArrayList<>();
        for (Walk trigger : s.list("triggers")) {
            trigger(trigger).ifPresent(metrics::add);
        }
        if (metrics.isEmpty() && s.problems().errors() == 0) {
            s.problems()
                    .error(
                            s.place("triggers"),
                            "no trigger can be simulated with a trace of load; give one of cpu, or"
                                    + " one with a threshold");
        }
        var policy =
                new ForeignPolicy.Hpa(
                        root.map("metadata").flatMap(m -> m.text("name")).orElse(""),
                        OptionalInt.of(Math.max(1, min.orElse(1))),
                        OptionalInt.of(max.orElse(USUAL_MAX)),
                        metrics,
                        behavior(s));
        return Optional.of(paused(root, policy));
    }

    private static Optional<Behavior> behavior(Walk spec) {
        return spec.map("advanced")
                .flatMap(advanced -> {
                    advanced.only("horizontalPodAutoscalerConfig", "restoreToOriginalReplicaCount");
                    return advanced.map("horizontalPodAutoscalerConfig")
                            .flatMap(c -> c.map("behavior"))
                            .map(HpaManifest::behavior);
                });
    }

    private static Optional<Metric> trigger(Walk trigger) {
        String type = trigger.text("type").orElse("");
        Optional<Walk> data = trigger.map("metadata");
        if (type.equals("memory") || type.equals("cron") || data.isEmpty()) {
            trigger.notSimulated(trigger.place(), "the trigger '" + type + "'");
            return Optional.empty();
        }
        String kind =
                trigger.text("metricType").or(() -> data.get().text("type")).orElse("AverageValue");
        if (type.equals("cpu")) {
            boolean value = trigger.get("metricType").isPresent() && !kind.equals("Utilization");
            OptionalInt percent = data.get().whole("value", 1, 10_000);
            if (value || percent.isEmpty()) {
                trigger.notSimulated(trigger.place(), "a cpu trigger without a utilization");
                return Optional.empty();
            }
            return Optional.of(new Metric(Of.UTILIZATION, percent.getAsInt()));
        }
        for (String key : TARGETS) {
            OptionalDouble target = data.get().number(key, 1e-9, 1e15);
            if (target.isPresent()) {
                Of of = kind.equals("Value") ? Of.TOTAL : Of.TOTAL_AVERAGE;
                return Optional.of(new Metric(of, target.getAsDouble()));
            }
        }
        trigger.notSimulated(trigger.place(), "the trigger '" + type + "', without a threshold,");
        return Optional.empty();
    }

    /** The annotations that hold a ScaledObject where it is. */
    private static ForeignPolicy.Hpa paused(Walk root, ForeignPolicy.Hpa policy) {
        Optional<Walk> notes = root.map("metadata").flatMap(m -> m.map("annotations"));
        if (notes.isEmpty()) {
            return policy;
        }
        Walk n = notes.get();
        OptionalInt fixed = n.whole("autoscaling.keda.sh/paused-replicas", 1, MOST);
        boolean in = isTrue(n, "paused-scale-in") || isTrue(n, "paused");
        boolean out = isTrue(n, "paused-scale-out") || isTrue(n, "paused");
        Optional<Behavior> behavior = policy.behavior();
        if (in || out) {
            var still =
                    new Rules("Disabled", List.of(), OptionalInt.empty(), OptionalDouble.empty());
            Optional<Rules> up = out ? Optional.of(still) : behavior.flatMap(Behavior::up);
            Optional<Rules> down = in ? Optional.of(still) : behavior.flatMap(Behavior::down);
            behavior = Optional.of(new Behavior(up, down));
        }
        return new ForeignPolicy.Hpa(
                policy.name(),
                fixed.isPresent() ? fixed : policy.min(),
                fixed.isPresent() ? fixed : policy.max(),
                policy.metrics(),
                behavior);
    }

    private static boolean isTrue(Walk notes, String name) {
        return notes.text("autoscaling.keda.sh/" + name).filter("true"::equals).isPresent();
    }
}
