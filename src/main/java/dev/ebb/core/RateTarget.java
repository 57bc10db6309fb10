package dev.ebb.core;

import java.util.Optional;

/**
 * How many requests a second one instance should answer.
 *
 * @param perSecond above 0; empty when it is to be learned from the CPU that requests take
 */
public record RateTarget(Optional<Double> perSecond) {
    public static final RateTarget LEARNED = new RateTarget(Optional.empty());

    public RateTarget {
        if (perSecond.isPresent() && !(perSecond.get() > 0)) {
            throw new IllegalArgumentException("a rate is above 0, but is " + perSecond.get());
        }
    }
}
