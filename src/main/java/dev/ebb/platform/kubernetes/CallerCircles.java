package dev.ebb.platform.kubernetes;

import dev.ebb.core.Bounds;
import dev.ebb.core.Hold;
import dev.ebb.core.NotBelow;
import dev.ebb.core.Reason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * ServiceScales that wait for each other in a circle, by {@code notBelow}: nobody of them could
 * ever be let go, and with a ratio above 1 all would grow. Those who are in one heed no caller, and
 * say so. Pure.
 */
final class CallerCircles {
    private CallerCircles() {}

    /** The same, with no circle left. */
    static List<ScaleSpec> broken(List<ScaleSpec> specs) {
        Map<String, List<String>> callers = new HashMap<>();
        for (ScaleSpec spec : specs) {
            List<String> of = callers(spec);
            if (!of.isEmpty()) {
                callers.put(spec.words(), of);
            }
        }
        return callers.isEmpty()
                ? specs
                : specs.stream().map(s -> waitsForItself(s, callers) ? without(s) : s).toList();
    }

    private static List<String> callers(ScaleSpec spec) {
        return spec.policy().bounds().map(Bounds::notBelow).orElse(List.<NotBelow>of()).stream()
                .map(bound -> spec.namespace() + "/" + bound.service().value())
                .toList();
    }

    private static boolean waitsForItself(ScaleSpec spec, Map<String, List<String>> callers) {
        Deque<String> next = new ArrayDeque<>(callers.getOrDefault(spec.words(), List.of()));
        Set<String> seen = new HashSet<>();
        while (!next.isEmpty()) {
            String one = next.pop();
            if (one.equals(spec.words())) {
                return true;
            }
            if (seen.add(one)) {
                next.addAll(callers.getOrDefault(one, List.of()));
            }
        }
        return false;
    }

    private static ScaleSpec without(ScaleSpec spec) {
        List<String> named = callers(spec);
        return spec.withoutCallers(
                new Hold(
                        Reason.of(
                                "callers_circle",
                                "notBelow goes round in a circle by way of %s, so it is not heeded"
                                        .formatted(String.join(", ", named))),
                        "another notBelow in one of them"));
    }
}
