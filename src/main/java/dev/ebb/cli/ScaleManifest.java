package dev.ebb.cli;

import dev.ebb.config.ConvertedScale;
import dev.ebb.console.Wire;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** A ServiceScale as a manifest: as data, and as the YAML of such data. */
final class ScaleManifest {
    /** Needs no quotes in YAML 1.1 or 1.2, unless it is one of the words below. */
    private static final Pattern PLAIN = Pattern.compile("[a-zA-Z][a-zA-Z0-9./-]*");

    private static final Set<String> WORDS =
            Set.of("y", "n", "yes", "no", "on", "off", "true", "false", "null");

    private ScaleManifest() {}

    static Map<String, Object> of(ConvertedScale scale) {
        Map<String, Object> meta = new LinkedHashMap<>();
        meta.put("name", scale.name());
        scale.namespace().ifPresent(n -> meta.put("namespace", n));
        Map<String, Object> target = new LinkedHashMap<>();
        target.put("apiVersion", scale.target().apiVersion());
        target.put("kind", scale.target().kind());
        target.put("name", scale.target().name());
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("targetRef", target);
        spec.put("mode", "observe");
        spec.put("minReplicas", scale.min());
        spec.put("maxReplicas", scale.max());
        scale.cpuPercent().ifPresent(p -> spec.put("targets", Map.of("cpuPercent", p)));
        scale.stabilizationSeconds()
                .ifPresent(s -> spec.put("scaleIn", Map.of("stabilizationSeconds", s)));
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("apiVersion", "ebb.dev/v1alpha1");
        root.put("kind", "ServiceScale");
        root.put("metadata", meta);
        root.put("spec", spec);
        return root;
    }

    /** With a line on where it comes from. */
    static String yaml(ConvertedScale scale) {
        var text = new StringBuilder();
        text.append(
                "# From the %s %s; it acts with mode: automatic\n"
                        .formatted(scale.from(), scale.name()));
        append(of(scale), 0, text);
        return text.toString();
    }

    private static void append(Map<?, ?> map, int depth, StringBuilder text) {
        map.forEach((key, value) -> {
            text.repeat("  ", depth).append(key).append(':');
            if (value instanceof Map<?, ?> inner) {
                text.append('\n');
                append(inner, depth + 1, text);
            } else {
                text.append(' ').append(scalar(value)).append('\n');
            }
        });
    }

    private static String scalar(Object value) {
        if (!(value instanceof String word)) {
            return String.valueOf(value);
        }
        boolean plain =
                PLAIN.matcher(word).matches() && !WORDS.contains(word.toLowerCase(Locale.ROOT));
        return plain ? word : Wire.write(word);
    }
}
