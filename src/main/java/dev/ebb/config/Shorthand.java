package dev.ebb.config;

import java.util.List;
import java.util.Optional;

/** A mapping that may be written as the value of one of its keys alone. */
record Shorthand<T>(Section<T> section, Key<?> key) implements Kind<T>, Kind.Nested {

    @Override
    public Optional<T> read(Yaml node, Problems problems) {
        if (node instanceof Yaml.Scalar scalar && !scalar.isNothing()) {
            var name = new Yaml.Scalar(node.place(), key.name(), true);
            var entry = new Yaml.Entry(name, node);
            return section.read(
                    new Yaml.Mapping(node.place(), List.of(entry), node.weight()), problems);
        }
        return section.read(node, problems);
    }

    @Override
    public String form() {
        return key.kind().form() + ", or " + section.form();
    }

    @Override
    public String brief() {
        return key.kind().form() + ", or keys of its own, below";
    }

    @Override
    public String show(T value) {
        return "";
    }
}
