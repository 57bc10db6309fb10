package dev.ebb.balance;

import java.util.random.RandomGenerator;

/**
 * The endpoint with the fewest requests in flight: of all when they are few, else of two different
 * ones drawn at random (the full scan would make every event loop choose the same). Ties are
 * decided at random, so that an idle pool is used evenly.
 *
 * <p>Failures count as requests in flight that nobody sees: with a share f of them, {@link
 * #PENALTY_REQUESTS} f / (1 - f). Else an instance that fails at once has always the fewest in
 * flight and attracts the traffic of all (a black hole). Rounded down, so that a failure here and
 * there does not decide ties.
 */
final class LeastRequestsPicker implements Picker {
    /** Up to so many endpoints, all are compared. */
    static final int FULL_SCAN = 4;

    static final double PENALTY_REQUESTS = 10;

    @Override
    public Candidate pick(
            Rotation rotation,
            Tried tried,
            double medianNanos,
            long nowNanos,
            RandomGenerator random) {
        int untried = rotation.untried(tried);
        int first = rotation.draw(tried, -1, nowNanos, random);
        Candidate one = rotation.at(first);
        if (untried < 2) {
            return one;
        }
        if (rotation.size() <= FULL_SCAN) {
            return scan(one, rotation, tried, nowNanos, random);
        }
        Candidate other = rotation.at(rotation.draw(tried, first, nowNanos, random));
        return load(other, nowNanos) < load(one, nowNanos) ? other : one;
    }

    /** All of them, beginning with one drawn at random; slow start sits out some of the scans. */
    private static Candidate scan(
            Candidate drawn,
            Rotation rotation,
            Tried tried,
            long nowNanos,
            RandomGenerator random) {
        Candidate best = drawn;
        int least = load(drawn, nowNanos);
        int ties = 1;
        for (int slot = 0; slot < rotation.size(); slot++) {
            Candidate candidate = rotation.at(slot);
            if (candidate == drawn || tried.contains(candidate)) {
                continue;
            }
            double factor = rotation.factor(candidate, nowNanos);
            if (factor < 1 && random.nextDouble() >= factor) {
                continue;
            }
            int load = load(candidate, nowNanos);
            if (load < least) {
                best = candidate;
                least = load;
                ties = 1;
            } else if (load == least && random.nextInt(++ties) == 0) {
                best = candidate;
            }
        }
        return best;
    }

    private static int load(Candidate candidate, long nowNanos) {
        double failures = candidate.estimate().failureShare(nowNanos);
        if (failures == 0) {
            return candidate.inFlight();
        }
        double capped = Math.min(LatencyEstimate.MOST_FAILURES, failures);
        return candidate.inFlight() + (int) (PENALTY_REQUESTS * capped / (1 - capped));
    }
}
