package dev.ebb.sim;

import dev.ebb.control.ServicePlan;
import dev.ebb.core.Bounds;
import dev.ebb.core.NotBelow;
import dev.ebb.core.PerHour;
import dev.ebb.core.Policy;
import dev.ebb.core.Schedule;
import dev.ebb.core.ServiceName;
import dev.ebb.core.Starts;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** Draws what bounds a service beside its load: floors and ceilings within the run. */
final class Events {
    private final SplittableRandom random;

    Events(SplittableRandom random) {
        this.random = random;
    }

    /** A fifth of the policies has one or two schedules, a sixth so many parks an hour. */
    Policy with(Policy policy, double seconds) {
        return hourly(scheduled(policy, seconds));
    }

    /** Half of the second services keep up with the first one, which calls them. */
    Policy called(Policy policy, ServiceName caller) {
        if (random.nextInt(2) > 0) {
            return policy;
        }
        NotBelow bound = new NotBelow(caller, 0.2 + 0.8 * random.nextDouble());
        List<Schedule> schedules = policy.bounds().map(Bounds::schedules).orElse(List.of());
        return policy.withBounds(new Bounds(schedules, List.of(bound)));
    }

    /** A sixth of the services may have no instance, and has a long silence in its load. */
    Scenario.Part fromNone(Scenario.Part part, double seconds) {
        if (random.nextInt(6) > 0) {
            return part;
        }
        ServiceModel m = part.model();
        double lasts = 120 + random.nextDouble() * seconds / 2;
        LoadShape load = new LoadShape.Silence(m.load(), seconds / 3 * random.nextDouble(), lasts);
        ServiceModel model =
                new ServiceModel(
                        m.name(),
                        m.cores(),
                        m.cpuSeconds(),
                        m.requestSeconds(),
                        m.concurrency(),
                        m.startSeconds(),
                        m.warmSeconds(),
                        load,
                        m.streamShare(),
                        m.streamSeconds(),
                        m.streamsObey());
        ServicePlan plan = part.plan();
        Policy policy = plan.policy();
        Policy.Range range = policy.range();
        int initial = random.nextInt(range.max() + 1);
        Policy idle =
                policy.withRange(new Policy.Range(0, range.max(), initial))
                        .withIn(policy.in().withIdle(Duration.ofSeconds(5 + random.nextInt(40))));
        return new Scenario.Part(
                model, new ServicePlan(plan.name(), idle, plan.balance()), part.constantFrom());
    }

    private Policy hourly(Policy policy) {
        if (random.nextInt(6) > 0) {
            return policy;
        }
        boolean share = random.nextBoolean();
        return policy.withIn(
                policy.in()
                        .withPerHour(
                                share
                                        ? new PerHour(0, 0.1 + 0.4 * random.nextDouble())
                                        : new PerHour(1 + random.nextInt(4), 0)));
    }

    private Policy scheduled(Policy policy, double seconds) {
        if (random.nextInt(5) > 0) {
            return policy;
        }
        List<Schedule> schedules = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(2); i++) {
            schedules.add(schedule("event-" + i, policy.range(), seconds));
        }
        return policy.withBounds(new Bounds(schedules, List.of()));
    }

    private Schedule schedule(String name, Policy.Range range, double seconds) {
        long at = SimClock.EPOCH_MILLIS + Math.round(seconds * random.nextDouble() * 1000);
        LocalTime time =
                Instant.ofEpochMilli(at)
                        .atZone(ZoneOffset.UTC)
                        .toLocalTime()
                        .truncatedTo(ChronoUnit.MINUTES);
        boolean floor = random.nextInt(3) > 0;
        int bound = range.min() + random.nextInt(range.max() - range.min() + 1);
        return new Schedule(
                name,
                new Starts(List.of(time), List.of(), List.of(), List.of(), List.of(), false),
                Duration.ofSeconds(60 + random.nextInt(240)),
                ZoneOffset.UTC,
                floor ? OptionalInt.of(bound) : OptionalInt.empty(),
                floor ? OptionalInt.empty() : OptionalInt.of(bound));
    }
}
