package dev.ebb.core.objective;

/**
 * How far a share that was counted may be from the true one. (E. B. Wilson, "Probable Inference",
 * 1927.) Requests of the same moment are slow together, so four of them count as one. Pure.
 */
final class Shares {
    /** Of a normal distribution, one side: wrong once in twenty times. */
    private static final double Z = 1.645;

    private static final double TOGETHER = 4;

    private Shares() {}

    /** It is hardly higher than this; 1 without any. */
    static double atMost(double bad, double all) {
        return bound(bad, all, 1);
    }

    /** It is hardly lower than this; 0 without any. */
    static double atLeast(double bad, double all) {
        return Math.max(0, bound(bad, all, -1));
    }

    private static double bound(double bad, double all, int sign) {
        if (all <= 0) {
            return sign > 0 ? 1 : 0;
        }
        double n = all / TOGETHER;
        double share = Math.clamp(bad / all, 0, 1);
        double z2 = Z * Z / n;
        double half = Z * Math.sqrt(share * (1 - share) / n + z2 / (4 * n));
        return (share + z2 / 2 + sign * half) / (1 + z2);
    }
}
