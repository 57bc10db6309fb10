package dev.ebb.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes the tables of the configuration reference from the very keys that the reader knows, so
 * that the reference cannot say anything else. A test holds the page against it.
 */
public final class Reference {
    private Reference() {}

    /** The tables, in Markdown. */
    public static String markdown() {
        var out = new StringBuilder();
        table("", "The file", RootSchema.ROOT, "", out);
        table("services.NAME", "`services.NAME`", ServiceSchema.SERVICE, "", out);
        return out.toString().strip() + "\n";
    }

    private static void table(
            String path, String title, Section<?> section, String meaning, StringBuilder out) {
        out.append("## ").append(title).append("\n\n");
        if (!meaning.isEmpty()) {
            out.append(meaning).append("\n\n");
        }
        out.append("| key | value | default | meaning |\n| --- | --- | --- | --- |\n");
        var below = new ArrayList<Key<?>>();
        for (Key<?> key : section.keys()) {
            boolean nested = key.kind() instanceof Section;
            row(key, nested, out);
            if (nested) {
                below.add(key);
            }
        }
        out.append('\n');
        for (Key<?> key : below) {
            String name = path.isEmpty() ? key.name() : path + "." + key.name();
            table(name, "`" + name + "`", (Section<?>) key.kind(), key.meaning(), out);
        }
    }

    private static <T> void row(Key<T> key, boolean nested, StringBuilder out) {
        String value = nested ? "keys of its own, below" : key.kind().form();
        String fallback =
                key.required()
                        ? "**required**"
                        : nested
                                ? ""
                                : key.fallback()
                                        .map(v -> "`" + key.kind().show(v) + "`")
                                        .orElse("none");
        var cells = List.of("`" + key.name() + "`", value, fallback, key.meaning());
        out.append("| ")
                .append(String.join(" | ", cells.stream().map(Reference::cell).toList()))
                .append(" |\n");
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
