package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Label selectors as text, as a scale subresource has them: {@code app=shop,tier in (a, b),!old}.
 * Source: "Labels and Selectors" in Kubernetes' documentation. Pure.
 */
final class Selectors {
    private static final String KEY = "\\s*([A-Za-z0-9./_-]+)\\s*";
    private static final Pattern EQUAL = Pattern.compile(KEY + "==?\\s*([A-Za-z0-9._-]*)\\s*");
    private static final Pattern UNEQUAL = Pattern.compile(KEY + "!=\\s*([A-Za-z0-9._-]*)\\s*");
    private static final Pattern AMONG =
            Pattern.compile(KEY + "\\s(in|notin)\\s*\\(([A-Za-z0-9._, -]*)\\)\\s*");
    private static final Pattern EXISTS = Pattern.compile(KEY);
    private static final Pattern ABSENT = Pattern.compile("\\s*!" + KEY);

    /** Commas that are not in parentheses. */
    private static final Pattern COMMA = Pattern.compile(",(?![^(]*\\))");

    private Selectors() {}

    /** Empty when it cannot be read: rather no pod than another workload's. */
    static Optional<LabelSelector> parse(String text) {
        var builder = new LabelSelectorBuilder();
        for (String part : COMMA.split(text, -1)) {
            if (!add(part, builder)) {
                return Optional.empty();
            }
        }
        return Optional.of(builder.build());
    }

    private static boolean add(String part, LabelSelectorBuilder into) {
        Matcher equal = EQUAL.matcher(part);
        Matcher unequal = UNEQUAL.matcher(part);
        Matcher among = AMONG.matcher(part);
        Matcher exists = EXISTS.matcher(part);
        Matcher absent = ABSENT.matcher(part);
        if (equal.matches()) {
            require(into, equal.group(1), "In", List.of(equal.group(2)));
        } else if (unequal.matches()) {
            require(into, unequal.group(1), "NotIn", List.of(unequal.group(2)));
        } else if (among.matches()) {
            String operator = among.group(2).equals("in") ? "In" : "NotIn";
            var values = Arrays.stream(among.group(3).split(",", -1)).map(String::strip).toList();
            require(into, among.group(1), operator, values);
        } else if (absent.matches()) {
            require(into, absent.group(1), "DoesNotExist", List.of());
        } else if (exists.matches()) {
            require(into, exists.group(1), "Exists", List.of());
        } else {
            return false;
        }
        return true;
    }

    private static void require(
            LabelSelectorBuilder into, String key, String operator, List<String> values) {
        into.addNewMatchExpression()
                .withKey(key)
                .withOperator(operator)
                .withValues(values)
                .endMatchExpression();
    }
}
