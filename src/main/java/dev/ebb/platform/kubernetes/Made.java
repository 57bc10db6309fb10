package dev.ebb.platform.kubernetes;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is made of something immutable, such as a list of pods: made once for each, and remembered
 * for the newest. Whether it is the same is a question of identity, so it costs next to nothing.
 * Thread-safe; two threads may make it twice, and equal then.
 *
 * @param <T> of what
 * @param <R> what is made
 */
final class Made<T, R> {
    /** Never half of one and half of another. */
    private record Once<T, R>(T from, R made) {}

    private final Function<T, R> make;
    private volatile @Nullable Once<T, R> newest;

    /**
     * @param make depends on nothing else
     */
    Made(Function<T, R> make) {
        this.make = make;
    }

    @SuppressWarnings("ReferenceEquality") // to compare 100 pods costs what is to be saved
    R of(T from) {
        Once<T, R> known = newest;
        if (known != null && known.from() == from) {
            return known.made();
        }
        R made = make.apply(from);
        newest = new Once<>(from, made);
        return made;
    }
}
