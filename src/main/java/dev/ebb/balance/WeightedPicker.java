package dev.ebb.balance;

import java.util.random.RandomGenerator;

/**
 * Smoothly by weight: a static stride scheduler (gRFC A58, grpc-java). Endpoint i is visited in
 * each round and picked in the share weight / largest weight of them, evenly spread; the rounds of
 * different endpoints are shifted against each other. No heap, and no state but a counter, so that
 * new weights change the shares and cause no surge. Event loops begin at random places.
 *
 * <p>A weight counts for ten times the mean at most: this bounds the visits for a pick to ten in
 * the mean. Slow start accepts, of these visits, the factor's share, evenly spread as well.
 */
final class WeightedPicker implements Picker {
    private static final int MOST = 0xFFFF;
    private static final double MOST_OF_MEAN = 10;

    private int[] strides = {};
    private boolean placed;
    private int slot;
    private long round;

    @Override
    public void rebuilt(Rotation rotation) {
        int size = rotation.size();
        double sum = 0;
        double most = 0;
        for (int i = 0; i < size; i++) {
            double weight = rotation.at(i).endpoint().weight();
            sum += weight;
            most = Math.max(most, weight);
        }
        double top = Math.min(most, MOST_OF_MEAN * sum / Math.max(1, size));
        strides = new int[size];
        for (int i = 0; i < size; i++) {
            double share = Math.min(1, rotation.at(i).endpoint().weight() / top);
            strides[i] = (int) Math.max(1, Math.round(share * MOST));
        }
        slot = size == 0 ? 0 : slot % size;
    }

    @Override
    public Candidate pick(
            Rotation rotation,
            Tried tried,
            double medianNanos,
            long nowNanos,
            RandomGenerator random) {
        if (!placed) {
            placed = true;
            slot = random.nextInt(strides.length);
            round = random.nextInt(MOST);
        }
        // The heaviest is taken in every round unless it was tried or starts slowly: few rounds.
        for (long visits = 100L * strides.length; visits > 0; visits--) {
            Candidate candidate = rotation.at(slot);
            boolean due = due(slot, round);
            next();
            if (due && !tried.contains(candidate) && accepts(rotation, candidate, nowNanos)) {
                return candidate;
            }
        }
        return rotation.at(rotation.draw(tried, -1, nowNanos, random));
    }

    private void next() {
        slot++;
        if (slot == strides.length) {
            slot = 0;
            round++;
        }
    }

    /** Whether this round is one of those in which the endpoint is picked. */
    private boolean due(int at, long inRound) {
        int stride = strides[at];
        long shift = (long) at * (MOST / 2);
        return Math.floorMod(stride * inRound + shift, MOST) < stride;
    }

    private static boolean accepts(Rotation rotation, Candidate candidate, long nowNanos) {
        if (!rotation.ramping()) {
            return true;
        }
        candidate.credit += rotation.factor(candidate, nowNanos);
        if (candidate.credit >= 1) {
            candidate.credit -= 1;
            return true;
        }
        return false;
    }
}
