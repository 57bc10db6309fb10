package dev.ebb.balance;

import java.util.random.RandomGenerator;

/**
 * A strategy, for one service on one event loop. A pick takes constant time (for {@link
 * WeightedPicker} in the mean) and allocates nothing. Single-threaded.
 */
sealed interface Picker
        permits RandomPicker, WeightedPicker, LeastResponseTimePicker, LeastRequestsPicker {

    static Picker of(StrategyKind kind) {
        return switch (kind) {
            case RANDOM -> new RandomPicker();
            case WEIGHTED -> new WeightedPicker();
            // By hash: of requests without a key. The others are KeyPicker's.
            case LEAST_RESPONSE_TIME, HASH -> new LeastResponseTimePicker();
            case LEAST_REQUESTS -> new LeastRequestsPicker();
        };
    }

    /** The endpoints in rotation, or their weights, have changed. */
    default void rebuilt(Rotation rotation) {}

    /**
     * Chooses among those in rotation that were not tried, of which there is at least one.
     *
     * @param medianNanos the pool's median of the expected latencies
     */
    Candidate pick(
            Rotation rotation,
            Tried tried,
            double medianNanos,
            long nowNanos,
            RandomGenerator random);
}
