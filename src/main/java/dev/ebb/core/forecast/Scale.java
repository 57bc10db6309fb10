package dev.ebb.core.forecast;

/**
 * The scale on which demand is forecast. Load grows and strays by shares, not by amounts, but a
 * share of next to nothing is noise: ln(1 + demand), with demand in instances.
 */
final class Scale {
    private Scale() {}

    static double of(double demand) {
        return Math.log1p(demand);
    }

    static double demand(double scaled) {
        return Math.max(0, Math.expm1(scaled));
    }

    /** The share of a difference that is left after these seconds, by the half-life in seconds. */
    static double left(double seconds, double halfLife) {
        return Math.exp(-Math.log(2) * seconds / halfLife);
    }
}
