package dev.ebb.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Header fields that a request must have; {@code *} is any value. */
final class HeadersKind implements Kind<Map<String, Optional<String>>> {
    @Override
    public Optional<Map<String, Optional<String>>> read(Yaml node, Problems problems) {
        Optional<Map<String, String>> read = HeaderText.read(node, form(), problems);
        if (read.isPresent() && read.get().containsKey("host")) {
            problems.error(node.place(), "a host is no condition on headers; use the key 'host'");
            return Optional.empty();
        }
        return read.map(texts -> {
            var wanted = new LinkedHashMap<String, Optional<String>>();
            texts.forEach((name, value) ->
                    wanted.put(name, Optional.of(value).filter(v -> !v.equals("*"))));
            return wanted;
        });
    }

    @Override
    public String form() {
        return "a mapping of header fields such as {x-version: \"2\", x-beta: \"*\"}";
    }

    @Override
    public String show(Map<String, Optional<String>> value) {
        return value.isEmpty() ? "none" : value.toString();
    }
}
