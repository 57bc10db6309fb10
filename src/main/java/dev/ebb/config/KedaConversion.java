package dev.ebb.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A ScaledObject of KEDA (keda.sh/v1alpha1) as a ServiceScale. */
final class KedaConversion {
    private static final int USUAL_MAX = 100;
    private static final String PREFIX = "autoscaling.keda.sh/";

    private KedaConversion() {}

    static Optional<ConvertedScale> read(Walk root) {
        Optional<Walk> spec = ConversionParts.spec(root);
        if (spec.isEmpty()) {
            return Optional.empty();
        }
        Walk s = spec.get();
        ConversionParts.only(
                s,
                List.of(
                        "scaleTargetRef",
                        "minReplicaCount",
                        "maxReplicaCount",
                        "triggers",
                        "advanced"));
        Optional<Walk> meta = root.map("metadata");
        meta.flatMap(m -> m.map("annotations")).ifPresent(KedaConversion::tellPaused);
        var target = ConversionParts.target(s);
        s.map("scaleTargetRef")
                .ifPresent(r -> ConversionParts.only(r, List.of("apiVersion", "kind", "name")));
        var range =
                ConversionParts.range(
                        s, "minReplicaCount", 0, "maxReplicaCount", OptionalInt.of(USUAL_MAX));
        OptionalInt cpu = cpu(s);
        OptionalInt stabilization =
                s.map("advanced").map(KedaConversion::advanced).orElse(OptionalInt.empty());
        return ConversionParts.scale("ScaledObject", root, meta, target, range, cpu, stabilization);
    }

    private static OptionalInt advanced(Walk advanced) {
        ConversionParts.only(advanced, List.of("horizontalPodAutoscalerConfig"));
        return advanced.map("horizontalPodAutoscalerConfig")
                .flatMap(c -> c.map("behavior"))
                .map(ConversionParts::behavior)
                .orElse(OptionalInt.empty());
    }

    private static OptionalInt cpu(Walk spec) {
        OptionalInt cpu = OptionalInt.empty();
        List<Walk> triggers = spec.list("triggers");
        if (triggers.isEmpty()) {
            spec.problems().error(spec.place(), "'triggers' is missing; the API wants it");
            return cpu;
        }
        for (Walk trigger : triggers) {
            cpu = ConversionParts.lower(cpu, trigger(trigger));
        }
        if (cpu.isEmpty()) {
            ConversionParts.tellUsualCpu(spec, "triggers");
        }
        return cpu;
    }

    private static OptionalInt trigger(Walk trigger) {
        String type = trigger.text("type").orElse("");
        Optional<Walk> data = trigger.map("metadata");
        if (!type.equals("cpu") || data.isEmpty()) {
            ConversionParts.none(
                    trigger,
                    trigger.place(),
                    type.equals("memory")
                            ? "sizing by memory (targets.memoryGuardPercent only keeps pods from"
                                    + " being removed)"
                            : "the trigger " + Problems.quote(type));
            return OptionalInt.empty();
        }
        String kind =
                trigger.text("metricType").or(() -> data.get().text("type")).orElse("Utilization");
        if (!kind.equals("Utilization")) {
            ConversionParts.none(
                    trigger,
                    trigger.place(),
                    "a target of CPU other than Utilization (divide it by what a pod requests)");
            return OptionalInt.empty();
        }
        if (data.get().get("containerName").isPresent()) {
            ConversionParts.none(
                    trigger,
                    data.get().place("containerName"),
                    "looking at one container (Ebb takes its target for the whole pod)");
        }
        return ConversionParts.percent(data.get(), "value");
    }

    private static void tellPaused(Walk notes) {
        for (Yaml.Entry entry : notes.mapping().entries()) {
            String key = entry.key().text();
            if (key.startsWith(PREFIX + "paused")) {
                ConversionParts.none(
                        notes,
                        entry.key().place(),
                        "'%s', other than the mode 'observe', with which it begins,"
                                .formatted(key));
            }
        }
    }
}
