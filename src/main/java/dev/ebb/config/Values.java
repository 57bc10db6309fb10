package dev.ebb.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * What a mapping said, key by key. A key that was wrong counts as not given, and as unsound, so
 * that rules between keys do not complain about what nobody wrote. For one thread.
 */
final class Values {
    private final Place place;
    private final Map<Key<?>, Object> given = new HashMap<>();
    private final Map<Key<?>, Place> places = new HashMap<>();
    private final Set<Key<?>> wrong = new HashSet<>();

    Values(Place place) {
        this.place = place;
    }

    <T> void put(Key<T> key, Place where, Optional<T> value) {
        places.put(key, where);
        value.ifPresentOrElse(v -> given.put(key, v), () -> wrong.add(key));
    }

    void missing(Key<?> key) {
        wrong.add(key);
    }

    /** What was given, else the default. */
    <T> T of(Key<T> key) {
        return given(key)
                .or(key::fallback)
                .orElseThrow(() -> new NoSuchElementException(key.name() + " has no default"));
    }

    @SuppressWarnings("unchecked") // put() saw to it
    <T> Optional<T> given(Key<T> key) {
        return Optional.ofNullable((T) given.get(key));
    }

    /** Where the key's value stands; the mapping's place when it was not given. */
    Place place(Key<?> key) {
        return places.getOrDefault(key, place);
    }

    Place place() {
        return place;
    }

    /** Whether none of these keys was wrong or missing. */
    boolean sound(Key<?>... keys) {
        for (Key<?> key : keys) {
            if (wrong.contains(key)) {
                return false;
            }
        }
        return true;
    }
}
