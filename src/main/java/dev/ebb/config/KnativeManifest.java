package dev.ebb.config;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Knative's annotations, of a Service (in its template), of a Revision, or by themselves. Names are
 * those of knative/serving's {@code pkg/apis/autoscaling}.
 */
final class KnativeManifest {
    private static final String PREFIX = "autoscaling.knative.dev/";
    private static final int MOST = 100_000;

    private KnativeManifest() {}

    static Optional<ForeignPolicy> read(Walk root) {
        if (root.get("kind").isPresent()
                && !root.text("apiVersion").orElse("").startsWith("serving.knative.dev")) {
            return Optional.empty();
        }
        Optional<Walk> template = root.map("spec").flatMap(s -> s.map("template"));
        Optional<Walk> spec = template.isPresent() ? template.get().map("spec") : root.map("spec");
        Optional<Walk> inTemplate = template.flatMap(KnativeManifest::annotations);
        Optional<Walk> notes =
                inTemplate.isPresent()
                        ? inTemplate
                        : annotations(root).or(() -> root.map("annotations"));
        Walk n = notes.orElse(root);
        if (notes.isEmpty() && root.get("kind").isEmpty() && !hasAny(root)) {
            root.problems()
                    .error(root.place(), "is no manifest: it has neither kind nor annotations");
            return Optional.empty();
        }
        String name = root.map("metadata").flatMap(m -> m.text("name")).orElse("");
        return Optional.of(policy(name, n, spec));
    }

    private static Optional<Walk> annotations(Walk of) {
        return of.map("metadata").flatMap(m -> m.map("annotations"));
    }

    private static boolean hasAny(Walk root) {
        return root.mapping().entries().stream().anyMatch(e -> e.key().text().startsWith(PREFIX));
    }

    private static ForeignPolicy policy(String name, Walk n, Optional<Walk> spec) {
        warn(n);
        String kind = n.text(PREFIX + "class").orElse("kpa.autoscaling.knative.dev");
        OptionalDouble percent =
                either(n, "target-utilization-percentage", "targetUtilizationPercentage", 1, 100);
        OptionalInt min = scale(n, "min-scale", "minScale");
        OptionalDouble limit =
                spec.map(s -> s.number("containerConcurrency", 0, MOST))
                        .filter(l -> l.isPresent() && l.getAsDouble() > 0)
                        .orElse(OptionalDouble.empty());
        return new ForeignPolicy.Knative(
                name,
                kind.startsWith("hpa."),
                n.number(PREFIX + "target", 0.01, 1e9),
                limit,
                percent.isPresent()
                        ? OptionalDouble.of(percent.getAsDouble() / 100)
                        : OptionalDouble.empty(),
                n.seconds(PREFIX + "window"),
                either(n, "panic-window-percentage", "panicWindowPercentage", 1, 100),
                either(n, "panic-threshold-percentage", "panicThresholdPercentage", 110, 1000),
                n.seconds(PREFIX + "scale-down-delay"),
                n.seconds(PREFIX + "scale-to-zero-pod-retention-period"),
                n.whole(PREFIX + "activation-scale", 1, MOST),
                min,
                scale(n, "max-scale", "maxScale"));
    }

    private static void warn(Walk n) {
        for (Yaml.Entry entry : n.mapping().entries()) {
            String key = entry.key().text();
            boolean used =
                    key.matches(
                            PREFIX
                                    + "(class|metric|target|target-?[uU]tilization-?[pP]ercentage"
                                    + "|window|panic-?[wW]indow-?[pP]ercentage"
                                    + "|panic-?[tT]hreshold-?[pP]ercentage|scale-down-delay"
                                    + "|activation-scale|scale-to-zero-pod-retention-period"
                                    + "|min-?[sS]cale|max-?[sS]cale)");
            if (key.startsWith(PREFIX) && !used) {
                n.notSimulated(entry.key().place(), "'" + key + "'");
            }
        }
        String metric = n.text(PREFIX + "metric").orElse("concurrency");
        if (metric.equals("memory")) {
            n.problems()
                    .error(
                            n.place(PREFIX + "metric"),
                            "a trace says nothing of memory; use concurrency, rps or cpu");
        }
    }

    private static OptionalDouble either(
            Walk n, String now, String before, double least, double most) {
        OptionalDouble value = n.number(PREFIX + now, least, most);
        return value.isPresent() ? value : n.number(PREFIX + before, least, most);
    }

    private static OptionalInt scale(Walk n, String now, String before) {
        OptionalInt value = n.whole(PREFIX + now, 0, MOST);
        return value.isPresent() ? value : n.whole(PREFIX + before, 0, MOST);
    }
}
