package dev.ebb.config;

import java.util.Optional;

/**
 * What may stand behind a key: how it is read, how it is called in messages and in the reference,
 * and how a value is written. Without state; safe for use by several threads.
 */
interface Kind<T> {

    /** A kind with keys of its own, which have a table of their own in the reference. */
    interface Nested {
        Section<?> section();

        /** What it is, for the reference's table of the keys around it. */
        String brief();
    }

    /** The value; empty when it is wrong, and then a problem says so. */
    Optional<T> read(Yaml node, Problems problems);

    /** What it is, with an example: "a duration such as 500ms, 10s or 2m". */
    String form();

    /** How a value would be written in a file. */
    String show(T value);
}
