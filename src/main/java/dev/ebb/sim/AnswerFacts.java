package dev.ebb.sim;

import dev.ebb.core.Policy;
import dev.ebb.core.QueryReading;
import dev.ebb.core.QueryTarget;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What control was told by the monitoring system in this life, read by the checker's own rules.
 * World time. Single-threaded.
 */
final class AnswerFacts {
    private final List<QueryTarget> targets;
    private final Map<String, Trail.Sample> newest = new HashMap<>();

    AnswerFacts(Policy policy) {
        targets = policy.targets().queries();
    }

    void newLife() {
        newest.clear();
    }

    void take(List<QueryReading> answers, SimClock clock) {
        for (QueryReading one : answers) {
            one.value()
                    .ifPresent(value ->
                            newest.put(
                                    one.name(),
                                    new Trail.Sample(clock.world(one.measuredAtNanos()), value)));
        }
    }

    /** Which answer control did not have at that moment, if so. */
    Optional<String> missing(long at) {
        return targets.stream()
                .filter(target -> known(target, at).isEmpty())
                .map(target -> "'" + target.name() + "' had no fresh answer")
                .findFirst();
    }

    private Optional<Trail.Sample> known(QueryTarget target, long at) {
        return Optional.ofNullable(newest.get(target.name()))
                .filter(it -> at - it.atNanos() <= target.pace().maxAge().toNanos());
    }

    /** How many the answers ask for, without any tolerance; what is not known counts as none. */
    double instancesAtLeast(long at) {
        double most = 0;
        for (QueryTarget target : targets) {
            double value = known(target, at).map(Trail.Sample::value).orElse(0.0);
            most = Math.max(most, value / target.each());
        }
        return most;
    }
}
