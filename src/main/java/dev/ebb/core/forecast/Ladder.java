package dev.ebb.core.forecast;

/**
 * The sizes of fleet that are weighed against each other, and the demand that each can carry. All
 * of them in a small fleet; beyond {@link #EACH} in steps of a hundredth. Immutable.
 */
final class Ladder {
    private static final int EACH = 200;
    private static final double STEP = 1.01;

    private final int[] sizes;
    private final double[] limits;

    private Ladder(int[] sizes, double[] limits) {
        this.sizes = sizes;
        this.limits = limits;
    }

    static Ladder of(Terms terms) {
        int[] sizes = new int[2048];
        int count = 0;
        int size = 1;
        while (count < sizes.length - 1 && size < terms.max()) {
            sizes[count++] = size;
            size = size < EACH ? size + 1 : (int) Math.ceil(size * STEP);
        }
        sizes[count++] = terms.max();
        int[] fit = java.util.Arrays.copyOf(sizes, count);
        double[] limits = new double[count];
        for (int i = 0; i < count; i++) {
            limits[i] = Scale.of(terms.usable() * fit[i]);
        }
        return new Ladder(fit, limits);
    }

    int rungs() {
        return sizes.length;
    }

    int size(int rung) {
        return sizes[rung];
    }

    /** The highest demand on {@link Scale} that this size carries as it should. */
    double limit(int rung) {
        return limits[rung];
    }

    /** The first rung that is no smaller than this. */
    int rungOf(int size) {
        if (size <= EACH) {
            return Math.clamp(size - 1L, 0, sizes.length - 1);
        }
        int found = java.util.Arrays.binarySearch(sizes, size);
        return Math.min(found < 0 ? -found - 1 : found, sizes.length - 1);
    }
}
