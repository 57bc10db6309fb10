package dev.ebb.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A list of words or numbers of one kind, each at most once: {@code [a, b]}, one to a line, or a
 * single one without brackets.
 */
record ListKind<T>(Kind<T> item, String items, int most) implements Kind<List<T>> {

    @Override
    public Optional<List<T>> read(Yaml node, Problems problems) {
        List<Yaml> nodes;
        switch (node) {
            case Yaml.Sequence list -> nodes = list.items();
            case Yaml.Scalar scalar when !scalar.isNothing() -> nodes = List.of(scalar);
            default -> {
                problems.error(node.place(), node.what() + " is here; it is " + form());
                return Optional.empty();
            }
        }
        if (nodes.size() > most) {
            problems.error(node.place(), "more than %d are listed".formatted(most));
            return Optional.empty();
        }
        var read = new ArrayList<T>();
        var seen = new HashSet<T>();
        boolean good = true;
        for (Yaml one : nodes) {
            Optional<T> value = item.read(one, problems);
            good &= value.isPresent();
            value.ifPresent(v -> {
                if (seen.add(v)) {
                    read.add(v);
                } else {
                    problems.error(one.place(), item.show(v) + " is listed twice");
                }
            });
        }
        return good && seen.size() == nodes.size() ? Optional.of(read) : Optional.empty();
    }

    @Override
    public String form() {
        return "a list of " + items;
    }

    @Override
    public String show(List<T> value) {
        return value.isEmpty()
                ? "none"
                : value.stream().map(item::show).collect(Collectors.joining(", "));
    }
}
