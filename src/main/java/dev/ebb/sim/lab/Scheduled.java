package dev.ebb.sim.lab;

import dev.ebb.core.Bounds;
import dev.ebb.core.Policy;
import dev.ebb.core.Schedule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Another policy within the floors and ceilings of schedules, by the trace's own dates. As live, a
 * floor is asked for as long before as a start takes, the highest floor counts and the lowest
 * ceiling, a floor goes before a ceiling, and a ceiling only keeps from adding what the load asks
 * for. For one thread.
 */
public final class Scheduled implements Autoscaler {
    private final Autoscaler inner;
    private final List<Schedule> schedules;
    private final Duration lead;
    private Optional<String> why = Optional.empty();

    private Scheduled(Autoscaler inner, List<Schedule> schedules, FleetModel model) {
        this.inner = inner;
        this.schedules = schedules;
        this.lead = Duration.ofMillis(Math.round((model.start() + model.step()) * 1000));
    }

    /** The contender within the schedules of this policy; as it is where there are none. */
    public static Contender over(Contender contender, Policy policy) {
        List<Schedule> all = policy.bounds().map(Bounds::schedules).orElse(List.of());
        if (all.isEmpty()) {
            return contender;
        }
        return Contender.over(contender, (inner, model) -> new Scheduled(inner, all, model));
    }

    @Override
    public int decide(Signals signals) {
        int asked = inner.decide(signals);
        long wallMillis = Math.round(signals.epoch() * 1000);
        why = Optional.empty();
        int answer = asked;
        for (Schedule schedule : schedules) {
            int most = bound(schedule, schedule.max(), wallMillis, Duration.ZERO, asked);
            if (most < answer) {
                answer = Math.min(asked, Math.max(most, signals.wanted()));
                told(schedule, "allows", most);
            }
        }
        for (Schedule schedule : schedules) {
            int least = bound(schedule, schedule.min(), wallMillis, lead, 0);
            if (least > answer) {
                answer = least;
                told(schedule, "wants at least", least);
            }
        }
        return answer;
    }

    private static int bound(
            Schedule schedule, OptionalInt bound, long wallMillis, Duration ahead, int none) {
        boolean counts =
                bound.isPresent()
                        && schedule.open(wallMillis)
                                .or(() -> schedule.next(wallMillis, ahead))
                                .isPresent();
        return counts ? bound.getAsInt() : none;
    }

    private void told(Schedule schedule, String verb, int count) {
        why = Optional.of("schedule '%s' %s %d".formatted(schedule.name(), verb, count));
    }

    @Override
    public String reason() {
        return why.map(w -> inner.reason() + "; " + w).orElseGet(inner::reason);
    }
}
