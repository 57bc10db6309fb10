package dev.ebb.sim;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.InstanceStatus;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Command;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Policy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the checker gathers about one service from the ports' traffic alone, and, beside it, what
 * control says of itself. Mutable, single-threaded; world time.
 */
final class ServiceFacts {
    final SimService service;
    final Policy policy;
    final Map<InstanceId, Trail> trails = new LinkedHashMap<>();

    /** Parked, or taken back, by a snapshot since the step began. */
    final Set<InstanceId> outThisStep = new LinkedHashSet<>();

    final Set<InstanceId> backThisStep = new LinkedHashSet<>();
    final Set<InstanceId> activeBefore = new LinkedHashSet<>();
    final AnswerFacts answers;
    Optional<ServiceStatus> status = Optional.empty();
    long generation;
    long acknowledged;

    /** When the last automatic stop, rescue and disturbance were. */
    long lastStop = Trail.NEVER;

    long lastRescue = Trail.NEVER;

    /** When a trial last ended because what is wanted of requests was broken. */
    long goalBrokenAt = Trail.NEVER;

    /** With so many in rotation. */
    int goalBrokenWith;

    double orderedUntilChanged;
    boolean forced;
    boolean orderedCount;
    boolean frozen;

    /** How many may live in the mode recommend: the first ones, and each that was approved. */
    int sanctioned;

    /** Whether what is started now was approved just now. */
    boolean approvingStarts;

    ServiceFacts(SimService service) {
        this.service = service;
        this.policy = service.plan.policy();
        this.answers = new AnswerFacts(policy);
        this.sanctioned = policy.range().initial();
    }

    Trail trail(InstanceId id, long now) {
        return trails.computeIfAbsent(id, it -> new Trail(it, now));
    }

    void moved(JournalEntry.Moved moved, long now) {
        if (moved.reasons().stream().anyMatch(it -> it.code().equals("trial_goal"))) {
            goalBrokenAt = now;
            goalBrokenWith = serving();
        }
    }

    /** How many are in rotation, by what control says. */
    int serving() {
        return (int)
                status.stream()
                        .flatMap(it -> it.instances().stream())
                        .map(InstanceStatus::lifecycle)
                        .filter(it -> it == Lifecycle.SERVING || it == Lifecycle.WARMING)
                        .count();
    }

    /** A person is about to approve what is recommended; Ebb may end in the middle of it. */
    void approving(boolean on) {
        approvingStarts =
                on
                        && status.flatMap(ServiceStatus::recommendation).stream()
                                .flatMap(it -> it.planned().stream())
                                .anyMatch(it -> it.command() instanceof Command.Start);
        status.flatMap(ServiceStatus::recommendation).stream()
                .flatMap(it -> it.planned().stream())
                .filter(it -> it.command() instanceof Command.Park)
                .flatMap(it -> Optional.ofNullable(trails.get(it.command().id())).stream())
                .forEach(it -> it.approved = on);
    }

    void newLife(long now) {
        trails.values().removeIf(it -> service.process(it.id) == null);
        for (Trail trail : trails.values()) {
            trail.newLife(now);
            // What was wanted away, and had not begun to go, is decided anew.
            SimInstance process = service.process(trail.id);
            trail.stopAsked &=
                    process == null || process.phase.compareTo(SimInstance.Phase.ENDING) >= 0;
        }
        outThisStep.clear();
        backThisStep.clear();
        activeBefore.clear();
        status = Optional.empty();
        generation = 0;
        acknowledged = 0;
        lastRescue = Trail.NEVER;
        answers.newLife();
    }

    void beginStep() {
        outThisStep.clear();
        backThisStep.clear();
        activeBefore.clear();
        approvingStarts = false;
        for (Trail trail : trails.values()) {
            if (trail.active) {
                activeBefore.add(trail.id);
            }
        }
    }

    void published(EndpointSnapshot snapshot, long now) {
        generation = snapshot.generation();
        Map<InstanceId, EndpointRole> roles = new LinkedHashMap<>();
        for (Endpoint endpoint : snapshot.endpoints()) {
            roles.put(endpoint.id(), endpoint.role());
            trail(endpoint.id(), now);
        }
        for (Trail trail : trails.values()) {
            boolean active = roles.get(trail.id) == EndpointRole.ACTIVE;
            if (active && !trail.active) {
                if (trail.outSince != Trail.NEVER && trail.everActive) {
                    trail.backAt = now;
                    backThisStep.add(trail.id);
                }
                trail.outSince = Trail.NEVER;
                trail.everActive = true;
            } else if (!active && (trail.active || trail.outSince == Trail.NEVER)) {
                if (trail.active) {
                    outThisStep.add(trail.id);
                }
                trail.outSince = now;
                trail.outGeneration = snapshot.generation();
            }
            trail.active = active;
        }
    }

    void reported(EndpointSink.Report report, SimClock clock) {
        acknowledged = report.acknowledgedGeneration();
        long now = clock.nanos();
        report.endpoints()
                .forEach((id, seen) -> {
                    Trail trail = trail(id, now);
                    if (seen.health() != trail.health) {
                        if (trail.health == Health.EJECTED) {
                            trail.ejectedSince = trail.healthSince;
                            trail.ejectedEnd = now;
                        }
                        trail.health = seen.health();
                        trail.healthSince = now;
                        trail.wellInLife |= seen.health() == Health.HEALTHY;
                    }
                    long at = clock.world(seen.traffic().measuredAtNanos());
                    trail.trafficAt = Math.max(trail.trafficAt, at);
                    trail.reportedInFlight = seen.traffic().inFlight();
                    Trail.keep(trail.inFlight, new Trail.Sample(at, seen.traffic().inFlight()));
                });
    }

    Optional<Lifecycle> lifecycle(InstanceId id) {
        return status.flatMap(it ->
                it.instances().stream()
                        .filter(instance -> instance.id().equals(id))
                        .map(instance -> instance.lifecycle())
                        .findFirst());
    }

    /** What is in rotation and, as control was told, well. */
    List<Trail> carrying() {
        List<Trail> carrying = new ArrayList<>();
        for (Trail trail : trails.values()) {
            if (trail.active && trail.health == Health.HEALTHY) {
                carrying.add(trail);
            }
        }
        return carrying;
    }

    /**
     * A lower bound of the need, from what control was given: CPU used and requests in flight,
     * averaged over the window, against the targets with their tolerance. What is unknown or
     * unbelievable counts as nothing, so that the real need can only be higher: one that was there
     * for a part of the window counts by that part, for others had its load in the rest. Where none
     * are allowed, and no request has come for the whole window, CPU alone is no need.
     */
    int needAtLeast(long now, long wallMillis) {
        double cores = 0;
        double flights = 0;
        long windows = Math.max(policy.in().window().toNanos(), policy.out().window().toNanos());
        double since = Math.max(0, now - windows) / 1e9;
        boolean quiet =
                policy.range().min() == 0 && service.model.load().highest(since, now / 1e9) == 0;
        for (Trail trail : trails.values()) {
            if (!trail.stopAsked) {
                cores += quiet ? 0 : cpuOver(trail, now - windows, now);
                flights += flightsOver(trail, now - windows, now);
            }
        }
        double slack = 1 + policy.out().tolerance();
        double usable = Wishes.most(policy, policy.targets().cpu());
        double concurrency = Wishes.most(policy, policy.targets().concurrency());
        double byCpu = cores / (service.model.cores() * usable * slack);
        double byFlights =
                service.model.concurrency() <= 0
                        ? 0
                        : flights / (service.model.concurrency() * concurrency * slack);
        double byQueries = Math.max(byFlights, answers.instancesAtLeast(now) / slack);
        int need = (int) Math.ceil(Math.max(byCpu, byQueries) - 0.1);
        Policy.Range range = policy.range();
        int most = Math.clamp(ScheduleFacts.ceiling(policy, wallMillis), range.min(), range.max());
        int least = Math.max(range.min(), ScheduleFacts.floor(policy, wallMillis));
        return Math.max(Math.min(need, most), least);
    }

    private double cpuOver(Trail trail, long since, long now) {
        Trail.Sample first = null;
        Trail.Sample last = null;
        for (Trail.Sample sample : trail.cpu) {
            if (sample.atNanos() < since) {
                continue;
            }
            if (last != null) {
                double step = (sample.value() - last.value());
                double most = (sample.atNanos() - last.atNanos()) * service.model.cores() * 1.5;
                if (step < 0 || step > most) {
                    return 0;
                }
            }
            first = first == null ? sample : first;
            last = sample;
        }
        if (first == null || last == null || last.atNanos() == first.atNanos()) {
            return 0;
        }
        return (last.value() - first.value()) / (now - since);
    }

    private static double flightsOver(Trail trail, long since, long now) {
        double sum = 0;
        int count = 0;
        long first = now;
        long last = since;
        for (Trail.Sample sample : trail.inFlight) {
            if (sample.atNanos() >= since) {
                sum += sample.value();
                count++;
                first = Math.min(first, sample.atNanos());
                last = Math.max(last, sample.atNanos());
            }
        }
        double part = Math.max(0.0, (double) (last - first) / (now - since));
        return count == 0 ? 0 : sum / count * part;
    }
}
