package dev.ebb.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A HorizontalPodAutoscaler (autoscaling/v2, v2beta2 and v1) as a ServiceScale. */
final class HpaConversion {
    /** What the API fills in where no metric is given. */
    private static final int USUAL_PERCENT = 80;

    private static final List<String> VERSIONS =
            List.of("autoscaling/v2", "autoscaling/v2beta2", "autoscaling/v1");

    private HpaConversion() {}

    static Optional<ConvertedScale> read(Walk root) {
        Problems problems = root.problems();
        String version = root.text("apiVersion").orElse("");
        if (!VERSIONS.contains(version)) {
            problems.error(
                    root.place("apiVersion"),
                    "a HorizontalPodAutoscaler of %s is not read; give one of autoscaling/v2"
                            .formatted(version.isEmpty() ? "no version" : Problems.quote(version)));
            return Optional.empty();
        }
        Optional<Walk> spec = ConversionParts.spec(root);
        if (spec.isEmpty()) {
            return Optional.empty();
        }
        Optional<Walk> meta = root.map("metadata");
        meta.ifPresent(HpaConversion::tellOwner);
        return convert(root, meta, spec.get());
    }

    private static Optional<ConvertedScale> convert(Walk root, Optional<Walk> meta, Walk spec) {
        ConversionParts.only(
                spec,
                List.of(
                        "scaleTargetRef",
                        "minReplicas",
                        "maxReplicas",
                        "metrics",
                        "behavior",
                        "targetCPUUtilizationPercentage"));
        var target = ConversionParts.target(spec);
        var range =
                ConversionParts.range(spec, "minReplicas", 1, "maxReplicas", OptionalInt.empty());
        OptionalInt cpu = cpu(spec);
        OptionalInt stabilization =
                spec.map("behavior").map(ConversionParts::behavior).orElse(OptionalInt.empty());
        return ConversionParts.scale(
                "HorizontalPodAutoscaler", root, meta, target, range, cpu, stabilization);
    }

    private static void tellOwner(Walk meta) {
        boolean keda =
                meta.list("ownerReferences").stream()
                        .anyMatch(o -> o.text("kind").filter("ScaledObject"::equals).isPresent());
        if (keda) {
            meta.problems()
                    .warning(
                            meta.place("ownerReferences"),
                            "KEDA has made this one, and makes it again; convert the ScaledObject");
        }
    }

    private static OptionalInt cpu(Walk spec) {
        OptionalInt v1 = ConversionParts.percent(spec, "targetCPUUtilizationPercentage");
        if (v1.isPresent()) {
            return v1;
        }
        List<Walk> metrics = spec.list("metrics");
        if (metrics.isEmpty()) {
            return OptionalInt.of(USUAL_PERCENT);
        }
        OptionalInt cpu = OptionalInt.empty();
        for (Walk metric : metrics) {
            cpu = ConversionParts.lower(cpu, metric(metric));
        }
        if (cpu.isEmpty()) {
            ConversionParts.tellUsualCpu(spec, "metrics");
        }
        return cpu;
    }

    private static OptionalInt metric(Walk metric) {
        String type = metric.text("type").orElse("");
        return switch (type) {
            case "Resource" -> resource(metric, "resource");
            case "ContainerResource" -> resource(metric, "containerResource");
            case "Pods", "Object", "External" -> {
                ConversionParts.none(metric, metric.place(), "a metric of type " + type);
                yield OptionalInt.empty();
            }
            default -> {
                metric.problems()
                        .error(
                                metric.place("type"),
                                "'type' should be Resource, ContainerResource, Pods, Object or"
                                        + " External");
                yield OptionalInt.empty();
            }
        };
    }

    private static OptionalInt resource(Walk metric, String key) {
        Optional<Walk> resource = metric.map(key);
        Optional<Walk> target = resource.flatMap(r -> r.map("target"));
        if (target.isEmpty()) {
            metric.problems().error(metric.place(), "'" + key + ".target' is missing");
            return OptionalInt.empty();
        }
        String name = resource.get().text("name").orElse("");
        if (!name.equals("cpu")) {
            ConversionParts.none(
                    metric,
                    resource.get().place(),
                    name.equals("memory")
                            ? "sizing by memory (targets.memoryGuardPercent only keeps pods from"
                                    + " being removed)"
                            : "sizing by " + Problems.quote(name));
            return OptionalInt.empty();
        }
        OptionalInt percent = ConversionParts.percent(target.get(), "averageUtilization");
        if (percent.isEmpty()) {
            ConversionParts.none(
                    metric,
                    target.get().place(),
                    "a target of CPU other than averageUtilization (divide it by what a pod"
                            + " requests)");
        } else if (key.equals("containerResource")) {
            ConversionParts.none(
                    metric,
                    resource.get().place(),
                    "looking at one container (Ebb takes its target for the whole pod)");
        }
        return percent;
    }
}
