package dev.ebb.sim;

/**
 * A promise that was broken.
 *
 * @param invariant its name in the design, for example {@code I2}; {@code -} for a defect that no
 *     invariant names (control threw, a frozen service was scaled)
 * @param atSeconds world time
 * @param text what happened, with the figures that show it
 */
public record Violation(String invariant, double atSeconds, String text) {

    @Override
    public String toString() {
        return "%s at %.1f s: %s".formatted(invariant, atSeconds, text);
    }
}
