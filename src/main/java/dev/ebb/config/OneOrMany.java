package dev.ebb.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A mapping, or a list of mappings with the same keys.
 *
 * @param most in a list
 */
record OneOrMany<T>(Section<T> section, int most) implements Kind<List<Placed<T>>>, Kind.Nested {

    @Override
    public Optional<List<Placed<T>>> read(Yaml node, Problems problems) {
        int before = problems.errors();
        if (node instanceof Yaml.Sequence list && list.items().isEmpty()) {
            problems.error(node.place(), "the list is empty; it is " + form());
        }
        List<Yaml> items = items(node);
        if (items.size() > most) {
            problems.error(node.place(), "more than " + most + " in a list; at most that many");
            return Optional.empty();
        }
        var all = new ArrayList<Placed<T>>();
        for (Yaml item : items) {
            section.read(item, problems).ifPresent(v -> all.add(new Placed<>(item.place(), v)));
        }
        return problems.errors() == before ? Optional.of(all) : Optional.empty();
    }

    static List<Yaml> items(Yaml node) {
        return node instanceof Yaml.Sequence list ? list.items() : List.of(node);
    }

    @Override
    public String form() {
        return section.form() + ", or a list of such mappings";
    }

    @Override
    public String brief() {
        return "keys of its own, below, or a list of such mappings";
    }

    @Override
    public String show(List<Placed<T>> value) {
        return "";
    }
}
