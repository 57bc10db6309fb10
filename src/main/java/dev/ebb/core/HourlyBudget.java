package dev.ebb.core;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How many more instances may be parked in this hour, which ends now and slides. It binds what Ebb
 * does by itself: no rescue, no replacement, no restart and no size that a person ordered. Pure.
 */
final class HourlyBudget {
    static final Duration HOUR = Duration.ofHours(1);

    private final Optional<PerHour> limit;
    private final Now now;
    private final List<Long> parks;
    private final int allowed;

    HourlyBudget(Policy policy, ServiceState state, Now now) {
        this.limit = state.ordered().isPresent() ? Optional.empty() : policy.in().perHour();
        this.now = now;
        this.parks = state.patience().parksSince(now);
        int fleet = state.standing() + state.count(i -> i.lifecycle().canBeRescued());
        this.allowed = limit.map(l -> l.of(fleet)).orElse(Integer.MAX_VALUE);
    }

    /** How many may be parked at this moment. */
    int room() {
        return limit.isEmpty() ? Integer.MAX_VALUE : Math.max(0, allowed - parks.size());
    }

    /** Why none may, if none may. */
    Optional<Hold> hold() {
        if (room() > 0) {
            return Optional.empty();
        }
        long next = parks.get(parks.size() - allowed) + HOUR.toNanos();
        long wallMillis = now.wallMillis() + (next - now.monotonicNanos()) / 1_000_000;
        Instant when = Instant.ofEpochMilli(wallMillis + 999).truncatedTo(ChronoUnit.SECONDS);
        return Optional.of(
                new Hold(
                        new Reason(
                                "per_hour",
                                "%s parked within an hour, %d may be"
                                        .formatted(Text.instances(parks.size()), allowed),
                                Map.of(
                                        "parked", (double) parks.size(),
                                        "allowed", (double) allowed,
                                        "wait_s", (next - now.monotonicNanos()) / 1e9)),
                        when.toString()));
    }
}
