package dev.ebb.balance;

import java.util.List;

/**
 * How requests are placed by a key of theirs. Immutable.
 *
 * @param keys the first that a request has counts; one without any is placed by the default
 *     strategy
 * @param bound how many times the mean an instance may be busy before further requests of its keys
 *     go to others; 1 or more, or 0 for no bound (Mirrokni, Thorup, Zadimoghaddam, "Consistent
 *     Hashing with Bounded Loads", 2016)
 */
public record HashPolicy(List<HashKey> keys, double bound) {
    public static final double BOUND = 1.5;

    /** No limit but the instances' own. */
    public static final double UNBOUNDED = 0;

    public HashPolicy {
        keys = List.copyOf(keys);
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("hashing needs a key");
        }
        if (bound != UNBOUNDED && !(bound >= 1)) {
            throw new IllegalArgumentException("a bound is 1 or more, or 0: " + bound);
        }
    }
}
