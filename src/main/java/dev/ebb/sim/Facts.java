package dev.ebb.sim;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.MetricSource;
import dev.ebb.control.Order;
import dev.ebb.core.Bounds;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.NotBelow;
import dev.ebb.core.Policy;
import dev.ebb.core.ServiceName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The checker's own book: the god's view of the world, every command that reached a port, and what
 * is durable. No part of it comes from control's decisions. Single-threaded; world time.
 */
final class Facts {
    private static final int VIOLATIONS_KEPT = 40;
    private static final int ALIKE_KEPT = 3;

    final World world;
    final SimRecord journal;
    final Scenario scenario;
    final List<Violation> violations = new ArrayList<>();
    final HourlyChecks hourly = new HourlyChecks(this);
    private final Map<String, Integer> kinds = new HashMap<>();
    final Map<ServiceName, ServiceFacts> services = new LinkedHashMap<>();
    final Map<String, Optional<InstanceId>> replaces = new HashMap<>();
    final Map<String, InstanceId> tokens = new HashMap<>();
    final Map<InstanceId, String> tokenOf = new HashMap<>();

    /** Tokens of processes that were spawned while the journal could not be written. */
    final Set<String> unrecorded = new HashSet<>();

    /** Moves that control wrote, or tried to write, since the step began. */
    final List<JournalEntry.Moved> moves = new ArrayList<>();

    int life;
    long lifeStart;
    boolean recovering;
    int stepsInLife;
    long stepAt;
    boolean shuttingDown;

    /** Since when writes of the journal fail; {@link Trail#NEVER} while they do not. */
    long failingSince = Trail.NEVER;

    long healedAt = Trail.NEVER;

    /** Until when something from outside (a fault, an order) makes strict expectations unfair. */
    long disturbedUntil = Trail.NEVER;

    /** Whether ticks were removed or a clock jumped in this run. */
    boolean timeWasBent;

    Facts(World world, SimRecord journal, Scenario scenario) {
        this.world = world;
        this.journal = journal;
        this.scenario = scenario;
        for (SimService service : world.services()) {
            services.put(service.model.name(), new ServiceFacts(service));
        }
    }

    long now() {
        return world.clock.nanos();
    }

    /** Whether control calls it FAILED: at the end of the last step, or in this one. */
    boolean isCalledFailed(InstanceId id, ServiceFacts service) {
        return service.lifecycle(id).filter(it -> it == Lifecycle.FAILED).isPresent()
                || moves.stream()
                        .anyMatch(it -> it.id().equals(id) && it.from() == Lifecycle.FAILED);
    }

    /** The same, or it has come to that in this step. */
    boolean hasFailed(InstanceId id, ServiceFacts service) {
        return isCalledFailed(id, service)
                || moves.stream().anyMatch(m -> m.id().equals(id) && m.to() == Lifecycle.FAILED);
    }

    /** What Ebb's clock on the wall showed at this world time, if it has not jumped since. */
    long wall(long worldNanos) {
        return world.clock.now().wallMillis() - (now() - worldNanos) / 1_000_000;
    }

    /** What the callers of a service need of it, by those of theirs that are in rotation. */
    int neededByCallers(ServiceFacts service) {
        int need = 0;
        for (NotBelow bound : service.policy.bounds().map(Bounds::notBelow).orElse(List.of())) {
            long callers =
                    of(bound.service()).trails.values().stream()
                            .filter(it -> it.active && !it.ordered)
                            .count();
            need = Math.max(need, (int) Math.ceil(bound.ratio() * callers - 1e-9));
        }
        Policy.Range range = service.policy.range();
        int ceiling = ScheduleFacts.ceiling(service.policy, wall(stepAt));
        return Math.min(need, Math.clamp(ceiling, range.min(), range.max()));
    }

    /** Whether a caller of the service has started one, or taken one back, since then. */
    boolean callersGrewSince(ServiceFacts service, long since) {
        return service.policy.bounds().map(Bounds::notBelow).orElse(List.of()).stream()
                .flatMap(bound -> of(bound.service()).trails.values().stream())
                .anyMatch(it -> it.startedAt >= since || it.backAt >= since);
    }

    ServiceFacts of(InstanceId id) {
        return of(id.service());
    }

    ServiceFacts of(ServiceName name) {
        ServiceFacts facts = services.get(name);
        if (facts == null) {
            throw new IllegalArgumentException("no such service: " + name);
        }
        return facts;
    }

    Trail trail(InstanceId id) {
        return of(id).trail(id, now());
    }

    void violation(String invariant, String text) {
        // One thing that goes wrong again and again must not hide another.
        int alike = kinds.merge(text.replaceAll("[0-9.]+", "#"), 1, Integer::sum);
        if (violations.size() >= VIOLATIONS_KEPT || alike > ALIKE_KEPT) {
            return;
        }
        String name = invariant;
        if (timeWasBent && List.of("I1", "I2", "I3", "I4", "I5", "I6").contains(invariant)) {
            name = "I9 (" + invariant + ")";
        }
        violations.add(new Violation(name, world.clock.seconds(), text));
    }

    void newLife() {
        life++;
        lifeStart = now();
        stepsInLife = 0;
        recovering = true;
        failingSince = Trail.NEVER;
        healedAt = Trail.NEVER;
        services.values().forEach(it -> it.newLife(now()));
        hourly.newLife();
    }

    void beginStep() {
        stepAt = now();
        moves.clear();
        services.values().forEach(ServiceFacts::beginStep);
    }

    void published(EndpointSnapshot snapshot) {
        of(snapshot.service()).published(snapshot, now());
    }

    void reported(ServiceName service, EndpointSink.Report report) {
        of(service).reported(report, world.clock);
    }

    void measured(MetricSource.Metrics metrics) {
        metrics.readings()
                .forEach((id, reading) -> {
                    Trail trail = trail(id);
                    long at = world.clock.world(reading.measuredAtNanos());
                    trail.processAt = Math.max(trail.processAt, at);
                    Trail.keep(trail.cpu, new Trail.Sample(at, reading.cpuNanosTotal()));
                });
    }

    void appended(JournalEntry entry, Journal.Appended result) {
        if (result instanceof Journal.Appended.Failed) {
            failingSince = failingSince == Trail.NEVER ? now() : failingSince;
            healedAt = Trail.NEVER;
        } else if (failingSince != Trail.NEVER) {
            failingSince = Trail.NEVER;
            healedAt = now();
        }
        if (entry instanceof JournalEntry.Moved moved) {
            moves.add(moved);
            of(moved.id()).moved(moved, now());
        }
        if (entry instanceof JournalEntry.Intended intended) {
            replaces.put(intended.intent().token(), intended.replaces());
        }
    }

    void started(LaunchIntent intent) {
        tokens.put(intent.token(), intent.id());
        tokenOf.put(intent.id(), intent.token());
        trail(intent.id()).startedAt = now();
    }

    /** A person's order that was accepted. */
    void ordered(Order order) {
        disturb(90);
        switch (order) {
            case Order.Approve _ -> {}
            case Order.Park park -> trail(park.id()).ordered = true;
            case Order.Restart restart -> trail(restart.id()).ordered = true;
            case Order.Rescue rescue -> trail(rescue.id()).ordered = false;
            case Order.Protect protect -> trail(protect.id()).protectedByOrder = protect.on();
            case Order.Scale scale -> {
                ServiceFacts service = of(scale.service());
                service.orderedCount = scale.replicas().isPresent();
                service.forced = scale.replicas().isPresent() && scale.force();
            }
            case Order.Freeze freeze -> {
                if (freeze.service().isEmpty()) {
                    services.values().forEach(it -> it.frozen = freeze.on());
                } else {
                    of(freeze.service().get()).frozen = freeze.on();
                }
            }
        }
    }

    boolean isFrozen(ServiceFacts service) {
        return service.frozen;
    }

    void disturb(double seconds) {
        disturbedUntil = Math.max(disturbedUntil, now() + (long) (seconds * SimClock.SECOND));
    }

    /** What the journal would say of an instance's lifecycle after a crash now. */
    Optional<Lifecycle> durableLifecycle(InstanceId id) {
        Lifecycle known = null;
        for (JournalEntry entry : journal.durable()) {
            if (entry instanceof JournalEntry.Moved moved && moved.id().equals(id)) {
                known = moved.to();
            } else if (entry instanceof JournalEntry.Checkpoint checkpoint) {
                known = null;
                for (JournalEntry.KeptInstance kept : checkpoint.instances()) {
                    known = kept.intent().id().equals(id) ? kept.lifecycle() : known;
                }
            }
        }
        return Optional.ofNullable(known);
    }

    /** Tokens that a recovery from these entries would know. */
    static Set<String> knownTokens(Collection<JournalEntry> entries) {
        Set<String> known = new HashSet<>();
        for (JournalEntry entry : entries) {
            if (entry instanceof JournalEntry.Intended intended) {
                known.add(intended.intent().token());
            } else if (entry instanceof JournalEntry.Checkpoint checkpoint) {
                checkpoint.instances().forEach(kept -> known.add(kept.intent().token()));
            }
        }
        return known;
    }
}
