package dev.ebb.journal;

import dev.ebb.core.LatencyCounts;
import dev.ebb.core.LatencyPoint;
import dev.ebb.core.Now;
import dev.ebb.core.objective.AnsweredGoal;
import dev.ebb.core.objective.Experience;
import dev.ebb.core.objective.Goals;
import dev.ebb.core.objective.LatencyGoal;
import dev.ebb.core.objective.Sight;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** What may be remembered of how goals are kept, by chance. */
final class ExperienceSamples {
    private static final Goals GOALS =
            new Goals(
                    Optional.of(new LatencyGoal(0.99, 200_000_000)),
                    Optional.of(new AnsweredGoal(0.999, Duration.ofHours(1))),
                    0.6);

    private ExperienceSamples() {}

    static Experience of(RandomGenerator random) {
        Experience next = Experience.fresh(GOALS);
        for (int i = random.nextInt(40); i > 0; i--) {
            Sight sight = new Sight(6, random.nextDouble(), latency(random), 50, 1, true);
            next =
                    next.after(new Now(random.nextLong(1L << 50), 0), sight, GOALS)
                            .from(new LatencyPoint(random.nextLong(), latency(random)));
        }
        return next;
    }

    private static LatencyCounts latency(RandomGenerator random) {
        long[] counts = new long[LatencyCounts.BUCKETS];
        for (int i = random.nextInt(20); i > 0; i--) {
            counts[40 + random.nextInt(30)] += random.nextInt(100);
        }
        return LatencyCounts.of(counts);
    }
}
