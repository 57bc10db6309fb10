package dev.ebb.core;

/**
 * Wald's sequential probability ratio test on a share: is it what it was, or clearly worse? It
 * stops as soon as the evidence is enough, with stated error rates both ways. (A. Wald, Sequential
 * Tests of Statistical Hypotheses, 1945.) Pure.
 */
public final class SequentialTest {

    /** What the evidence says. */
    public enum Verdict {
        AS_BEFORE,
        WORSE,
        UNDECIDED
    }

    private SequentialTest() {}

    /**
     * @param bad how many of the requests were bad
     * @param total how many requests there were, or what they count for
     * @param before share of bad ones when all is as it was; above 0
     * @param worse share that would be clear harm; above {@code before}, below 1
     * @param errorRate chance of each wrong verdict, 0 to 0.5
     */
    public static Verdict judge(
            double bad, double total, double before, double worse, double errorRate) {
        double ratio =
                bad * Math.log(worse / before)
                        + (total - bad) * Math.log((1 - worse) / (1 - before));
        double bound = Math.log((1 - errorRate) / errorRate);
        if (ratio >= bound) {
            return Verdict.WORSE;
        }
        return ratio <= -bound ? Verdict.AS_BEFORE : Verdict.UNDECIDED;
    }
}
