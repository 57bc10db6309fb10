package dev.ebb.sim;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Policy;
import java.util.Optional;

/**
 * Judges each stop at the moment at which it reaches the platform, by the god's view; proof and
 * record (I2, I8) at the moment at which the platform carries it out, which may be later.
 *
 * <p>A stop of a process that is gone or hangs is no stop of a live instance. One of an instance
 * that control calls FAILED must bear I2 (see {@link #givenUp}). All others must bear I1, I2, I4,
 * I6 and I8, as the methods say.
 */
final class StopChecks {
    private final Facts facts;

    StopChecks(Facts facts) {
        this.facts = facts;
    }

    void stopping(InstanceId id) {
        Optional<SimInstance> process = facts.world.process(id).filter(SimInstance::isAlive);
        Trail trail = facts.trail(id);
        if (process.isEmpty() || process.get().stopAsked || trail.stopAsked) {
            return;
        }
        ServiceFacts service = facts.of(id);
        boolean settledBefore = stoppingWasDurable(id);
        boolean failed = facts.isCalledFailed(id, service);
        recovery(id, settledBefore, failed);
        trail.stopAsked = true;
        trail.gaveUp = process.get().isHung(facts.now());
        if (facts.shuttingDown || trail.gaveUp) {
            return;
        }
        if (failed) {
            givenUp(trail, process.get(), service);
            return;
        }
        if (!settledBefore) {
            rehearsed(trail, service);
            if (service.policy.mode() != Policy.Mode.AUTOMATIC && trail.everActive) {
                approved(trail, service);
            }
            if (!trail.ordered && trail.everActive) {
                need(trail, service);
                fresh(trail, service);
            }
        }
        if (trail.approved) {
            service.sanctioned--;
        }
        if (!trail.ordered && !service.orderedCount) {
            service.lastStop = facts.now();
        }
    }

    /** The stop takes effect: at once, or when the platform comes to it. */
    void ending(InstanceId id) {
        Optional<SimInstance> process = facts.world.process(id).filter(SimInstance::isAlive);
        boolean late = process.isEmpty() || process.get().stopAsked;
        if (late || facts.shuttingDown || process.get().isHung(facts.now())) {
            return;
        }
        ServiceFacts service = facts.of(id);
        proof(id, service);
        if (!facts.isCalledFailed(id, service)) {
            durable(id);
        }
    }

    /** A mode never leaks actions: somebody wanted it, or it is not stopped. */
    private void approved(Trail trail, ServiceFacts service) {
        boolean recommends = service.policy.mode() == Policy.Mode.RECOMMEND;
        boolean sized = !recommends && service.orderedCount;
        if (!trail.ordered && !sized && !(recommends && trail.approved)) {
            facts.violation("-", trail.id + " was stopped and nobody had approved it");
        }
    }

    /** Remembers, when control begins to call an instance FAILED, whether that was right. */
    void afterStep(ServiceFacts service) {
        for (Trail trail : service.trails.values()) {
            Optional<Lifecycle> called = service.lifecycle(trail.id);
            boolean failed = called.filter(it -> it == Lifecycle.FAILED).isPresent();
            if (!failed) {
                trail.calledFailed = false;
                trail.calledStarting = called.filter(it -> it == Lifecycle.STARTING).isPresent();
            } else if (!trail.calledFailed) {
                calledFailed(trail, service);
            }
        }
    }

    /** Ebb may die in the very step in which it gives an instance up, and its next life goes on. */
    void moved(JournalEntry.Moved moved) {
        Trail trail = facts.trail(moved.id());
        // What could not be written at its time is written later.
        if (moved.to() == Lifecycle.FAILED && !trail.calledFailed) {
            trail.calledStarting = moved.from() == Lifecycle.STARTING;
            calledFailed(trail, facts.of(moved.id()));
        }
    }

    private void calledFailed(Trail trail, ServiceFacts service) {
        trail.calledFailed = true;
        trail.failedInRotation = service.activeBefore.contains(trail.id);
        trail.rightlyFailed =
                facts.world
                        .process(trail.id)
                        .filter(SimInstance::isAlive)
                        .map(process -> mayBeFailed(process, trail, service))
                        .orElse(true);
    }

    /**
     * I2's word "live": an instance that runs and answers may be given up only for good reason. It
     * was ejected for {@code replaceAfter}, or not well once within the start's timeout, by what
     * control was told. Such a stop needs no rehearsal, but the proof of nothing in flight.
     *
     * <p>Not well once is not always unknown: a pod that has not become ready is told to be
     * ejected. That excuses only what control called STARTING, and what nobody told it to be well
     * in this life: what carries requests, or is on its way out, is given up by its ejection alone.
     */
    private void givenUp(Trail trail, SimInstance process, ServiceFacts service) {
        boolean right =
                trail.calledFailed ? trail.rightlyFailed : mayBeFailed(process, trail, service);
        if (!right) {
            facts.violation("I2", trail.id + " was given up without cause, and stopped");
        }
    }

    private boolean mayBeFailed(SimInstance process, Trail trail, ServiceFacts service) {
        long now = facts.now();
        Policy.Start start = service.policy.start();
        if (process.isHung(now)) {
            return true;
        }
        // Two reports of one tick may differ; a decision by the first is a decision in good faith.
        boolean until = trail.health != Health.EJECTED && trail.ejectedEnd >= facts.stepAt;
        if (trail.health == Health.EJECTED || until) {
            long ejected = now - (until ? trail.ejectedSince : trail.healthSince);
            if (ejected >= start.replaceAfter().toNanos() - SimClock.SECOND) {
                return true;
            }
        }
        boolean neverWell = trail.calledStarting && !trail.wellInLife;
        long since = Math.max(trail.startedAt, facts.lifeStart);
        return (neverWell || (trail.health == Health.UNKNOWN && !until))
                && now - since >= start.timeout().toNanos() - SimClock.SECOND;
    }

    private boolean stoppingWasDurable(InstanceId id) {
        boolean movedNow =
                facts.moves.stream()
                        .anyMatch(it -> it.id().equals(id) && it.to() == Lifecycle.STOPPING);
        return !movedNow
                && facts.durableLifecycle(id).filter(it -> it == Lifecycle.STOPPING).isPresent();
    }

    /**
     * I2: at the stop of a live instance nothing is in flight on any event loop and no event loop
     * would still pick it. At a drain deadline, only the policy CUT allows requests in flight (they
     * are counted as cut); no order and no force does.
     */
    private void proof(InstanceId id, ServiceFacts service) {
        int inFlight = facts.world.inFlight(id);
        if (inFlight > 0 && service.policy.drain().then() != Policy.AtDeadline.CUT) {
            facts.violation("I2", id + " was stopped with " + inFlight + " requests in flight");
        }
        if (facts.world.mayPick(id)) {
            facts.violation("I2", id + " was stopped while an event loop may still pick it");
        }
    }

    /** I8: a stop is durable in the journal before it is carried out. */
    private void durable(InstanceId id) {
        Optional<Lifecycle> lifecycle = facts.durableLifecycle(id);
        if (lifecycle.filter(it -> it == Lifecycle.STOPPING).isEmpty()) {
            facts.violation(
                    "I8",
                    id
                            + " was stopped, but durable in the journal is "
                            + lifecycle.map(Lifecycle::toString).orElse("nothing"));
        }
    }

    /**
     * I6, and promise 2: nothing irreversible without a rehearsal. In this very life of Ebb, the
     * instance was out of rotation for the shortest trial before it is stopped (what was PARKED
     * before a crash starts its trial again). Instances that were never in rotation, or are being
     * restarted by order, need none.
     */
    private void rehearsed(Trail trail, ServiceFacts service) {
        if (!trail.everActive || trail.ordered) {
            return;
        }
        long needed = service.policy.trial().shortest().toNanos();
        long out = trail.outSince == Trail.NEVER ? 0 : facts.now() - trail.outSince;
        if (out < needed - SimClock.SECOND / 2) {
            facts.violation(
                    "I6",
                    "%s was stopped after %.1f s out of rotation in this life of Ebb; a trial takes"
                                    .formatted(trail.id, out / 1e9)
                            + " at least %.1f s".formatted(needed / 1e9));
        }
    }

    /**
     * I6: recovery stops nothing that was not STOPPING in what is durable. Recovery is all up to
     * the end of the first step after it.
     */
    private void recovery(InstanceId id, boolean settledBefore, boolean failed) {
        boolean first = facts.recovering && facts.life > 1;
        if (first && !settledBefore && !failed && !facts.shuttingDown) {
            facts.violation("I6", "recovery stopped " + id + ", which was not STOPPING");
        }
    }

    /**
     * I1 at a stop: the healthy SERVING instances left (the victim is none of them) are at least
     * {@code max(min, need)}, the need being the checker's own lower bound from the data that
     * control was given.
     */
    private void need(Trail trail, ServiceFacts service) {
        if (service.orderedCount) {
            return;
        }
        int left = (int) service.carrying().stream().filter(it -> it != trail).count();
        int need = service.needAtLeast(facts.now(), facts.wall(facts.stepAt));
        if (left < need) {
            facts.violation(
                    "I1",
                    "stopping %s leaves %d healthy in rotation, the need is at least %d (min %d)"
                            .formatted(trail.id, left, need, service.policy.range().min()));
        }
    }

    /**
     * I4 at a stop: control was given a fresh reading of the victim's traffic in this life. (That
     * its process can be read was a condition of choosing it, and coverage is judged with parks.)
     */
    private void fresh(Trail trail, ServiceFacts service) {
        Optional<String> unanswered = service.answers.missing(facts.stepAt);
        if (unanswered.isPresent() && !service.orderedCount) {
            facts.violation("I4", trail.id + " was stopped while " + unanswered.get());
        }
        long age = facts.stepAt - trail.trafficAt;
        boolean never = trail.trafficAt == Trail.NEVER;
        if (never || age > service.policy.in().freshness().toNanos()) {
            facts.violation("I4", trail.id + " was stopped without fresh data of its traffic");
        }
    }

    /** Moves that claim a person's order must follow one. */
    void claims() {
        for (JournalEntry.Moved moved : facts.moves) {
            Trail trail = facts.trail(moved.id());
            ServiceFacts service = facts.of(moved.id());
            boolean known = trail.ordered || service.orderedCount || facts.shuttingDown;
            if (moved.byOperator() && moved.to() == Lifecycle.PARKING && !known) {
                facts.violation("-", moved.id() + " was parked by an order that no one gave");
            }
        }
    }
}
