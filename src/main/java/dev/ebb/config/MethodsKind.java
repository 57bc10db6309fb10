package dev.ebb.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** One method, or a list of them. */
final class MethodsKind implements Kind<List<String>> {
    private static final Pattern METHOD = Pattern.compile("[A-Z][A-Z0-9_-]{0,31}");
    private static final int MOST = 50;
    private static final Kind<String> ONE =
            Kinds.scalar(
                    "a method such as GET",
                    text -> {
                        String upper = text.toUpperCase(Locale.ROOT);
                        if (!METHOD.matcher(upper).matches()) {
                            return Kinds.bad("is no method; write for example GET or POST");
                        }
                        if (upper.equals("CONNECT")) {
                            return Kinds.bad("is never accepted; remove it");
                        }
                        return text.equals(upper)
                                ? Kinds.good(text)
                                : Kinds.bad("is no method; write " + upper);
                    },
                    text -> text);

    @Override
    public Optional<List<String>> read(Yaml node, Problems problems) {
        List<Yaml> items = OneOrMany.items(node);
        if (items.isEmpty() || items.size() > MOST) {
            problems.error(node.place(), "1 to " + MOST + " methods are here; or remove the line");
            return Optional.empty();
        }
        var methods = new ArrayList<String>();
        for (Yaml item : items) {
            ONE.read(item, problems).ifPresent(methods::add);
        }
        return methods.size() == items.size() ? Optional.of(methods) : Optional.empty();
    }

    @Override
    public String form() {
        return "a method such as GET, or a list such as [GET, HEAD]";
    }

    @Override
    public String show(List<String> value) {
        return value.isEmpty() ? "any" : String.join(", ", value);
    }
}
