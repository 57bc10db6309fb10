package dev.ebb.sim;

import dev.ebb.control.QuerySource;
import dev.ebb.core.QueryReading;
import dev.ebb.core.QueryTarget;
import dev.ebb.core.ServiceName;
import dev.ebb.sim.Conditions.Trouble;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A monitoring system that counts what arrives at each service, asked at the pace of its policy.
 * While it is in trouble, the answers before it grow old. Single-threaded.
 */
final class SimQueries implements QuerySource {
    private final World world;
    private final Map<String, QueryReading> newest = new HashMap<>();
    private final Map<String, Long> askedAt = new HashMap<>();

    SimQueries(World world) {
        this.world = world;
    }

    @Override
    public List<QueryReading> read(ServiceName service) {
        List<QueryReading> answers = new ArrayList<>();
        for (QueryTarget target : world.service(service).plan.policy().targets().queries()) {
            String key = service + "/" + target.name();
            long now = world.clock.nanos();
            Long before = askedAt.get(key);
            if (before == null || now - before >= target.pace().every().toNanos()) {
                askedAt.put(key, now);
                newest.put(key, ask(service, target, Optional.ofNullable(newest.get(key))));
            }
            answers.add(newest.get(key));
        }
        return answers;
    }

    private QueryReading ask(
            ServiceName service, QueryTarget target, Optional<QueryReading> before) {
        long at = world.clock.monotonic(world.clock.nanos());
        if (world.conditions.is(Trouble.NO_ANSWERS)) {
            return new QueryReading(
                    target.name(),
                    before.flatMap(QueryReading::value),
                    before.map(QueryReading::measuredAtNanos).orElse(at),
                    Optional.of("no answer"));
        }
        double value = Math.max(0, world.service(service).model.load().at(world.clock.seconds()));
        return new QueryReading(target.name(), Optional.of(value), at, Optional.empty());
    }
}
