package dev.ebb.config;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Ebb fills in for each instance: {@code ${port}}, {@code ${host}}, {@code ${instance}} and
 * {@code ${service}}. Any other {@code ${...}} is an error, because it would reach the instance as
 * it stands.
 */
public final class Placeholders {
    /** Without the dollar and the braces. */
    public static final List<String> KNOWN = List.of("port", "host", "instance", "service");

    private static final Pattern ANY = Pattern.compile("\\$\\{([^}]*)}?");

    private Placeholders() {}

    /** What is wrong with the placeholders in this text, if anything. */
    static Optional<String> wrong(String text) {
        Matcher m = ANY.matcher(text);
        while (m.find()) {
            String name = m.group(1);
            if (!m.group().endsWith("}")) {
                return Optional.of("'${' is never closed; write ${port}");
            }
            if (!KNOWN.contains(name)) {
                return Optional.of(
                        "unknown placeholder '${%s}'; ".formatted(name)
                                + Nearest.to(name, KNOWN)
                                        .map("did you mean '${%s}'?"::formatted)
                                        .orElse(
                                                "known are ${port}, ${host}, ${instance} and"
                                                        + " ${service}; a shell's variable is"
                                                        + " written without braces"));
            }
        }
        return Optional.empty();
    }
}
