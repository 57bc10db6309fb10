package dev.ebb.core.forecast;

/**
 * For each size of fleet: how likely it is too small for what comes within the lead, and the demand
 * that is expected to miss because of it. For one decision.
 */
final class Risk {
    private final Ladder ladder;
    private final double[] tooSmall;
    private final double[] missed;

    /**
     * @param center the forecast, on {@link Scale}
     * @param spread how far it may stray
     */
    Risk(Ladder ladder, Residuals residuals, double center, double spread) {
        this.ladder = ladder;
        int rungs = ladder.rungs();
        tooSmall = new double[rungs];
        missed = new double[rungs];
        for (int i = 0; i < rungs; i++) {
            tooSmall[i] = residuals.exceeding((ladder.limit(i) - center) / spread);
        }
        missed[rungs - 1] = tooSmall[rungs - 1] * ladder.size(rungs - 1);
        for (int i = rungs - 2; i >= 0; i--) {
            double load = (ladder.size(i) + ladder.size(i + 1)) / 2.0 + 0.2;
            missed[i] = missed[i + 1] + (tooSmall[i] - tooSmall[i + 1]) * load;
        }
    }

    /** Probability that this size is too small. */
    double tooSmall(int size) {
        return tooSmall[ladder.rungOf(size)];
    }

    /** Demand in instances that misses because of this size: its load times its probability. */
    double missed(int size) {
        return missed[ladder.rungOf(size)];
    }

    /**
     * The size, from the given one upwards, that costs least: instances that run, and misses at
     * their price.
     */
    int cheapest(int from, double price) {
        int best = ladder.rungOf(from);
        double least = ladder.size(best) + price * missed[best];
        for (int i = best + 1; i < ladder.rungs() && ladder.size(i) < least; i++) {
            double cost = ladder.size(i) + price * missed[i];
            if (cost < least) {
                least = cost;
                best = i;
            }
        }
        return ladder.size(best);
    }
}
