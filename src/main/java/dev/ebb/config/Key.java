package dev.ebb.config;

import java.util.Optional;

/**
 * One key of the configuration, as both the reader and the reference know it.
 *
 * @param fallback the value when the key is not given; empty when there is none
 * @param required whether its absence is an error
 * @param meaning for the reference: a sentence or two
 */
record Key<T>(String name, Kind<T> kind, Optional<T> fallback, boolean required, String meaning) {

    static <T> Key<T> required(String name, Kind<T> kind, String meaning) {
        return new Key<>(name, kind, Optional.empty(), true, meaning);
    }

    static <T> Key<T> of(String name, Kind<T> kind, T fallback, String meaning) {
        return new Key<>(name, kind, Optional.of(fallback), false, meaning);
    }

    /** A key whose absence means something of its own, which {@code meaning} tells. */
    static <T> Key<T> optional(String name, Kind<T> kind, String meaning) {
        return new Key<>(name, kind, Optional.empty(), false, meaning);
    }

    /** A mapping whose keys all have defaults. */
    static <T> Key<T> section(String name, Section<T> section, String meaning) {
        return new Key<>(name, section, Optional.of(section.defaults()), false, meaning);
    }
}
