package dev.ebb.control;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink.EndpointReport;
import dev.ebb.control.Journal.Durability;
import dev.ebb.core.Assessed;
import dev.ebb.core.Bounds;
import dev.ebb.core.Command;
import dev.ebb.core.Decider;
import dev.ebb.core.Decision;
import dev.ebb.core.Explanation;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.Instance;
import dev.ebb.core.InstanceFacts;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Liveness;
import dev.ebb.core.Mark;
import dev.ebb.core.Move;
import dev.ebb.core.NotBelow;
import dev.ebb.core.Now;
import dev.ebb.core.Observation;
import dev.ebb.core.Patience;
import dev.ebb.core.Peer;
import dev.ebb.core.Planned;
import dev.ebb.core.QueryReading;
import dev.ebb.core.Reason;
import dev.ebb.core.Recheck;
import dev.ebb.core.ServiceName;
import dev.ebb.core.ServiceState;
import dev.ebb.core.WholeReadings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One service's part of a tick: observe, decide, check again, journal, act, publish. Control thread
 * only.
 */
final class ServiceLoop {
    /** Who wants a command, and which limits bind it. */
    enum Origin {
        EBB(Recheck.By.DECIDER),
        /** A person, within the limits of Ebb itself. */
        PERSON(Recheck.By.DECIDER),
        /** A person who means it all the same. */
        FORCED(Recheck.By.OPERATOR);

        private final Recheck.By check;

        Origin(Recheck.By check) {
            this.check = check;
        }
    }

    private static final Explanation NOTHING_YET =
            new Explanation(0, 0, List.of(), List.of(), List.of(), List.of());
    private static final Reason OUTDATED =
            Reason.of("outdated", "it was started with another command than a new one would be");
    private static final long REPUBLISH_NANOS = 1_000_000_000L;

    final ServicePlan plan;
    final Map<InstanceId, LaunchIntent> intents = new TreeMap<>();
    final Map<InstanceId, String> identities = new HashMap<>();

    /** See {@link JournalEntry.KeptService}. */
    final OptionalInt began;

    private final Ports ports;
    private final Recorder recorder;
    private final Weights weights;
    private final Map<InstanceId, EndpointSink.Ledger> ledgers = new HashMap<>();
    private EndpointSink.Ledger goneLedger = EndpointSink.Ledger.CLEAN;
    private List<Assessed> assessed = List.of();
    private List<ServiceLoop> callers = List.of();
    private Set<ServiceName> elsewhere = Set.of();
    private Explanation explanation = NOTHING_YET;
    private final Memory memory;
    final Advice advice = new Advice();
    private final Map<InstanceId, Health> toldHealth = new HashMap<>();
    private Explanation shown = NOTHING_YET;
    private Optional<Reason> cannotStart = Optional.empty();
    private String lastDecided = "";
    private long ticks;
    private long publishedGeneration;
    private long publishedNanos;
    private List<Reason> standIns = List.of();
    ServiceState state;

    ServiceLoop(
            ServicePlan plan,
            Ports ports,
            Recorder recorder,
            ServiceState state,
            OptionalInt began) {
        this.plan = plan;
        this.began = began;
        this.ports = ports;
        this.recorder = recorder;
        this.state = state;
        this.weights = new Weights(plan.balance().strategy());
        this.memory = new Memory(plan.policy(), recorder);
    }

    /** What can be known at this moment. */
    Observation observe(Now now, Map<InstanceId, Liveness> liveness, MetricSource.Metrics metrics) {
        EndpointSink.Report report = ports.sink().report(plan.name(), now);
        standIns = report.standIns();
        List<InstanceFacts> facts = new ArrayList<>(state.instances().size());
        Optional<String> recipe = ports.platform().recipe(plan.name());
        for (Instance instance : state.instances()) {
            InstanceId id = instance.id();
            Optional<EndpointReport> endpoint = Optional.ofNullable(report.endpoints().get(id));
            endpoint.ifPresent(e -> ledgers.put(id, e.ledger()));
            facts.add(
                    new InstanceFacts(
                            id,
                            liveness.getOrDefault(id, new Liveness.Unclear()),
                            endpoint.map(EndpointReport::health).orElse(Health.UNKNOWN),
                            Optional.ofNullable(metrics.readings().get(id)),
                            endpoint.map(EndpointReport::traffic),
                            ports.metrics().allowance(id),
                            outdated(id, recipe),
                            ports.platform().zone(id)));
        }
        noteHealth(now, report);
        return new Observation(
                now,
                plan.name(),
                facts,
                report.acknowledgedGeneration(),
                report.latency(),
                metrics.hostCpuBusy(),
                ports.sink().uncounted(),
                peers(),
                whole(report));
    }

    private Optional<WholeReadings> whole(EndpointSink.Report report) {
        List<QueryReading> answers =
                plan.policy().targets().queries().isEmpty()
                        ? List.of()
                        : ports.queries().read(plan.name());
        return report.queue().isEmpty() && report.arrivals().isEmpty() && answers.isEmpty()
                ? Optional.empty()
                : Optional.of(new WholeReadings(report.queue(), report.arrivals(), answers));
    }

    /** Those that the policy names, as far as they are known. */
    private List<Peer> peers() {
        return Stream.concat(
                        callers.stream().map(ServiceLoop::asPeer),
                        elsewhere.stream().flatMap(name -> ports.peers().find(name).stream()))
                .toList();
    }

    /** What it is to a service that it calls. */
    Peer asPeer() {
        int mayComeBack = state.count(i -> i.isOnTrial() && !i.is(Mark.RETIRING));
        return new Peer(plan.name(), state.standing() + mayComeBack);
    }

    /** Once all loops are there: those whose size it must know. */
    void know(List<ServiceLoop> all) {
        Set<ServiceName> named =
                plan.policy().bounds().map(Bounds::notBelow).orElse(List.of()).stream()
                        .map(NotBelow::service)
                        .collect(Collectors.toUnmodifiableSet());
        callers = all.stream().filter(l -> named.contains(l.plan.name())).toList();
        elsewhere = new HashSet<>(named);
        callers.forEach(l -> elsewhere.remove(l.plan.name()));
    }

    private Optional<Reason> outdated(InstanceId id, Optional<String> recipe) {
        return Optional.ofNullable(intents.get(id))
                .flatMap(LaunchIntent::recipe)
                .filter(made -> recipe.filter(now -> !now.equals(made)).isPresent())
                .map(_ -> OUTDATED);
    }

    /** Once for each change, however often it is looked at within a tick. */
    private void noteHealth(Now now, EndpointSink.Report report) {
        for (Instance instance : state.instances()) {
            EndpointReport endpoint = report.endpoints().get(instance.id());
            // Bad checks before the first good one are what starting looks like.
            if (endpoint == null || instance.lifecycle() == Lifecycle.STARTING) {
                continue;
            }
            Health told = toldHealth.getOrDefault(instance.id(), instance.health());
            if (endpoint.health() != told) {
                toldHealth.put(instance.id(), endpoint.health());
                Reason reason =
                        endpoint.healthReason().orElse(Reason.of("checked", "its checks say so"));
                recorder.note(
                        new JournalEntry.HealthChanged(
                                now.wallMillis(), instance.id(), told, endpoint.health(), reason));
            }
        }
    }

    void tick(Now now, Map<InstanceId, Liveness> liveness, MetricSource.Metrics metrics) {
        state = state.withJournalDown(recorder.isDown());
        Observation seen = observe(now, liveness, metrics);
        noteObservation(seen, now);
        Decision decision = Decider.decide(state, seen, plan.policy());
        state = decision.state();
        assessed = decision.assessed();
        explanation = decision.explanation();
        moved(decision.moves(), now);
        advice.note(decision, plan.policy(), now);
        noteDecision(now);
        if (state.standing() >= state.due(plan.policy())) {
            cannotStart = Optional.empty();
        }
        Map<Command, Reason> refused = Map.of();
        if (!decision.commands().isEmpty()) {
            Observation fresh = observe(now, ports.platform().look(), metrics);
            refused = carryOut(decision.commands(), fresh, Origin.EBB);
        }
        shown = afterwards(explanation, refused);
        if (plan.policy().range().min() == 0) {
            ports.sink().startTakes(plan.name(), state.load().forecasts().startSeconds());
        }
        endAgain(now, liveness);
        publish(now, seen.acknowledgedGeneration());
    }

    /** The decision for people: with what came of it, which it cannot know. */
    private Explanation afterwards(Explanation decided, Map<Command, Reason> refused) {
        List<Hold> holds = new ArrayList<>(decided.holds());
        cannotStart.map(why -> new Hold(why, "what it says put right")).ifPresent(holds::add);
        Set<String> told = new HashSet<>();
        refused.forEach((command, why) -> {
            if (told.add(why.code()) && !(command instanceof Command.Start)) {
                String what = command.getClass().getSimpleName() + " of " + command.id();
                holds.add(
                        new Hold(
                                new Reason(
                                        why.code(), what + " waits: " + why.text(), why.numbers()),
                                "facts that allow it"));
            }
        });
        return new Explanation(
                decided.serving(),
                decided.wanted(),
                decided.needs(),
                decided.ranking(),
                decided.planned().stream().filter(p -> !refused.containsKey(p.command())).toList(),
                holds,
                decided.fall());
    }

    private void moved(List<Move> moves, Now now) {
        Map<InstanceId, Integer> inFlight = new HashMap<>();
        if (!moves.isEmpty()) {
            state.instances().forEach(i -> inFlight.put(i.id(), i.inFlight().orElse(0)));
        }
        for (Move move : moves) {
            recorder.record(
                    new JournalEntry.Moved(
                            now.wallMillis(),
                            move.id(),
                            move.from(),
                            move.to(),
                            move.reasons(),
                            inFlight.getOrDefault(move.id(), 0),
                            false),
                    Durability.LATER);
            if (move.to() == Lifecycle.GONE) {
                forget(move.id());
            }
        }
    }

    private void forget(InstanceId id) {
        ports.platform().forget(id);
        intents.remove(id);
        identities.remove(id);
        toldHealth.remove(id);
        goneLedger =
                goneLedger.plus(
                        Optional.ofNullable(ledgers.remove(id)).orElse(EndpointSink.Ledger.CLEAN));
    }

    private void noteObservation(Observation seen, Now now) {
        ticks++;
        OptionalLong before =
                ticks == 1 ? OptionalLong.empty() : OptionalLong.of(Digest.of(explanation));
        if (memory.note(state, ticks, before, now)) {
            lastDecided = "";
        }
        recorder.note(
                new JournalEntry.Observed(
                        now.wallMillis(),
                        seen,
                        OptionalLong.of(ticks),
                        OptionalLong.of(state.generation()),
                        before));
    }

    /** The state has changed by something else than a tick. */
    void rememberSoon() {
        memory.isStale();
    }

    /** Only when something is new: figures that merely changed are in the observations. */
    private void noteDecision(Now now) {
        String gist = Done.gist(explanation);
        if (!gist.equals(lastDecided)) {
            lastDecided = gist;
            recorder.note(new JournalEntry.Decided(now.wallMillis(), plan.name(), explanation));
        }
    }

    /** Carries out what still stands against fresh facts; returns what did not. */
    Map<Command, Reason> carryOut(List<Planned> commands, Observation fresh, Origin by) {
        Recheck recheck = new Recheck(state, fresh, plan.policy());
        Map<Command, Reason> refused = new LinkedHashMap<>();
        for (Planned planned : commands) {
            Optional<Reason> objection = recheck.objection(state, planned.command(), by.check);
            if (objection.isPresent()) {
                refused.put(planned.command(), objection.get());
            } else if (!act(planned, fresh, by)) {
                refused.put(
                        planned.command(),
                        Reason.of("not_carried_out", "the journal or the platform refused"));
            }
        }
        return refused;
    }

    private boolean act(Planned planned, Observation fresh, Origin by) {
        Now now = fresh.now();
        return switch (planned.command()) {
            case Command.Start start -> start(start, planned.reasons(), now);
            case Command.Stop stop -> stop(stop, planned.reasons(), now, by);
            case Command.Park park -> move(park, planned, now, by);
            case Command.Drain drain -> move(drain, planned, now, by);
            case Command.Rescue rescue -> move(rescue, planned, now, by);
        };
    }

    private boolean start(Command.Start start, List<Reason> reasons, Now now) {
        return switch (ports.platform().plan(start.id(), now)) {
            case Platform.Planned.Impossible(String why) -> {
                state = state.withFailures(state.failures().plus(now));
                cannotStart = Optional.of(Reason.of("cannot_start", why));
                recorder.note(
                        new JournalEntry.Moved(
                                now.wallMillis(),
                                start.id(),
                                Lifecycle.STARTING,
                                Lifecycle.FAILED,
                                List.of(Reason.of(Done.CANNOT_START, why)),
                                0,
                                false));
                yield false;
            }
            case Platform.Planned.Ready(LaunchIntent intent) -> {
                cannotStart = Optional.empty();
                recorder.record(
                        new JournalEntry.Intended(now.wallMillis(), intent, start.replaces()),
                        Durability.DURABLE);
                intents.put(start.id(), intent);
                state = state.after(start, now);
                recorder.record(
                        new JournalEntry.Moved(
                                now.wallMillis(),
                                start.id(),
                                Lifecycle.STARTING,
                                Lifecycle.STARTING,
                                reasons,
                                0,
                                false),
                        Durability.LATER);
                if (ports.platform().start(intent)
                        instanceof Platform.Started.Running(String identity)) {
                    identified(start.id(), identity, false, now);
                }
                yield true;
            }
        };
    }

    void identified(InstanceId id, String identity, boolean adopted, Now now) {
        identities.put(id, identity);
        recorder.record(
                new JournalEntry.Identified(now.wallMillis(), id, identity, adopted),
                Durability.LATER);
    }

    private boolean move(Command command, Planned planned, Now now, Origin by) {
        Lifecycle to = Done.by(command);
        Lifecycle from = state.find(command.id()).orElseThrow().lifecycle();
        JournalEntry entry = movedEntry(command.id(), from, to, planned.reasons(), now, by);
        if (to == Lifecycle.SERVING) {
            // After a crash it would be on trial again, for a decision that was taken back.
            recorder.record(entry, Durability.DURABLE);
        } else if (by == Origin.FORCED) {
            recorder.record(entry, Durability.LATER);
        } else if (!recorder.attempt(entry)) {
            return false;
        }
        Patience before = state.patience();
        state = state.after(command, now);
        if (command instanceof Command.Park && by != Origin.EBB) {
            state = state.withPatience(before);
        }
        return true;
    }

    private boolean stop(Command.Stop stop, List<Reason> reasons, Now now, Origin by) {
        Lifecycle from = state.find(stop.id()).orElseThrow().lifecycle();
        List<Reason> all = Stream.concat(reasons.stream(), standIns.stream()).toList();
        if (!recorder.require(movedEntry(stop.id(), from, Done.by(stop), all, now, by))) {
            return false;
        }
        state = state.after(stop, now);
        if (stop.cut()) {
            // So that the data plane knows why the streams that are open there end.
            publish(now, publishedGeneration);
        }
        ports.platform().stop(stop.id(), plan.policy().drain().grace());
        return true;
    }

    private JournalEntry movedEntry(
            InstanceId id, Lifecycle from, Lifecycle to, List<Reason> reasons, Now now, Origin by) {
        return new JournalEntry.Moved(
                now.wallMillis(), id, from, to, reasons, inFlight(id), by != Origin.EBB);
    }

    private int inFlight(InstanceId id) {
        return state.find(id).map(i -> i.inFlight().orElse(0)).orElse(0);
    }

    /** A stop that was asked for and did not happen is asked for again. */
    private void endAgain(Now now, Map<InstanceId, Liveness> liveness) {
        for (Instance instance : state.instances()) {
            boolean late =
                    instance.lifecycle() == Lifecycle.STOPPING
                            && now.isPast(instance.sinceNanos(), plan.policy().drain().grace())
                            && liveness.get(instance.id()) instanceof Liveness.Running;
            if (late) {
                ports.platform().stop(instance.id(), plan.policy().drain().grace());
            }
        }
    }

    /** Tells the data planes what is new, and repeats what they have not acknowledged. */
    void publish(Now now, long acknowledged) {
        if (weights.update(assessed, now)) {
            state = state.withGeneration(state.generation() + 1);
        }
        boolean news = state.generation() != publishedGeneration;
        boolean unheard =
                acknowledged < publishedGeneration
                        && now.nanosSince(publishedNanos) >= REPUBLISH_NANOS;
        if (news || unheard) {
            EndpointSnapshot snapshot = Snapshots.of(state, intents, weights.byInstance());
            ports.sink().publish(snapshot);
            publishedGeneration = state.generation();
            publishedNanos = now.monotonicNanos();
        }
    }

    List<Assessed> assessed() {
        return assessed;
    }

    Explanation explanation() {
        return shown;
    }

    EndpointSink.Ledger ledger() {
        EndpointSink.Ledger sum = goneLedger;
        for (EndpointSink.Ledger ledger : ledgers.values()) {
            sum = sum.plus(ledger);
        }
        return sum;
    }
}
