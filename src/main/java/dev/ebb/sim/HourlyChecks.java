package dev.ebb.sim;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.PerHour;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges that no hour has more automatic parks than the policy says, across the lives of Ebb. Parks
 * that a crash took out of the journal have not happened: what was parked serves again.
 */
final class HourlyChecks {
    private static final long HOUR = 3600 * SimClock.SECOND;

    private record Park(InstanceId id, long atNanos, long wallMillis) {}

    private final Facts facts;
    private final List<Park> parks = new ArrayList<>();

    HourlyChecks(Facts facts) {
        this.facts = facts;
    }

    void parked(ServiceFacts service, List<Trail> parked) {
        Optional<PerHour> limit = service.policy.in().perHour();
        if (limit.isEmpty() || service.orderedCount) {
            return;
        }
        for (Trail trail : parked) {
            if (!trail.approved) {
                parks.add(new Park(trail.id, facts.stepAt, facts.wall(facts.stepAt)));
            }
        }
        parks.removeIf(it -> facts.stepAt - it.atNanos() >= HOUR);
        long count = parks.stream().filter(it -> facts.of(it.id()) == service).count();
        int most = most(service, limit.get());
        if (count > most) {
            facts.violation(
                    "-",
                    "%d of %s were parked within an hour; %d may be"
                            .formatted(count, service.service.model.name(), most));
        }
    }

    /** Of the fleet as it was before these parks: what was in rotation, and what was parked. */
    private static int most(ServiceFacts service, PerHour limit) {
        if (limit.count() > 0) {
            return limit.count();
        }
        long fleet = service.trails.values().stream().filter(it -> !it.stopAsked).count();
        return Math.max(1, (int) Math.floor(fleet * limit.share() + 1e-9));
    }

    /** What the journal does not know any more is not counted any more. */
    void newLife() {
        List<JournalEntry> durable = facts.journal.durable();
        parks.removeIf(it -> durable.stream().noneMatch(entry -> knows(entry, it)));
    }

    private static boolean knows(JournalEntry entry, Park park) {
        return switch (entry) {
            case JournalEntry.Checkpoint checkpoint -> checkpoint.wallMillis() >= park.wallMillis();
            case JournalEntry.Moved moved ->
                    moved.id().equals(park.id())
                            && moved.to() == Lifecycle.PARKING
                            && moved.wallMillis() == park.wallMillis();
            default -> false;
        };
    }
}
