package dev.ebb.journal;

import dev.ebb.core.FallKind;
import dev.ebb.core.FallMemory;
import dev.ebb.core.LoadPoint;
import dev.ebb.core.Series;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What is remembered of falls in load, made up. */
final class FallSamples {
    private FallSamples() {}

    static FallMemory of(RandomGenerator random) {
        List<FallKind> kinds = List.of(FallKind.values());
        FallKind kind = kinds.get(random.nextInt(kinds.size()));
        return new FallMemory(
                Series.of(List.of(load(random), load(random)), LoadPoint::atNanos),
                Optional.of(
                        new FallMemory.Doubt(
                                kind, random.nextLong(), random.nextLong(), load(random))));
    }

    private static LoadPoint load(RandomGenerator random) {
        return new LoadPoint(
                random.nextLong(),
                random.nextDouble(),
                random.nextDouble(),
                random.nextDouble(),
                random.nextDouble());
    }
}
