package dev.ebb.sim;

import dev.ebb.control.InstanceStatus;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.Status;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Policy;
import dev.ebb.sim.Conditions.Trouble;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Judges that the instances that exist are the ones that control knows, across the lives of Ebb,
 * and what becomes of the journal when its disk is full.
 */
final class LifeChecks {
    private static final long NOTICE_NANOS = 40 * SimClock.SECOND;

    private final Facts facts;

    LifeChecks(Facts facts) {
        this.facts = facts;
    }

    /**
     * I6, none doubled: at a spawn, no living process has the same name or token, and no process
     * ever had this name with another token. I8's part: the intent is durable before the spawn,
     * unless the journal cannot be written.
     */
    void starting(LaunchIntent intent) {
        approved(intent);
        InstanceId id = intent.id();
        boolean lives =
                facts.world
                        .process(id)
                        .filter(SimInstance::isAlive)
                        .filter(it -> !facts.unrecorded.contains(it.intent.token()))
                        .isPresent();
        if (lives || facts.tokens.containsKey(intent.token())) {
            facts.violation("I6", id + " was started though it exists");
        } else if (!facts.journal.keepsIntents()) {
            return;
        } else if (facts.tokenOf.containsKey(id) && facts.unrecorded.isEmpty()) {
            facts.violation("I6", "the name " + id + " was used for a second instance");
        }
        boolean known = Facts.knownTokens(facts.journal.durable()).contains(intent.token());
        if (!known && facts.failingSince == Trail.NEVER) {
            facts.violation("I8", id + " was started before its intent was durable");
        }
        if (!known && facts.failingSince != Trail.NEVER) {
            facts.unrecorded.add(intent.token());
        }
    }

    /**
     * A mode never leaks actions: in {@code observe} and {@code recommend}, what stands in for
     * another may be started, and what brings the service to as many as it began with, less those
     * whose end a person approved, and more by those whose start one did. What has failed, was
     * taken out by a person, or has a stand-in that lives, is not one of them any more. An ordered
     * size counts as approved. The first instance of a service that may have none is started for
     * requests that wait, in every mode: that is no scaling.
     */
    private void approved(LaunchIntent intent) {
        ServiceFacts service = facts.of(intent.id());
        Policy.Mode mode = service.policy.mode();
        boolean replaces =
                facts.replaces.getOrDefault(intent.token(), Optional.empty()).isPresent();
        if (mode == Policy.Mode.AUTOMATIC || service.orderedCount) {
            return;
        }
        int alive = standing(service);
        int onRequest = service.policy.range().min() == 0 ? 1 : 0;
        if (service.approvingStarts) {
            service.sanctioned = Math.max(service.sanctioned, living(service) + 1);
        } else if (!replaces && alive + 1 > Math.max(service.sanctioned, onRequest)) {
            facts.violation(
                    "-",
                    "%s was started in the mode %s and nobody had approved it"
                            .formatted(intent.id(), mode.name().toLowerCase(Locale.ROOT)));
        }
    }

    private int living(ServiceFacts service) {
        int living = 0;
        for (Trail trail : service.trails.values()) {
            boolean lives = facts.world.process(trail.id).filter(SimInstance::isAlive).isPresent();
            living += lives && !trail.stopAsked ? 1 : 0;
        }
        return living;
    }

    private int standing(ServiceFacts service) {
        Set<InstanceId> leaving = new HashSet<>();
        for (SimInstance process : facts.world.alive()) {
            facts.replaces
                    .getOrDefault(process.intent.token(), Optional.empty())
                    .ifPresent(leaving::add);
        }
        int standing = 0;
        for (Trail trail : service.trails.values()) {
            boolean lives = facts.world.process(trail.id).filter(SimInstance::isAlive).isPresent();
            boolean leaves = trail.stopAsked || trail.ordered || leaving.contains(trail.id);
            standing += lives && !leaves && !facts.hasFailed(trail.id, service) ? 1 : 0;
        }
        return standing;
    }

    /**
     * I6, none orphaned: from the end of recovery on, each living process that was not asked to
     * stop is known to control. Exempt is what was spawned while the journal could not be written:
     * nothing durable can name it after a crash (I8 wants the start all the same).
     */
    void adopted(Status status) {
        Set<InstanceId> known = new HashSet<>();
        status.services()
                .forEach(service -> service.instances().forEach(each -> known.add(each.id())));
        for (SimInstance process : facts.world.alive()) {
            boolean exempt =
                    facts.unrecorded.contains(process.intent.token())
                            || process.phase == SimInstance.Phase.ENDING;
            if (!process.stopAsked && !known.contains(process.id()) && !exempt) {
                facts.violation("I6", process.id() + " lives, but control does not know it");
            }
        }
        strangers();
        status.services().forEach(service -> service.instances().forEach(this::ghost));
    }

    /** What others start is known to control within 40 s, unless something hinders it. */
    private void strangers() {
        long now = facts.now();
        boolean fair = now > facts.disturbedUntil && now - facts.lifeStart > NOTICE_NANOS;
        facts.world.cluster().filter(_ -> fair).stream()
                .flatMap(cluster -> cluster.workloads().stream())
                .flatMap(workload -> workload.unnamed(NOTICE_NANOS).stream())
                .forEach(pod -> facts.violation("I6", pod + " lives, but control knows it not"));
    }

    /** What control calls SERVING exists; an exit is noticed within 40 s. */
    private void ghost(InstanceStatus each) {
        if (!each.lifecycle().inRotation() || facts.world.conditions.is(Trouble.UNCLEAR)) {
            return;
        }
        long now = facts.now();
        Trail trail = facts.trail(each.id());
        boolean young = now - Math.max(trail.startedAt, facts.lifeStart) < NOTICE_NANOS;
        boolean gone =
                facts.world
                        .process(each.id())
                        .filter(it -> it.isAlive() || now - it.endedAt < NOTICE_NANOS)
                        .isEmpty();
        if (gone && !young && now > facts.disturbedUntil) {
            facts.violation("I6", each.id() + " is called " + each.lifecycle() + " but is gone");
        }
    }

    /**
     * I8: with the journal failing for three seconds there is an alarm; ten seconds after it can be
     * written again, each instance that control keeps is recorded.
     */
    void journal(Status status) {
        long now = facts.now();
        long failing = facts.failingSince;
        boolean longEnough = failing != Trail.NEVER && now - failing > 3 * SimClock.SECOND;
        if (longEnough && status.alarm().isEmpty()) {
            facts.violation("I8", "no alarm though the journal fails");
        }
        boolean healed =
                facts.healedAt != Trail.NEVER && now - facts.healedAt > 10 * SimClock.SECOND;
        if (!healed || facts.unrecorded.isEmpty()) {
            return;
        }
        Set<String> known = Facts.knownTokens(facts.journal.recover());
        for (SimInstance process : facts.world.alive()) {
            String token = process.intent.token();
            boolean kept =
                    facts.of(process.id())
                            .lifecycle(process.id())
                            .filter(it -> it != Lifecycle.GONE)
                            .isPresent();
            if (kept && facts.unrecorded.contains(token) && !known.contains(token)) {
                facts.violation(
                        "I8", process.id() + " is not recorded though the journal works again");
            }
        }
        facts.healedAt = Trail.NEVER;
        facts.unrecorded.removeIf(known::contains);
    }
}
