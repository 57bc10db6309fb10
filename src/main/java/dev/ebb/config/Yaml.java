package dev.ebb.config;

import java.util.List;

/**
 * A YAML document as a tree in which every part knows its place. Scalars keep the text that was
 * written: what it means is for the reader of the key to say, so {@code no} or {@code 1e3} never
 * turn into something else on the way. Immutable; an alias shares the anchor's tree.
 */
sealed interface Yaml {

    Place place();

    /** Parts in this tree, aliases counted as often as they are used. */
    long weight();

    /** What it is, for people. */
    String what();

    /**
     * @param plain written without quotes
     */
    record Scalar(Place place, String text, boolean plain) implements Yaml {
        /** Whether nothing was written, or only YAML's word for nothing. */
        boolean isNothing() {
            return plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
        }

        @Override
        public long weight() {
            return 1;
        }

        @Override
        public String what() {
            return isNothing() ? "nothing" : Problems.quote(text);
        }
    }

    record Sequence(Place place, List<Yaml> items, long weight) implements Yaml {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String what() {
            return "a list";
        }
    }

    /** Keys are unique; merge keys are already resolved. */
    record Mapping(Place place, List<Entry> entries, long weight) implements Yaml {
        public Mapping {
            entries = List.copyOf(entries);
        }

        @Override
        public String what() {
            return "a mapping (key: value)";
        }
    }

    record Entry(Scalar key, Yaml value) {}
}
