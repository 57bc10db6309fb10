package dev.ebb.platform.kubernetes;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Values of a custom resource by name, as the API server has validated them; what is not there, or
 * is something else, has its default. Immutable.
 */
record Fields(Map<?, ?> map) {
    Fields in(String key) {
        return new Fields(map.get(key) instanceof Map<?, ?> inner ? inner : Map.of());
    }

    /** The same, empty where the key is not there. */
    Optional<Fields> given(String key) {
        return map.get(key) instanceof Map<?, ?> inner
                ? Optional.of(new Fields(inner))
                : Optional.empty();
    }

    /** A list's objects. */
    List<Fields> all(String key) {
        return map.get(key) instanceof List<?> list
                ? list.stream()
                        .filter(Map.class::isInstance)
                        .map(one -> new Fields((Map<?, ?>) one))
                        .toList()
                : List.of();
    }

    /** A list's scalars, as text. */
    List<String> texts(String key) {
        return map.get(key) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    String text(String key, String otherwise) {
        return text(key).orElse(otherwise);
    }

    Optional<String> text(String key) {
        return map.get(key) instanceof String s ? Optional.of(s) : Optional.empty();
    }

    Optional<Double> decimal(String key) {
        return map.get(key) instanceof Number n ? Optional.of(n.doubleValue()) : Optional.empty();
    }

    int number(String key, int otherwise) {
        return map.get(key) instanceof Number n ? n.intValue() : otherwise;
    }

    Duration seconds(String key, int otherwise) {
        return Duration.ofSeconds(number(key, otherwise));
    }

    double share(String key, int percent) {
        return number(key, percent) / 100.0;
    }
}
