package dev.ebb.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * What HorizontalPodAutoscalers and ScaledObjects have in common on their way to a ServiceScale.
 */
final class ConversionParts {
    /** Limits of the ServiceScale's schema. */
    static final int MOST_PODS = 5_000;

    static final int MOST_PERCENT = 200;
    private static final int ANY = 1_000_000;
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final int NAME_LENGTH = 253;

    private ConversionParts() {}

    /** Fewest and most pods. */
    record Range(int min, int max) {}

    /** What both kinds say all the rest in. */
    static Optional<Walk> spec(Walk root) {
        Optional<Walk> spec = root.map("spec");
        if (spec.isEmpty()) {
            root.problems().error(root.place(), "'spec' is missing");
        }
        return spec;
    }

    /** All together; empty where the target or the range has a problem. */
    static Optional<ConvertedScale> scale(
            String from,
            Walk root,
            Optional<Walk> meta,
            Optional<ConvertedScale.Target> target,
            Optional<Range> range,
            OptionalInt cpu,
            OptionalInt stabilization) {
        Optional<String> name = meta.flatMap(m -> name(m, "name"));
        Optional<String> namespace = meta.flatMap(m -> name(m, "namespace"));
        if (target.isEmpty() || range.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new ConvertedScale(
                        from,
                        root.place(),
                        namespace,
                        name.orElse(target.get().name()),
                        target.get(),
                        range.get().min(),
                        range.get().max(),
                        cpu,
                        stabilization));
    }

    static void none(Walk walk, Place place, String what) {
        walk.problems().warning(place, what + " has no equivalent");
    }

    /** All keys but these have no equivalent, and that is said. */
    static void only(Walk walk, List<String> known) {
        for (Yaml.Entry entry : walk.mapping().entries()) {
            if (!known.contains(entry.key().text())) {
                none(walk, entry.key().place(), "'" + entry.key().text() + "'");
            }
        }
    }

    static Optional<String> name(Walk meta, String key) {
        return meta.text(key)
                .filter(name -> {
                    boolean right = name.length() <= NAME_LENGTH && NAME.matcher(name).matches();
                    if (!right) {
                        meta.problems()
                                .error(
                                        meta.place(key),
                                        "'%s' should be a name of Kubernetes, not %s"
                                                .formatted(key, Problems.quote(name)));
                    }
                    return right;
                });
    }

    static Optional<ConvertedScale.Target> target(Walk spec) {
        Optional<Walk> ref = spec.map("scaleTargetRef");
        Optional<String> name = ref.flatMap(r -> name(r, "name"));
        if (name.isEmpty()) {
            spec.problems().error(spec.place("scaleTargetRef"), "'scaleTargetRef.name' is missing");
            return Optional.empty();
        }
        Walk r = ref.orElseThrow();
        var target =
                new ConvertedScale.Target(
                        r.text("apiVersion").orElse("apps/v1"),
                        r.text("kind").orElse("Deployment"),
                        name.get());
        note(target).ifPresent(text -> spec.problems().warning(r.place(), text));
        return Optional.of(target);
    }

    /** What is to be known of a target before its ServiceScale is applied. */
    private static Optional<String> note(ConvertedScale.Target target) {
        boolean apps = target.apiVersion().equals("apps/v1");
        return switch (target.kind()) {
            case "Deployment", "ReplicaSet" ->
                    apps
                            ? Optional.empty()
                            : Optional.of(
                                    "Ebb wants the apiVersion apps/v1 for a " + target.kind());
            case "StatefulSet" ->
                    Optional.of(
                            "of a StatefulSet only the pod with the highest number can go, one at a"
                                    + " time, whatever its load");
            case "Rollout" ->
                    Optional.of(
                            "the operator needs the rights for Argo Rollouts:"
                                    + " deploy/kubernetes/rollouts");
            default ->
                    Optional.of(
                            "the operator needs rights for %ss of %s and their scale"
                                    .formatted(target.kind(), target.apiVersion()));
        };
    }

    static Optional<Range> range(
            Walk spec, String minKey, int usualMin, String maxKey, OptionalInt usualMax) {
        OptionalInt min = spec.whole(minKey, 0, ANY);
        OptionalInt max = spec.whole(maxKey, 1, ANY);
        if (spec.get(maxKey).isEmpty() && usualMax.isEmpty()) {
            spec.problems().error(spec.place(), "'" + maxKey + "' is missing; the API wants it");
            return Optional.empty();
        }
        int fewest = min.orElse(usualMin);
        int most = max.orElse(usualMax.orElse(MOST_PODS));
        if (fewest > most) {
            spec.problems()
                    .error(spec.place(minKey), "'%s' is more than '%s'".formatted(minKey, maxKey));
            return Optional.empty();
        }
        if (fewest == 0) {
            none(spec, spec.place(minKey), "scaling to 0");
        }
        if (most > MOST_PODS) {
            none(spec, spec.place(maxKey), "more than " + MOST_PODS + " pods");
        }
        return Optional.of(new Range(Math.clamp(fewest, 1, MOST_PODS), Math.min(most, MOST_PODS)));
    }

    /** A percentage of CPU, within what a ServiceScale takes. */
    static OptionalInt percent(Walk walk, String key) {
        OptionalInt given = walk.whole(key, 1, 10_000);
        if (given.isPresent() && given.getAsInt() > MOST_PERCENT) {
            none(walk, walk.place(key), "more than %d %% of CPU".formatted(MOST_PERCENT));
            return OptionalInt.of(MOST_PERCENT);
        }
        return given;
    }

    /** The lower of two: whoever takes the larger of two needs takes the lower of two targets. */
    static OptionalInt lower(OptionalInt a, OptionalInt b) {
        return a.isPresent() && b.isPresent()
                ? OptionalInt.of(Math.min(a.getAsInt(), b.getAsInt()))
                : a.isPresent() ? a : b;
    }

    /** The stabilization of scaling in; of the rest of {@code behavior} it is said what is lost. */
    static OptionalInt behavior(Walk behavior) {
        only(behavior, List.of("scaleUp", "scaleDown"));
        behavior.map("scaleUp")
                .ifPresent(up -> {
                    if (disabled(up)) {
                        none(up, up.place("selectPolicy"), "forbidding to scale out");
                    } else if (up.whole("stabilizationWindowSeconds", 0, 3_600).orElse(0) > 0) {
                        none(
                                up,
                                up.place("stabilizationWindowSeconds"),
                                "a stabilization of scaling out (Ebb averages over"
                                        + " scaleOut.windowSeconds)");
                    }
                    steps(up, "out, which Ebb does at once up to the need,");
                });
        Optional<Walk> down = behavior.map("scaleDown");
        down.ifPresent(d -> {
            if (disabled(d)) {
                none(
                        d,
                        d.place("selectPolicy"),
                        "forbidding to scale in, other than the mode 'observe', with which it"
                                + " begins,");
            }
            steps(d, "in, which Ebb does by trial (scaleIn.absentPercent at once),");
        });
        return down.map(d -> d.whole("stabilizationWindowSeconds", 0, 3_600))
                .orElse(OptionalInt.empty());
    }

    private static boolean disabled(Walk rules) {
        return rules.text("selectPolicy").filter("Disabled"::equals).isPresent();
    }

    private static void steps(Walk rules, String direction) {
        if (!disabled(rules) && !rules.list("policies").isEmpty()) {
            none(rules, rules.place("policies"), "a rate of scaling " + direction);
        }
        if (rules.get("tolerance").isPresent()) {
            none(rules, rules.place("tolerance"), "'tolerance'");
        }
    }

    /** When no trigger or metric can be taken over. */
    static void tellUsualCpu(Walk spec, String key) {
        spec.problems()
                .warning(
                        spec.place(key),
                        "nothing of it is a use of CPU, which is what Ebb sizes by here: set"
                                + " targets.cpuPercent (60 unless said) as a backtest or 'observe'"
                                + " shows to be right");
    }
}
