package dev.ebb.platform.process;

import dev.ebb.control.LaunchIntent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The environment of an instance. It inherits Ebb's own, because people expect what they exported
 * in their shell, but not
 *
 * <ul>
 *   <li>{@code EBB_*}: Ebb's settings, and the token of an outer Ebb
 *   <li>{@code NOTIFY_SOCKET}, {@code LISTEN_*}, {@code WATCHDOG_*}, {@code INVOCATION_ID}: what a
 *       service manager said to Ebb and to nobody else
 *   <li>names that are no identifiers, such as a shell's exported functions
 * </ul>
 *
 * <p>Then come the configured variables, then PORT, EBB_INSTANCE, EBB_SERVICE and EBB_TOKEN, which
 * cannot be overridden.
 */
final class ChildEnvironment {
    static final String TOKEN = "EBB_TOKEN";

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern OURS_ALONE =
            Pattern.compile("EBB_.*|NOTIFY_SOCKET|LISTEN_.*|WATCHDOG_.*|INVOCATION_ID");

    private final Map<String, String> variables = new TreeMap<>();
    private final List<String> odd = new ArrayList<>();

    ChildEnvironment(Map<String, String> inherited, LaunchSettings settings, LaunchIntent intent) {
        inherited.forEach((name, value) -> {
            if (isIdentifier(name) && !OURS_ALONE.matcher(name).matches()) {
                variables.put(name, value);
            }
        });
        var placeholders = new Placeholders(intent);
        new TreeMap<>(settings.environment())
                .forEach((name, value) -> {
                    if (isIdentifier(name)) {
                        variables.put(name, placeholders.fill(value));
                    } else {
                        odd.add(name + "=" + placeholders.fill(value));
                    }
                });
        variables.put("PORT", Integer.toString(intent.port()));
        variables.put("EBB_INSTANCE", intent.id().toString());
        variables.put("EBB_SERVICE", intent.id().service().value());
        variables.put(TOKEN, intent.token());
    }

    Map<String, String> variables() {
        return variables;
    }

    /**
     * Configured variables ({@code name=value}) whose names a shell may drop, for example {@code
     * spring.profiles}; they have to be set by {@code env} after the shell.
     */
    List<String> odd() {
        return odd;
    }

    String path() {
        return variables.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    }

    private static boolean isIdentifier(String name) {
        return IDENTIFIER.matcher(name).matches();
    }
}
