package dev.ebb.core.objective;

import java.util.Optional;

/**
 * Up to which utilization the goals are expected to be kept, and what that comes from. Immutable.
 *
 * @param used that utilization, in whole percent
 * @param held the highest utilization at which the latency was seen to be kept
 * @param broken the lowest above it at which it was seen not to be
 */
public record Allowed(double used, Optional<Point> held, Optional<Point> broken) {

    static Allowed start(double used) {
        return new Allowed(used, Optional.empty(), Optional.empty());
    }

    /** Whether anything is known. */
    public boolean isLearned() {
        return held.isPresent() || broken.isPresent();
    }

    Allowed atLeast(double least) {
        return least <= used ? this : new Allowed(least, held, broken);
    }
}
