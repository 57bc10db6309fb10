package dev.ebb.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * A mapping with known keys. Unknown ones are errors that name the nearest known key. What the keys
 * say is put together by {@code build}, which may report problems between keys.
 */
final class Section<T> implements Kind<T>, Kind.Nested {
    private final List<Key<?>> keys;
    private final BiFunction<Values, Problems, T> build;

    Section(List<Key<?>> keys, BiFunction<Values, Problems, T> build) {
        this.keys = List.copyOf(keys);
        this.build = build;
    }

    @Override
    public Section<?> section() {
        return this;
    }

    @Override
    public String brief() {
        return "keys of its own, below";
    }

    List<Key<?>> keys() {
        return keys;
    }

    /** What stands when the whole section is left out. */
    T defaults() {
        return build.apply(new Values(Place.FILE), new Problems());
    }

    @Override
    public Optional<T> read(Yaml node, Problems problems) {
        if (node instanceof Yaml.Scalar scalar && scalar.isNothing()) {
            problems.error(
                    node.place(),
                    "nothing is here; give one of: " + names() + ", or remove the line");
            return Optional.empty();
        }
        if (!(node instanceof Yaml.Mapping mapping)) {
            problems.error(
                    node.place(), node.what() + " is no mapping; write keys below it: " + names());
            return Optional.empty();
        }
        int before = problems.errors();
        var values = new Values(mapping.place());
        for (Yaml.Entry entry : mapping.entries()) {
            Optional<Key<?>> key = find(entry.key().text());
            if (key.isPresent()) {
                read(key.get(), entry, values, problems);
            } else if (!isExtension(entry.key().text())) {
                problems.error(entry.key().place(), unknown(entry.key().text()));
            }
        }
        boolean complete = true;
        for (Key<?> key : keys) {
            if (key.required() && values.given(key).isEmpty()) {
                complete = false;
                if (values.sound(key)) {
                    problems.error(
                            values.place(), "'" + key.name() + "' is missing; " + example(key));
                }
            }
        }
        if (!complete) {
            return Optional.empty();
        }
        T built = build.apply(values, problems);
        return problems.errors() == before ? Optional.of(built) : Optional.empty();
    }

    private static <K> void read(Key<K> key, Yaml.Entry entry, Values values, Problems problems) {
        values.put(key, entry.value().place(), key.kind().read(entry.value(), problems));
    }

    private static String example(Key<?> key) {
        return "it is " + key.kind().form();
    }

    private Optional<Key<?>> find(String name) {
        for (Key<?> key : keys) {
            if (key.name().equals(name)) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    /** Keys of a file's own, for anchors and notes. */
    private static boolean isExtension(String name) {
        return name.startsWith("x-");
    }

    private String unknown(String name) {
        var known = new ArrayList<String>();
        keys.forEach(key -> known.add(key.name()));
        return "unknown key "
                + Problems.quote(name)
                + "; "
                + Nearest.to(name, known)
                        .map(near -> "did you mean '" + near + "'?")
                        .orElse("known here: " + names());
    }

    private String names() {
        return String.join(", ", keys.stream().map(Key::name).toList());
    }

    @Override
    public String form() {
        return "a mapping with the keys " + names();
    }

    @Override
    public String show(T value) {
        return "";
    }
}
