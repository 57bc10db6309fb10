package dev.ebb.config;

import java.util.List;
import java.util.Locale;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** Says in plain words, and with a remedy, what a YAML parser could not read. */
final class SyntaxWords {
    private SyntaxWords() {}

    private record Known(String part, String plain) {}

    private static final List<Known> KNOWN =
            List.of(
                    new Known("\\t(tab)", "a tab; indent with spaces"),
                    new Known(
                            "mapping values are not allowed",
                            "a ':' is not expected here;"
                                    + " indent the line like its neighbours, or quote the value"),
                    new Known(
                            "found unexpected end of stream",
                            "a quote is opened and never closed" + "; close it"),
                    new Known(
                            "expected ',' or ']'",
                            "a '[' is opened and never closed; write" + " [a, b]"),
                    new Known(
                            "expected ',' or '}'",
                            "a '{' is opened and never closed; write" + " {a: 1, b: 2}"),
                    new Known("could not find expected ':'", "a ':' is missing; write key: value"),
                    new Known(
                            "expected <block end>",
                            "the indentation does not fit the lines"
                                    + " before; indent it like its neighbours"),
                    new Known(
                            "cannot start any token",
                            "this character cannot begin a value;" + " put the value in quotes"),
                    new Known("duplicate anchor", "the same anchor twice; name one differently"));

    static String explain(MarkedYamlEngineException e) {
        String said = e.getProblem() == null ? "" : e.getProblem();
        String lower = said.toLowerCase(Locale.ROOT);
        return KNOWN.stream()
                .filter(known -> lower.contains(known.part()))
                .map(Known::plain)
                .findFirst()
                .orElse(Problems.quote(said.replaceAll("\\s+", " ")) + "; see yaml.org");
    }
}
