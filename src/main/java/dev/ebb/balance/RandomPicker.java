package dev.ebb.balance;

import java.util.random.RandomGenerator;

/** Every endpoint with the same probability; less while it starts slowly. */
final class RandomPicker implements Picker {

    @Override
    public Candidate pick(
            Rotation rotation,
            Tried tried,
            double medianNanos,
            long nowNanos,
            RandomGenerator random) {
        return rotation.at(rotation.draw(tried, -1, nowNanos, random));
    }
}
