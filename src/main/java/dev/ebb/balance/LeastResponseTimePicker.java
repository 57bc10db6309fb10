package dev.ebb.balance;

import java.util.random.RandomGenerator;

/**
 * Of two different endpoints drawn at random, the one with the smaller expected cost times requests
 * in flight, the new one included (power of two choices over peak EWMA: Finagle, Linkerd). Drawn
 * without replacement: with it, the worse of two endpoints would still get a quarter.
 *
 * <p>An endpoint cannot attract more than the pairs that it is drawn in, twice a fair share: this
 * bounds what a wrong estimate can do.
 */
final class LeastResponseTimePicker implements Picker {

    @Override
    public Candidate pick(
            Rotation rotation,
            Tried tried,
            double medianNanos,
            long nowNanos,
            RandomGenerator random) {
        int first = rotation.draw(tried, -1, nowNanos, random);
        Candidate one = rotation.at(first);
        if (rotation.untried(tried) < 2) {
            return one;
        }
        Candidate other = rotation.at(rotation.draw(tried, first, nowNanos, random));
        return load(other, medianNanos, nowNanos) < load(one, medianNanos, nowNanos) ? other : one;
    }

    private static double load(Candidate candidate, double medianNanos, long nowNanos) {
        double cost = candidate.estimate().costNanos(medianNanos, nowNanos);
        return cost * (candidate.inFlight() + 1);
    }
}
