package dev.ebb.beside;

import java.util.Locale;
import java.util.stream.Collectors;

/** docs/kubernetes-beside-hpa.md, of one run. */
final class Page {
    private Page() {}

    static String of(Figures figures, int metricsEvery) {
        return Manifests.text("page.md.template")
                .formatted(
                        figures.date(),
                        figures.machine(),
                        figures.versions().entrySet().stream()
                                .map(e -> "- " + e.getKey() + ": " + e.getValue() + "\n")
                                .collect(Collectors.joining()),
                        figures.cycles(),
                        figures.interrupted(),
                        figures.seconds(),
                        figures.factor(),
                        new Table(figures).markdown(),
                        number(Load.MUCH),
                        number(Load.LITTLE),
                        number(1 / Load.LONG),
                        Knob.LONG.seconds(),
                        number(Load.WORK_SECONDS * 1e3),
                        1 / Load.WORK_SECONDS,
                        Load.TARGET_PERCENT,
                        Load.LEAST_PODS,
                        Load.MOST_PODS,
                        settings(),
                        metricsEvery);
    }

    private static String settings() {
        var out = new StringBuilder();
        for (Knob knob : Knob.values()) {
            out.append(
                    "| %s | %s | %d | %d |\n"
                            .formatted(
                                    knob.whose.words,
                                    knob.words,
                                    knob.customarySeconds,
                                    knob.seconds()));
        }
        return out.toString();
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%s", value);
    }
}
