package dev.ebb.config;

import dev.ebb.config.ForeignPolicy.Behavior;
import dev.ebb.config.ForeignPolicy.Metric;
import dev.ebb.config.ForeignPolicy.Of;
import dev.ebb.config.ForeignPolicy.Rules;
import dev.ebb.config.ForeignPolicy.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** A HorizontalPodAutoscaler of autoscaling/v2 (and v1). Field names are those of its API. */
final class HpaManifest {
    private static final int MOST = 100_000;
    private static final double LARGEST = 1e15;

    /** What the API fills in where no metric is given. */
    private static final Metric USUAL = new Metric(Of.UTILIZATION, 80);

    private HpaManifest() {}

    static Optional<ForeignPolicy> read(Walk root) {
        Problems problems = root.problems();
        Optional<Walk> spec = root.map("spec");
        if (spec.isEmpty()) {
            problems.error(root.place(), "'spec' is missing");
            return Optional.empty();
        }
        Walk s = spec.get();
        s.only(
                "scaleTargetRef",
                "minReplicas",
                "maxReplicas",
                "metrics",
                "behavior",
                "targetCPUUtilizationPercentage");
        OptionalInt min = s.whole("minReplicas", 0, MOST);
        OptionalInt max = s.whole("maxReplicas", 1, MOST);
        if (s.get("maxReplicas").isEmpty()) {
            problems.error(s.place(), "'maxReplicas' is missing; the API wants it");
        }
        if (min.isPresent() && max.isPresent() && min.getAsInt() > max.getAsInt()) {
            problems.error(s.place("minReplicas"), "'minReplicas' is more than 'maxReplicas'");
        }
        List<Metric> metrics = metrics(s);
        return Optional.of(
                new ForeignPolicy.Hpa(
                        root.map("metadata").flatMap(m -> m.text("name")).orElse(""),
                        min.isPresent() ? min : OptionalInt.of(1),
                        max,
                        metrics,
                        s.map("behavior").map(HpaManifest::behavior)));
    }

    private static List<Metric> metrics(Walk spec) {
        OptionalInt v1 = spec.whole("targetCPUUtilizationPercentage", 1, 10_000);
        if (v1.isPresent()) {
            return List.of(new Metric(Of.UTILIZATION, v1.getAsInt()));
        }
        List<Walk> given = spec.list("metrics");
        if (given.isEmpty()) {
            return List.of(USUAL);
        }
        List<Metric> metrics = new ArrayList<>();
        for (Walk one : given) {
            metric(one).ifPresent(metrics::add);
        }
        if (metrics.isEmpty() && spec.problems().errors() == 0) {
            spec.problems()
                    .error(
                            spec.place("metrics"),
                            "no metric can be simulated with a trace of load; give a CPU"
                                    + " utilization, or a pods, object or external metric");
        }
        return metrics;
    }

    private static Optional<Metric> metric(Walk metric) {
        String type = metric.text("type").orElse("");
        String key =
                switch (type) {
                    case "Resource" -> "resource";
                    case "ContainerResource" -> "containerResource";
                    case "Pods" -> "pods";
                    case "Object" -> "object";
                    case "External" -> "external";
                    default -> "";
                };
        if (key.isEmpty()) {
            metric.problems()
                    .error(
                            metric.place("type"),
                            "'type' should be Resource, ContainerResource, Pods, Object or"
                                    + " External");
            return Optional.empty();
        }
        Optional<Walk> target = metric.map(key).flatMap(m -> m.map("target"));
        if (target.isEmpty()) {
            metric.problems().error(metric.place(), "'" + key + ".target' is missing");
            return Optional.empty();
        }
        return key.endsWith("esource")
                ? resource(metric.map(key).orElseThrow(), target.get())
                : value(key, target.get());
    }

    private static Optional<Metric> resource(Walk resource, Walk target) {
        String name = resource.text("name").orElse("");
        if (!name.equals("cpu")) {
            resource.notSimulated(
                    resource.place(),
                    "the resource '" + name + "', which a trace says nothing of,");
            return Optional.empty();
        }
        OptionalInt percent = target.whole("averageUtilization", 1, 10_000);
        if (percent.isEmpty() && target.get("averageValue").isPresent()) {
            resource.notSimulated(
                    target.place("averageValue"),
                    "an averageValue of CPU, whose request is not known here, (use"
                            + " averageUtilization)");
        }
        return percent.isPresent()
                ? Optional.of(new Metric(Of.UTILIZATION, percent.getAsInt()))
                : Optional.empty();
    }

    private static Optional<Metric> value(String key, Walk target) {
        OptionalDouble average = target.number("averageValue", 1e-9, LARGEST);
        OptionalDouble whole = target.number("value", 1e-9, LARGEST);
        if (average.isPresent()) {
            Of of = key.equals("pods") ? Of.PODS_AVERAGE : Of.TOTAL_AVERAGE;
            return Optional.of(new Metric(of, average.getAsDouble()));
        }
        if (whole.isPresent() && !key.equals("pods")) {
            return Optional.of(new Metric(Of.TOTAL, whole.getAsDouble()));
        }
        target.problems()
                .error(
                        target.place(),
                        key.equals("pods")
                                ? "'averageValue' is missing"
                                : "one of 'averageValue' and 'value' is missing");
        return Optional.empty();
    }

    static Behavior behavior(Walk behavior) {
        behavior.only("scaleUp", "scaleDown");
        return new Behavior(
                behavior.map("scaleUp").map(HpaManifest::rules),
                behavior.map("scaleDown").map(HpaManifest::rules));
    }

    private static Rules rules(Walk rules) {
        rules.only("selectPolicy", "policies", "stabilizationWindowSeconds", "tolerance");
        String select = rules.text("selectPolicy").orElse("Max");
        if (!List.of("Max", "Min", "Disabled").contains(select)) {
            rules.problems()
                    .error(
                            rules.place("selectPolicy"),
                            "'selectPolicy' should be Max, Min or Disabled");
        }
        List<Step> steps = new ArrayList<>();
        for (Walk policy : rules.list("policies")) {
            step(policy).ifPresent(steps::add);
        }
        return new Rules(
                select,
                steps,
                rules.whole("stabilizationWindowSeconds", 0, 3600),
                rules.number("tolerance", 0, 100));
    }

    private static Optional<Step> step(Walk policy) {
        String type = policy.text("type").orElse("");
        OptionalInt value = policy.whole("value", 1, MOST);
        OptionalInt period = policy.whole("periodSeconds", 1, 1800);
        if (!type.equals("Pods") && !type.equals("Percent")) {
            policy.problems().error(policy.place(), "'type' should be Pods or Percent");
        } else if (value.isEmpty() || period.isEmpty()) {
            policy.problems().error(policy.place(), "a policy needs 'value' and 'periodSeconds'");
        } else {
            return Optional.of(
                    new Step(type.equals("Percent"), value.getAsInt(), period.getAsInt()));
        }
        return Optional.empty();
    }
}
