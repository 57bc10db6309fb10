package dev.ebb.sim;

import dev.ebb.control.InstanceStatus;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges, at the end of each step, what was taken out of rotation in it. A park is an endpoint that
 * was to be picked in the snapshot before and is not in this one, though its process lives and
 * control does not call it FAILED. Parks of instances that a person named are not automatic.
 */
final class ParkChecks {
    /** So long the news that an instance has ended may take, late as it may be, and a tick. */
    private static final long NEWS_NANOS = 9 * SimClock.SECOND;

    private final Facts facts;

    ParkChecks(Facts facts) {
        this.facts = facts;
    }

    void afterStep(ServiceFacts service) {
        List<Trail> parked = parked(service);
        if (!parked.isEmpty() && !facts.shuttingDown) {
            allowed(service, parked);
            need(service, parked);
            budget(service, parked);
            data(service, parked);
            journal(parked);
            patience(service, parked);
            facts.hourly.parked(service, parked);
        }
        for (InstanceId id : service.backThisStep) {
            Trail trail = service.trail(id, facts.now());
            trail.approved = false;
            boolean wasFailed = facts.now() < facts.disturbedUntil;
            if (!trail.ordered && !wasFailed) {
                service.lastRescue = facts.now();
            }
        }
    }

    private List<Trail> parked(ServiceFacts service) {
        List<Trail> parked = new ArrayList<>();
        for (InstanceId id : service.outThisStep) {
            Trail trail = service.trail(id, facts.now());
            boolean lives = facts.world.process(id).filter(SimInstance::isAlive).isPresent();
            boolean leaving =
                    service.lifecycle(id)
                            .filter(it -> it != Lifecycle.FAILED && it != Lifecycle.GONE)
                            .isPresent();
            boolean failed =
                    facts.moves.stream()
                            .anyMatch(it -> it.id().equals(id) && it.to() == Lifecycle.FAILED);
            if (lives && leaving && !failed && !trail.ordered && !trail.active) {
                parked.add(trail);
            }
        }
        return parked;
    }

    /** Nothing is parked while scaling is frozen or only observed, and nothing protected ever. */
    private void allowed(ServiceFacts service, List<Trail> parked) {
        if (facts.isFrozen(service)) {
            facts.violation("-", names(parked) + " parked while frozen");
        }
        if (service.policy.mode() == Policy.Mode.OBSERVE && !service.orderedCount) {
            facts.violation("-", names(parked) + " parked in the mode observe");
        }
        for (Trail trail : parked) {
            if (service.policy.mode() == Policy.Mode.RECOMMEND && !trail.approved) {
                facts.violation("-", trail.id + " was parked and nobody had approved it");
            }
            if (trail.protectedByOrder) {
                facts.violation("-", trail.id + " was parked though it is protected");
            }
        }
    }

    /**
     * I1 at a park: the healthy SERVING instances left are at least {@code max(min, need)}. Serving
     * is what control says, healthy what it was told, the need the checker's own lower bound; and
     * what is left also bears the number that control itself wanted.
     */
    private void need(ServiceFacts service, List<Trail> parked) {
        if (service.orderedCount) {
            return;
        }
        int left = 0;
        for (Trail trail : service.carrying()) {
            boolean serving =
                    service.lifecycle(trail.id).filter(it -> it == Lifecycle.SERVING).isPresent();
            left += serving ? 1 : 0;
        }
        int need =
                Math.max(
                        service.needAtLeast(facts.stepAt, facts.wall(facts.stepAt)),
                        facts.neededByCallers(service));
        int wanted = service.status.map(it -> it.explanation().wanted()).orElse(0);
        if (left < Math.max(need, wanted)) {
            facts.violation(
                    "I1",
                    "parking %s leaves %d healthy SERVING; needed at least %d, wanted %d, min %d"
                            .formatted(
                                    names(parked),
                                    left,
                                    need,
                                    wanted,
                                    service.policy.range().min()));
        }
    }

    /**
     * I3: after a park, what is absent stays within the unavailability budget: the share of the
     * fleet, rounded down, at least one. Absent: alive and taken out of rotation by a snapshot,
     * whoever took it; in rotation and ejected; failed in rotation with no stand-in started. The
     * fleet is all of these and what is healthy in rotation; of one that has just ended in rotation
     * control may not know yet, and it counts as what control was told.
     */
    private void budget(ServiceFacts service, List<Trail> parked) {
        int absent = 0;
        int present = 0;
        for (Trail trail : service.trails.values()) {
            boolean lives = facts.world.process(trail.id).filter(SimInstance::isAlive).isPresent();
            if (!trail.stopAsked && trail.active && (lives || mayBeUnknown(service, trail))) {
                absent += trail.health == Health.EJECTED ? 1 : 0;
                present += trail.health == Health.EJECTED ? 0 : 1;
            } else if (lives && !trail.stopAsked && trail.everActive && !isFailed(service, trail)) {
                absent++;
            }
        }
        absent += failedAndNotReplaced(service);
        double share = service.policy.in().unavailabilityBudget();
        int budget = Math.max(1, (int) Math.floor(share * (absent + present) + 1e-9));
        if (absent > budget) {
            facts.violation(
                    "I3",
                    "after parking %s, %d of %d are absent; the budget is %d"
                            .formatted(names(parked), absent, absent + present, budget));
        }
    }

    private boolean mayBeUnknown(ServiceFacts service, Trail trail) {
        return !isFailed(service, trail)
                && facts.world
                        .process(trail.id)
                        .filter(it -> facts.now() - it.endedAt <= NEWS_NANOS)
                        .isPresent();
    }

    private static boolean isFailed(ServiceFacts service, Trail trail) {
        return service.lifecycle(trail.id).filter(it -> it == Lifecycle.FAILED).isPresent();
    }

    private int failedAndNotReplaced(ServiceFacts service) {
        if (service.status.isEmpty()) {
            return 0;
        }
        int missing = 0;
        for (InstanceStatus each : service.status.get().instances()) {
            boolean replaced =
                    facts.replaces.values().stream()
                            .anyMatch(it -> it.filter(each.id()::equals).isPresent());
            boolean missed = service.trail(each.id(), facts.now()).failedInRotation;
            missing += each.lifecycle() == Lifecycle.FAILED && missed && !replaced ? 1 : 0;
        }
        return missing;
    }

    /**
     * I4: each victim has a reading of its process and of its traffic, given to control in this
     * life, not older than {@code freshness} at the step; of the instances that were in rotation,
     * at least the share {@code coverage} has; and each query has an answer that is not too old.
     * One that has ended, and of which control has learned that in this very step, carries nothing
     * and will never report: it does not count.
     */
    private void data(ServiceFacts service, List<Trail> parked) {
        for (Trail trail : parked) {
            if (!isFresh(service, trail)) {
                facts.violation("I4", trail.id + " was parked without fresh data");
            }
        }
        Optional<String> unanswered = service.answers.missing(facts.stepAt);
        if (unanswered.isPresent() && !service.orderedCount) {
            facts.violation("I4", names(parked) + " parked while " + unanswered.get());
        }
        int fresh = 0;
        int all = 0;
        for (InstanceId id : service.activeBefore) {
            boolean lives = facts.world.process(id).filter(SimInstance::isAlive).isPresent();
            if (lives || !facts.hasFailed(id, service)) {
                all++;
                fresh += isFresh(service, service.trail(id, facts.now())) ? 1 : 0;
            }
        }
        if (fresh < service.policy.in().coverage() * all - 1e-9) {
            facts.violation(
                    "I4",
                    "%s parked with fresh data from %d of %d".formatted(names(parked), fresh, all));
        }
    }

    private boolean isFresh(ServiceFacts service, Trail trail) {
        long oldest = facts.stepAt - service.policy.in().freshness().toNanos();
        return trail.processAt >= oldest && trail.trafficAt >= oldest;
    }

    /** I8: while the journal cannot be written, scale-in holds. One tick may pass to notice. */
    private void journal(List<Trail> parked) {
        long failing = facts.failingSince;
        if (failing != Trail.NEVER && facts.stepAt - failing > SimClock.SECOND) {
            facts.violation(
                    "I8",
                    "%s parked though the journal fails since %.1f s"
                            .formatted(names(parked), failing / 1e9));
        }
    }

    /**
     * I5, second half: a park that was rescued lengthens the next wait. Read as: after an automatic
     * rescue, at least the stabilization window passes before the next park in the same life.
     */
    private void patience(ServiceFacts service, List<Trail> parked) {
        if (service.lastRescue == Trail.NEVER || service.orderedCount) {
            return;
        }
        long waited = facts.now() - service.lastRescue;
        long least = service.policy.in().stabilization().toNanos();
        if (waited < least - SimClock.SECOND) {
            facts.violation(
                    "I5",
                    "%s parked %.1f s after a rescue; the window is %.1f s"
                            .formatted(names(parked), waited / 1e9, least / 1e9));
        }
    }

    private static String names(List<Trail> trails) {
        return String.join(", ", trails.stream().map(it -> it.id.toString()).toList());
    }
}
