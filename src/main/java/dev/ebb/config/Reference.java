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
            row(key, out);
            if (key.kind() instanceof Kind.Nested) {
                below.add(key);
            }
        }
        out.append('\n');
        for (Key<?> key : below) {
            String name = path.isEmpty() ? key.name() : path + "." + key.name();
            Section<?> nested = ((Kind.Nested) key.kind()).section();
            table(name, "`" + name + "`", nested, key.meaning(), out);
        }
    }

    private static <T> void row(Key<T> key, StringBuilder out) {
        boolean nested = key.kind() instanceof Kind.Nested;
        String value = key.kind() instanceof Kind.Nested n ? n.brief() : key.kind().form();
        String shown =
                key.fallback()
                        .map(v -> nested ? "" : "`" + key.kind().show(v) + "`")
                        .orElse("none");
        String fallback = key.required() ? "**required**" : shown;
        var cells = List.of("`" + key.name() + "`", value, fallback, key.meaning());
        out.append("| ")
                .append(String.join(" | ", cells.stream().map(Reference::cell).toList()))
                .append(" |\n");
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
