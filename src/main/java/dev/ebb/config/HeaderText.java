package dev.ebb.config;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Names and values of header fields (RFC 9110 5.1, 5.5), as far as a file may give them. */
final class HeaderText {
    static final int MOST = 50;
    private static final int LONGEST = 8192;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}");
    private static final Pattern VALUE =
            Pattern.compile("[\\x21-\\x7e](?:[\\t\\x20-\\x7e]*[\\x21-\\x7e])?");

    /** They belong to one connection or to the framing of one message, and so to the gateway. */
    private static final Set<String> NOT_FOR_FILES =
            Set.of(
                    "connection",
                    "content-length",
                    "date",
                    "expect",
                    "http2-settings",
                    "keep-alive",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    private HeaderText() {}

    /**
     * Reads a mapping of fields.
     *
     * @return by name in lower case, sorted
     */
    static Optional<Map<String, String>> read(Yaml node, String form, Problems problems) {
        if (!(node instanceof Yaml.Mapping mapping)) {
            problems.error(node.place(), node.what() + " is here; it is " + form);
            return Optional.empty();
        }
        int before = problems.errors();
        if (mapping.entries().size() > MOST) {
            problems.error(node.place(), "more than " + MOST + " header fields; at most that many");
        }
        var fields = new TreeMap<String, String>();
        for (Yaml.Entry entry : mapping.entries()) {
            String name = entry.key().text().toLowerCase(Locale.ROOT);
            wrongName(name).ifPresent(text -> problems.error(entry.key().place(), text));
            boolean scalar = entry.value() instanceof Yaml.Scalar;
            String value = entry.value() instanceof Yaml.Scalar s ? s.text().strip() : "";
            if (!scalar || !VALUE.matcher(value).matches() || value.length() > LONGEST) {
                problems.error(
                        entry.value().place(),
                        entry.value().what()
                                + " is no value of a header field; it is one line of ASCII text");
            } else if (fields.put(name, value) != null) {
                problems.error(entry.key().place(), "the field " + name + " is here twice");
            }
        }
        return problems.errors() == before ? Optional.of(fields) : Optional.empty();
    }

    private static Optional<String> wrongName(String name) {
        if (!NAME.matcher(name).matches()) {
            return Optional.of(
                    Problems.quote(name) + " is no name of a header field, such as x-version");
        }
        return NOT_FOR_FILES.contains(name)
                ? Optional.of("the field " + name + " is the gateway's own matter; remove it")
                : Optional.empty();
    }
}
