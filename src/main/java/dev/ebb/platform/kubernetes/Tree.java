package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Values by name in an object of any kind; what is not there, or is something else, is empty. */
record Tree(Map<?, ?> map) {

    static Tree of(GenericKubernetesResource resource) {
        return new Tree(resource.getAdditionalProperties());
    }

    Tree in(String key) {
        return new Tree(map.get(key) instanceof Map<?, ?> inner ? inner : Map.of());
    }

    boolean has(String key) {
        return map.get(key) instanceof Map<?, ?>;
    }

    Optional<String> text(String key) {
        return map.get(key) instanceof String s && !s.isEmpty() ? Optional.of(s) : Optional.empty();
    }

    /** A number, or one written as text. */
    Optional<Long> number(String key) {
        return switch (map.get(key)) {
            case Number n -> Optional.of(n.longValue());
            case String s when s.matches("\\d{1,18}") -> Optional.of(Long.parseLong(s));
            case null, default -> Optional.empty();
        };
    }

    boolean is(String key) {
        return Boolean.TRUE.equals(map.get(key));
    }

    List<Tree> list(String key) {
        return map.get(key) instanceof List<?> list
                ? list.stream()
                        .filter(Map.class::isInstance)
                        .map(one -> new Tree((Map<?, ?>) one))
                        .toList()
                : List.of();
    }
}
