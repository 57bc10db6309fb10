package dev.ebb.cli;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as options have them. */
final class Spans {
    private static final Pattern SPAN = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,3})?)(ms|s|m|h|d)");

    private Spans() {}

    /**
     * In seconds.
     *
     * @param usual when there is no text
     * @throws Failure when it is no length of time
     */
    static double seconds(String option, Optional<String> text, double usual) {
        if (text.isEmpty()) {
            return usual;
        }
        Matcher span = SPAN.matcher(text.get());
        if (!span.matches()) {
            throw new Failure(
                    Exit.USAGE,
                    option + " wants a time such as 500ms, 30s or 2m, not '" + text.get() + "'");
        }
        double unit =
                switch (span.group(2)) {
                    case "ms" -> 0.001;
                    case "s" -> 1;
                    case "m" -> 60;
                    case "h" -> 3600;
                    default -> 86_400;
                };
        return Double.parseDouble(span.group(1)) * unit;
    }
}
