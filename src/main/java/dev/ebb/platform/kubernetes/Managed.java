package dev.ebb.platform.kubernetes;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.EjectionPolicy;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.balance.StrategyKind;
import dev.ebb.control.Controller;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.Monitoring;
import dev.ebb.control.Order;
import dev.ebb.control.Ports;
import dev.ebb.control.QuerySource;
import dev.ebb.control.ServicePlan;
import dev.ebb.control.ServiceStatus;
import dev.ebb.control.Status;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.Peer;
import dev.ebb.core.Policy.Mode;
import dev.ebb.core.ServiceName;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One ServiceScale at work: the control of its workload, and what brings about what control wants.
 * {@link #step} belongs to the control thread, {@link #look} to one worker at a time.
 */
final class Managed {
    private static final BalancePolicy BALANCE =
            new BalancePolicy(
                    StrategyKind.LEAST_RESPONSE_TIME,
                    Duration.ZERO,
                    CheckPolicy.DEFAULT,
                    EjectionPolicy.DEFAULT,
                    RetryPolicy.DEFAULT);

    private final ScaleSpec spec;
    private final Target target;
    private final Surroundings around;
    private final Optional<OwnSlices> slices;

    /** As the pods say it themselves: what a PodDisruptionBudget goes by. */
    private final Sight raw;

    private final Sight sight;
    private final Fleet fleet;
    private final PodFacts facts;
    private final PodOrder order;
    private final Decisions decisions;
    private final Reconciler reconciler;
    private final Controller controller;
    private final PodFigures usage;
    private final Optional<PodReports> reports;
    private final HourOfParks parks;
    private final ScaleStatus status = new ScaleStatus();
    private final Marks marks;
    private volatile Optional<Hold> foreign = Optional.empty();
    private Optional<PlaneSink> joined = Optional.empty();
    private String approved = "";

    /** Whether control knows what there was before it; not before the workload is seen. */
    private volatile boolean recovered;

    /** The same in all that matters; annotations and the like may be newer. */
    private volatile ScaleSpec latest;

    /**
     * @param name as which control knows the workload
     * @param before what this one takes the place of
     * @param wake has {@link #look} called soon
     */
    Managed(
            ScaleSpec spec,
            Target target,
            ServiceName name,
            Surroundings around,
            Optional<Managed> before,
            Runnable wake) {
        this.parks =
                new HourOfParks(
                        spec.policy().in().perHour().isPresent(),
                        before.map(Managed::parks).filter(p -> !p.isEmpty()).orElse(spec.parks()));
        this.spec = spec;
        this.latest = spec;
        this.target = target;
        this.around = around;
        this.slices = slices(spec, target, around);
        this.raw = new WatchedSight(around.informers(), target);
        this.sight =
                switch (spec.park()) {
                    case Park.Gate() -> raw;
                    case Park.Slices(var _) -> new SlicedSight(raw, slices.orElseThrow());
                    case Park.DataPlane() -> new PlaneSight(raw);
                };
        this.fleet = new Fleet(name);
        this.facts = new PodFacts(raw, sight, fleet, around.informers(), target.namespace());
        this.marks = new Marks(fleet, facts, raw);
        this.order = new PodOrder(target, fleet);
        this.decisions = new Decisions(fleet, order::remark);
        var cluster = new Cluster(around.client(), target, around.fence());
        this.reconciler =
                new Reconciler(
                        fleet,
                        sight,
                        cluster,
                        facts::budget,
                        this::notOurs,
                        spec.policy().range().max(),
                        around.steps(),
                        System::nanoTime);
        EndpointSink services = sink(spec, wake);
        this.usage = usage(spec);
        this.reports = PodReports.of(spec, around.reports(), fleet, facts::of);
        var said = new SaidByPods(spec, reports, services, fleet, facts::of);
        var ports =
                new Ports(
                        new PodPlatform(
                                fleet, sight, this::notOurs, around.steady(), wake, this::zone),
                        services,
                        said.over(new PodMetricSource(fleet, sight, facts.byUid(), usage)),
                        new PodJournal(
                                fleet,
                                sight,
                                this::blind,
                                this::hear,
                                () -> around.clock().now(),
                                parks.times()),
                        said.over(
                                around.monitoring()
                                        .<QuerySource>map(m ->
                                                new MonitoredQueries(
                                                        m, spec.monitoring().queries()))
                                        .orElse(QuerySource.NONE)),
                        this::peer);
        this.controller =
                new Controller(
                        List.of(new ServicePlan(name, spec.policy(), BALANCE)),
                        ports,
                        around.version());
    }

    /** The metrics API, or a Prometheus where the ServiceScale wants one and there is one. */
    private PodFigures usage(ScaleSpec spec) {
        return around.monitoring()
                .flatMap(m -> spec.monitoring().usage().map(asked -> usage(m, asked)))
                .orElseGet(() -> around.usage().in(target.namespace()));
    }

    private PodFigures usage(Monitoring monitoring, MonitoringSpec.OfPods asked) {
        return new MonitoredUsage(
                monitoring,
                asked,
                pod ->
                        around.informers()
                                .pod(target.namespace(), pod)
                                .map(p -> PodMore.of(p).running()),
                around.clock());
    }

    /** The services of the cluster, and the data planes that are served. */
    private EndpointSink sink(ScaleSpec spec, Runnable wake) {
        boolean joins = around.planes().isPresent() && spec.plane().isPresent();
        Optional<Duration> settle =
                joins && spec.plane().get().all() ? Optional.empty() : Optional.of(spec.settle());
        var gates = new GateSink(fleet, sight, facts.byUid(), settle, this::hold, wake);
        if (!joins) {
            return gates;
        }
        PlaneSink joining =
                around.planes()
                        .get()
                        .join(
                                spec,
                                spec.plane().get(),
                                gates,
                                fleet,
                                around.informers(),
                                around.clock().now().monotonicNanos());
        joined = Optional.of(joining);
        return joining;
    }

    private static Optional<OwnSlices> slices(ScaleSpec spec, Target target, Surroundings around) {
        return switch (spec.park()) {
            case Park.Gate(), Park.DataPlane() -> Optional.empty();
            case Park.Slices(String service) ->
                    Optional.of(
                            new OwnSlices(
                                    around.client(),
                                    around.informers(),
                                    target,
                                    service,
                                    around.fence()));
        };
    }

    ScaleSpec spec() {
        return spec;
    }

    Target target() {
        return target;
    }

    private void hear(JournalEntry entry) {
        parks.hear(entry);
        decisions.hear(entry).ifPresent(this::tell);
    }

    private Optional<String> zone(InstanceId id) {
        return facts.of(id)
                .flatMap(pod -> Optional.ofNullable(pod.more().labels().get(PodAddress.ZONE)));
    }

    /** Another ServiceScale of the namespace that this one is to keep up with. */
    private Optional<Peer> peer(ServiceName name) {
        return around.callers()
                .apply(spec.namespace(), name.value())
                .flatMap(Managed::standing)
                .map(instances -> new Peer(name, instances));
    }

    /** How many pods it has or is about to have; empty where its workload is not seen. */
    private Optional<Integer> standing() {
        return !recovered || sight.workload().isEmpty()
                ? Optional.empty()
                : controller.peers().stream().findFirst().map(Peer::instances);
    }

    /** When pods of it were parked within the last hour. */
    List<Long> parks() {
        return parks.times();
    }

    private void tell(Decisions.Decision decision) {
        around.log().accept(spec.words() + " " + decision.line());
        if (decision.isDeed()) {
            around.teller().event(spec, decision);
        }
    }

    // ---- Why not

    /** Why the size is somebody else's; to be told by the operator, which knows all of them. */
    void foreign(Optional<Hold> hold) {
        foreign = hold;
    }

    /** Why there is no workload to be seen. */
    private Hold absent() {
        return unseen().orElseGet(() -> Holds.missing(target));
    }

    /** Why nothing is known of workloads of this kind. */
    private Optional<Hold> unseen() {
        return around.informers().others().trouble(target.kind());
    }

    /** Why it is still to be found out who its pods are. */
    Optional<Hold> opening() {
        OtherKinds others = around.informers().others();
        return unseen().filter(h -> h.why().code().equals(OtherKinds.NOT_SEEN))
                .or(() -> others.unread(target).filter(_ -> sight.workload().isPresent()));
    }

    /** Why nobody can be taken out of the EndpointSlices that should be Ebb's. */
    private Optional<Hold> unsliced() {
        return slices.flatMap(OwnSlices::hold);
    }

    /** Why data planes cannot do what is asked of them. */
    private Optional<Hold> unplaned() {
        return Holds.unparkable(spec).or(() -> Holds.unserved(spec, around.planes().isPresent()));
    }

    private Optional<String> blind() {
        return around.blind().get().or(() -> unseen().map(h -> h.why().text()));
    }

    /** Why the workload's size is not Ebb's to change. */
    private Optional<Hold> notOurs() {
        Optional<WorkloadView> workload = sight.workload();
        if (workload.isEmpty()) {
            return Optional.of(absent());
        }
        return foreign.or(this::unseen)
                .or(sight::autoscaled)
                .or(() -> workload.get().owned())
                .or(() -> Holds.observed(spec));
    }

    /** As above, and the gates are nobody else's: what was begun is to be taken back. */
    private Optional<Hold> notMine() {
        return foreign.isPresent() ? Optional.empty() : notOurs();
    }

    /** What keeps every removal; in the mode observe nothing needs to be in place for one. */
    private Optional<Hold> hold() {
        Optional<WorkloadView> workload = sight.workload();
        if (workload.isEmpty()) {
            return Optional.of(absent());
        }
        List<PodView> pods = sight.pods();
        boolean observes = spec.policy().mode() == Mode.OBSERVE;
        Optional<Hold> requests = facts.noRequest();
        return observes
                ? requests.or(this::untold).or(this::goalsUnseen)
                : foreign.or(sight::autoscaled)
                        .or(() -> workload.get().hold())
                        .or(this::unsliced)
                        .or(this::unplaned)
                        .or(() -> requests)
                        .or(spec::wrong)
                        .or(this::untold)
                        .or(this::goalsUnseen)
                        .or(() -> order.hold(workload.get(), pods))
                        .or(() -> facts.budget(fleet.out()));
    }

    /** Why it is not told all that it is to go by. */
    private Optional<Hold> untold() {
        return Holds.unasked(spec, around.monitoring().isPresent())
                .or(() -> reports.flatMap(PodReports::hold));
    }

    /** Why nobody can tell whether what is wanted of requests is kept. */
    private Optional<Hold> goalsUnseen() {
        Optional<PlaneBoard> board = spec.plane().isPresent() ? around.planes() : Optional.empty();
        return GoalSight.blind(
                spec.policy().goals(),
                board.isPresent(),
                board.map(b -> b.witnesses(spec.plane().get())).orElse(List.of()));
    }

    /** Why Ebb cannot do what the ServiceScale asks for, as a condition. */
    private Optional<Hold> notReady() {
        Optional<WorkloadView> workload = sight.workload();
        if (workload.isEmpty()) {
            return Optional.of(absent());
        }
        return foreign.or(this::unseen)
                .or(sight::autoscaled)
                .or(() -> workload.get().hold().filter(h -> !h.why().code().startsWith("rollout")))
                .or(this::unsliced)
                .or(this::unplaned)
                .or(facts::noRequest)
                .or(spec::wrong)
                .or(() -> Holds.unasked(spec, around.monitoring().isPresent()))
                .or(usage::trouble)
                .or(() -> reports.flatMap(PodReports::trouble));
    }

    // ---- Control

    void step(Now now) {
        if (sight.workload().isEmpty()) {
            around.teller().changed(latest, status.refused(latest, absent(), now.wallMillis()));
            return;
        }
        facts.look();
        if (!recovered && opening().isPresent()) {
            Hold why = opening().get();
            around.teller().changed(latest, status.refused(latest, why, now.wallMillis()));
            return;
        }
        if (!recovered) {
            // Of kinds that are not watched yet, those who are parked would be taken for new ones.
            controller.recover(now);
            marks.recovered();
            recovered = true;
        }
        approve(now);
        overtaken(now);
        marks.protect(
                order.kept(sight.workload(), sight.pods()), one -> controller.order(one, now));
        notMine().ifPresent(hold -> controller.takeBack(hold.why(), now));
        reports.ifPresent(r -> r.look(now));
        controller.step(now);
        ServiceStatus seen = controller.status().services().getFirst();
        Map<String, Object> told =
                status.of(
                        latest,
                        seen,
                        fleet,
                        notReady(),
                        reconciler.held(),
                        goalsUnseen(),
                        parks.words(now.wallMillis()),
                        decisions.newest(),
                        now.wallMillis());
        joined.ifPresent(planes -> planes.tell(told));
        around.teller().changed(latest, told);
    }

    /** Whether somebody is out of rotation, or has failed: what follows should not wait. */
    boolean isUnderWay() {
        return controller.status().services().stream()
                .flatMap(s -> s.instances().stream())
                .anyMatch(i -> !i.lifecycle().inRotation() || i.health() == Health.EJECTED);
    }

    /** A person has put a recommendation's id into an annotation. */
    private void approve(Now now) {
        String id = latest.approved().orElse("");
        ServiceStatus seen = controller.status().services().getFirst();
        boolean asks =
                !id.isEmpty()
                        && !id.equals(approved)
                        && seen.recommendation().filter(r -> r.id().equals(id)).isPresent();
        if (asks) {
            approved = id;
            String answer =
                    switch (controller.order(new Order.Approve(seen.name(), id), now)) {
                        case Order.Answer.Done(String text) -> text;
                        case Order.Answer.Refused(String text) -> "not approved: " + text;
                    };
            around.log().accept(spec.words() + " " + fleet.inWords(answer));
        }
    }

    private void overtaken(Now now) {
        for (InstanceId id : order.overtaken(sight.workload(), sight.pods())) {
            order.bringingBack(() -> controller.order(new Order.Rescue(id), now));
        }
    }

    Order.Answer order(Order order, Now now) {
        return recovered
                ? controller.order(order, now)
                : new Order.Answer.Refused(target.words() + " is not seen yet");
    }

    Status status() {
        return controller.status();
    }

    /**
     * Whether it should look again soon. Where another ServiceScale has the same workload, its pods
     * are that one's, and so are their gates.
     */
    boolean look() {
        return recovered && foreign.isEmpty() && reconciler.look();
    }

    Optional<String> trouble() {
        return reconciler.trouble();
    }

    /** The uids of its pods. */
    Set<String> uids() {
        Set<String> uids = new HashSet<>();
        fleet.bound().values().forEach(b -> uids.add(b.uid()));
        return uids;
    }

    ServiceName name() {
        return fleet.service();
    }

    /** Whether it still does what this asks for. */
    boolean isFor(ScaleSpec now) {
        if (!spec.isAs(now)) {
            return false;
        }
        latest = now;
        return true;
    }
}
