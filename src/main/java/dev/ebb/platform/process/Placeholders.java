package dev.ebb.platform.process;

import dev.ebb.control.LaunchIntent;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fills {@code ${port}}, {@code ${host}}, {@code ${instance}} and {@code ${service}} into text. */
final class Placeholders {
    private static final Pattern PLACEHOLDER =
            Pattern.compile("\\$\\{(port|host|instance|service)}");

    private final Map<String, String> values;

    Placeholders(LaunchIntent intent) {
        values =
                Map.of(
                        "port", Integer.toString(intent.port()),
                        "host", intent.host(),
                        "instance", intent.id().toString(),
                        "service", intent.id().service().value());
    }

    /** The text with every known placeholder replaced; unknown ones belong to the command. */
    String fill(String text) {
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(found ->
                        Matcher.quoteReplacement(
                                values.getOrDefault(found.group(1), found.group())));
    }
}
