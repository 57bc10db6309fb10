package dev.ebb.sim;

import dev.ebb.control.InstanceStatus;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Hold;
import dev.ebb.core.Mark;
import dev.ebb.core.Policy;
import java.util.Optional;

/** Judges what should happen when nothing goes wrong: no flapping, and an end to each wait. */
final class SteadyChecks {
    private static final double NEAR = 1.03;

    private final Facts facts;

    SteadyChecks(Facts facts) {
        this.facts = facts;
    }

    /**
     * I5: after an automatic stop, no start within the stabilization window, load and fleet being
     * as they were. Judged by what happens: the real load since then is at most 3 % above its
     * lowest in the window before the stop, nothing from outside disturbs the service, none of its
     * callers has grown, and no schedule's ceiling that asked for the stop has ended since.
     */
    void starting(LaunchIntent intent) {
        ServiceFacts service = facts.of(intent.id());
        boolean replaces =
                facts.replaces.getOrDefault(intent.token(), Optional.empty()).isPresent();
        if (service.lastStop == Trail.NEVER || replaces || service.orderedCount) {
            return;
        }
        double stopped = service.lastStop / 1e9;
        double window = service.policy.in().window().toSeconds();
        double now = facts.now() / 1e9;
        double stabilization = service.policy.in().stabilization().toSeconds();
        boolean disturbed =
                service.lastStop < facts.disturbedUntil
                        || isRestless(service)
                        || ceilingHasRisen(service)
                        || facts.callersGrewSince(service, service.lastStop);
        if (disturbed || now - stopped > stabilization || facts.shuttingDown) {
            return;
        }
        LoadShape load = service.service.model.load();
        double memory = window + streamsRemember(service.service.model);
        double before = load.lowest(Math.max(0, stopped - memory), stopped);
        double since = load.highest(stopped, now);
        if (since <= before * NEAR) {
            facts.violation(
                    "I5",
                    "%s was started %.1f s after a stop, with the load as it was (%.1f/s, %.1f/s)"
                            .formatted(intent.id(), now - stopped, before, since));
        }
    }

    private boolean ceilingHasRisen(ServiceFacts service) {
        int then = ScheduleFacts.ceiling(service.policy, facts.wall(service.lastStop));
        return ScheduleFacts.ceiling(service.policy, facts.wall(facts.now())) > then;
    }

    /** Long streams carry the load of some time ago. */
    private static double streamsRemember(ServiceModel model) {
        return model.streamShare() > 0 ? 4 * model.streamSeconds() : 0;
    }

    /** With a few long streams among few requests in flight, the load is never quite the same. */
    private static boolean isRestless(ServiceFacts service) {
        ServiceModel model = service.service.model;
        return model.streamShare() > 0 && model.concurrency() > 0;
    }

    /** I10: each hold names what would release it. */
    void holds(ServiceStatus status) {
        for (Hold hold : status.explanation().holds()) {
            if (hold.release().isBlank() || hold.why().text().isBlank()) {
                facts.violation("I10", "a hold does not say what releases it: " + hold);
            }
        }
    }

    /**
     * I10: in a run without faults, each instance that is parked is stopped or back within the
     * longest trial, the drain deadline and 25 s, and the 5 stabilization windows for which a fall
     * in load may be doubted, unless a person holds it or scaling is frozen. Long streams under the
     * policy HOLD may last as long as they like.
     */
    void parked(ServiceFacts service) {
        Policy policy = service.policy;
        boolean endless =
                policy.drain().then() == Policy.AtDeadline.HOLD
                        && service.service.model.streamShare() > 0;
        if (!facts.scenario.isCalm() || endless || facts.isFrozen(service)) {
            return;
        }
        long bound =
                policy.trial().longest().toNanos()
                        + policy.drain().deadline().toNanos()
                        + 5 * policy.in().stabilization().toNanos()
                        + 25 * SimClock.SECOND;
        for (InstanceStatus each : service.status.map(ServiceStatus::instances).orElseThrow()) {
            Trail trail = service.trail(each.id(), facts.now());
            boolean out = trail.everActive && trail.outSince != Trail.NEVER;
            boolean held = each.marks().contains(Mark.HELD_OUT);
            if (out && !held && each.lifecycle().canBeRescued()) {
                long waited = facts.now() - trail.outSince;
                if (waited > bound && waited <= bound + SimClock.SECOND) {
                    facts.violation(
                            "I10",
                            "%s is %s for %.0f s, longer than trial and drain may take"
                                    .formatted(each.id(), each.lifecycle(), waited / 1e9));
                }
            }
        }
    }

    /** Nobody is refused for want of an instance, where nothing goes wrong. */
    void unrouted(ServiceFacts service) {
        long unrouted = service.service.stats.unrouted;
        boolean fromNone = service.policy.range().min() == 0;
        if (fromNone && facts.scenario.isCalm() && unrouted > 0) {
            facts.violation(
                    "-",
                    "%d requests of %s were refused for want of an instance"
                            .formatted(unrouted, service.service.model.name()));
        }
    }

    /**
     * I10: at the end of a run without faults whose load is constant for long enough (see {@link
     * Scenario#settleSeconds}), what is in rotation is within one instance of the right size. The
     * right size lies between what the load needs at its targets, with the tolerance, and what the
     * policy's other limits hold back (room for a failure, no candidates). Where long streams do
     * not end when asked, a drain deadline may rightly keep every instance.
     */
    void settled(ServiceFacts service) {
        Policy policy = service.policy;
        double constantFor = facts.scenario.constantFor();
        boolean judged =
                facts.scenario.isConstant()
                        && policy.mode() == Policy.Mode.AUTOMATIC
                        && constantFor > facts.scenario.settleSeconds(service.service);
        boolean stuck = service.service.model.streamShare() > 0;
        stuck &= !service.service.model.streamsObey();
        if (!judged || stuck || service.status.isEmpty()) {
            return;
        }
        int serving = service.serving();
        int[] size = rightSize(service);
        if (policy.objective().isPresent()) {
            // How much headroom is right depends on what has been learned of the load so far.
            size[1] = Math.max(size[1], service.status.get().explanation().wanted());
            boolean missed =
                    service.status.get().explanation().holds().stream()
                            .anyMatch(h -> Wishes.MISSED.contains(h.why().code()));
            // While what is wanted of requests is missed, nobody is let go.
            size[1] = missed ? policy.range().max() : size[1];
            // With one less it was tried, under this load, and what is wanted was not kept.
            double ago = (facts.now() - service.goalBrokenAt) / 1e9;
            boolean tried = service.goalBrokenAt != Trail.NEVER && ago < constantFor;
            size[1] = tried ? Math.max(size[1], service.goalBrokenWith + 1) : size[1];
        }
        facts.scenario.judged();
        if (serving < size[0] - 1 || serving > size[1] + 1) {
            facts.violation(
                    "I10",
                    "%s has %d in rotation after %.0f s of constant load; right is %d to %d"
                            .formatted(
                                    service.service.model.name(),
                                    serving,
                                    constantFor,
                                    size[0],
                                    size[1]));
        }
    }

    /** The smallest and the largest number of instances that are right at the end. */
    int[] rightSize(ServiceFacts service) {
        ServiceModel model = service.service.model;
        Policy policy = service.policy;
        Policy.Range range = policy.range();
        double rate = model.load().at(facts.scenario.seconds());
        double cpu = rate / model.capacity();
        double flights =
                model.concurrency() > 0 ? rate * model.requestSeconds() / model.concurrency() : 0;
        double streams = rate * model.streamShare() * model.streamSeconds();
        double busy = flights * ServicePlane.slower(policy.targets().cpu());
        busy += model.concurrency() > 0 ? streams / model.concurrency() : 0;
        double slack = 1 + policy.out().tolerance();
        double least =
                Math.max(
                        cpu / Wishes.most(policy, policy.targets().cpu()),
                        flights / Wishes.most(policy, policy.targets().concurrency()));
        double most = Math.max(cpu / policy.targets().cpu(), busy / policy.targets().concurrency());
        double binding = Math.max(cpu, busy);
        double failure = binding / policy.targets().afterFailure() + 1;
        double candidates = binding / policy.in().candidateBelow() + 1;
        double upper = Math.max(most, Math.max(failure, candidates));
        int low = (int) Math.ceil(least / slack - 1e-6);
        int high = (int) Math.ceil(upper + 1e-6);
        return new int[] {
            Math.clamp(low, range.min(), range.max()), Math.clamp(high, range.min(), range.max())
        };
    }
}
