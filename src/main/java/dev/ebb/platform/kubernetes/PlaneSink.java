package dev.ebb.platform.kubernetes;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.DataPlanes;
import dev.ebb.control.DataPlanes.Witness;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import dev.ebb.core.TrafficReading;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The services of the cluster and the data planes behind xDS as one: what all have acknowledged is
 * acknowledged, and what any has in flight is in flight. Data planes are told of pods as control
 * wants them, and at once of what Kubernetes knows better: that one is leaving, or not well.
 *
 * <p>To data planes a pod has a number that is made of its uid, so it is the same in each replica
 * and each life of the operator; to control, numbers are those of one life. Generations that they
 * acknowledge grow from one life of a controller to the next. Control thread only.
 */
final class PlaneSink implements EndpointSink {
    /** As many as names of instances have. */
    private static final int NUMBERS = 999_999_999;

    /** So many of those that are ejected are named in a status. */
    private static final int EJECTED_MAX = 20;

    private final GateSink gates;
    private final DataPlanes planes;
    private final PlaneSpec spec;
    private final ServiceName cluster;
    private final Fleet fleet;
    private final Function<Fleet.Bound, Optional<Pod>> pods;
    private final Supplier<Optional<Hold>> refused;
    private final long base;
    private final PlanesBefore before;
    private EndpointSnapshot wanted;
    private List<Endpoint> told = List.of();

    /** Whether anything was told since data planes were last not to be told. */
    private boolean tells;

    private Map<InstanceId, InstanceId> numbers = Map.of();

    /** Why data planes have ejected pods, by the pod's name. */
    private SortedMap<String, String> ejected = new TreeMap<>();

    /**
     * @param pods as they are seen now
     * @param refused why data planes are not told of the workload
     * @param base below which all generations are of earlier controllers
     * @param before data planes of an earlier leader
     */
    PlaneSink(
            GateSink gates,
            DataPlanes planes,
            PlaneSpec spec,
            Fleet fleet,
            Function<Fleet.Bound, Optional<Pod>> pods,
            Supplier<Optional<Hold>> refused,
            long base,
            PlanesBefore before) {
        this.gates = gates;
        this.planes = planes;
        this.spec = spec;
        this.cluster = new ServiceName(spec.cluster());
        this.fleet = fleet;
        this.pods = pods;
        this.refused = refused;
        this.base = base;
        this.before = before;
        this.wanted = EndpointSnapshot.empty(fleet.service());
    }

    @Override
    public void publish(EndpointSnapshot snapshot) {
        gates.publish(snapshot);
        wanted = snapshot;
        tell(true);
    }

    /** Tells what is new of the pods, if anything is. */
    void refresh() {
        tell(false);
    }

    private void tell(boolean anyway) {
        if (isRefused() || wanted.generation() == 0) {
            return;
        }
        Map<InstanceId, InstanceId> now = new TreeMap<>();
        List<Endpoint> endpoints = new ArrayList<>();
        Set<InstanceId> unwell = new HashSet<>();
        for (Endpoint endpoint : wanted.endpoints()) {
            Optional<Fleet.Bound> bound = fleet.of(endpoint.id());
            Optional<PodAddress> at =
                    bound.flatMap(pods).flatMap(pod -> PodAddress.of(pod, spec.port()));
            if (at.isPresent()) {
                InstanceId id = number(bound.orElseThrow().uid(), now.values());
                now.put(endpoint.id(), id);
                endpoints.add(endpoint(endpoint, id, at.get()));
                if (!at.get().well()) {
                    unwell.add(id);
                }
            }
        }
        numbers = Map.copyOf(now);
        if (endpoints.isEmpty() && wanted.endpoints().stream().anyMatch(this::isActive)) {
            // A port that nobody has would take all of them from the data planes.
            return;
        }
        planes.eject(cluster, unwell);
        if (anyway || !endpoints.equals(told)) {
            told = List.copyOf(endpoints);
            tells = true;
            planes.publish(new EndpointSnapshot(cluster, base + wanted.generation(), endpoints));
        }
    }

    /** Whoever has the cluster meanwhile tells something else of it. */
    private boolean isRefused() {
        boolean is = refused.get().isPresent();
        if (is) {
            tells = false;
            told = List.of();
        }
        return is;
    }

    private boolean isActive(Endpoint endpoint) {
        return endpoint.role() == EndpointRole.ACTIVE;
    }

    /** Two of the same number among so few are next to impossible; the later one has the next. */
    private InstanceId number(String uid, Collection<InstanceId> taken) {
        int number = Math.floorMod(uid.hashCode(), NUMBERS);
        while (taken.contains(new InstanceId(cluster, 1 + number))) {
            number = (number + 1) % NUMBERS;
        }
        return new InstanceId(cluster, 1 + number);
    }

    private static Endpoint endpoint(Endpoint wanted, InstanceId id, PodAddress at) {
        return new Endpoint(
                id,
                at.host(),
                at.port(),
                at.leaving() ? EndpointRole.DRAINING : wanted.role(),
                wanted.weight(),
                wanted.rampFromNanos(),
                at.zone());
    }

    @Override
    public Report report(ServiceName service, Now now) {
        Report own = gates.report(service, now);
        Report others = planes.report(cluster, now);
        Map<InstanceId, EndpointReport> endpoints = new HashMap<>(own.endpoints());
        ejected = new TreeMap<>();
        numbers.forEach((id, number) -> {
            EndpointReport other = others.endpoints().get(number);
            if (other != null) {
                endpoints.computeIfPresent(id, (_, report) -> plus(report, other));
                note(id, other);
            }
        });
        List<Reason> standIns = new ArrayList<>(own.standIns());
        standIns.addAll(others.standIns());
        standIns.addAll(before.absent(names(), now));
        confirmed().ifPresent(standIns::add);
        long heard = isRefused() || !tells ? 0 : ofControl(others.acknowledgedGeneration());
        return new Report(
                Math.min(own.acknowledgedGeneration(), heard),
                endpoints,
                others.latency(),
                Optional.empty(),
                standIns);
    }

    private void note(InstanceId id, EndpointReport other) {
        if (other.health() == Health.EJECTED) {
            String why = other.healthReason().map(Reason::text).orElse("");
            fleet.of(id).ifPresent(pod -> ejected.put(pod.pod(), why));
        }
    }

    /** A generation of this controller's; 0 for one of an earlier one. */
    private long ofControl(long acknowledged) {
        return acknowledged == Long.MAX_VALUE ? acknowledged : Math.max(0, acknowledged - base);
    }

    private static EndpointReport plus(EndpointReport own, EndpointReport other) {
        TrafficReading a = own.traffic();
        TrafficReading b = other.traffic();
        return new EndpointReport(
                        new TrafficReading(
                                Math.min(a.measuredAtNanos(), b.measuredAtNanos()),
                                a.inFlight() + b.inFlight(),
                                b.streams(),
                                b.requestsTotal(),
                                b.failuresTotal(),
                                b.latencyNanosTotal()),
                        own.health(),
                        own.healthReason(),
                        own.ledger())
                .orEjectedBy(other);
    }

    private List<String> names() {
        return planes.witnesses(cluster).stream().map(Witness::name).toList();
    }

    /** Who is to be waited for by the next leader. */
    List<String> known() {
        return before.known(names());
    }

    /** Adds to a status what is known of data planes, and by them. */
    void tell(Map<String, Object> status) {
        List<String> planes = known();
        if (!planes.isEmpty()) {
            status.put(PlanesBefore.STATUS, planes);
        }
        List<Map<String, String>> unwell =
                ejected.entrySet().stream()
                        .limit(EJECTED_MAX)
                        .map(one -> Map.of("pod", one.getKey(), "message", one.getValue()))
                        .toList();
        if (!unwell.isEmpty()) {
            status.put("ejected", unwell);
        }
    }

    /** Who has confirmed, for the record of a stop. */
    private Optional<Reason> confirmed() {
        List<Witness> all = planes.witnesses(cluster);
        if (all.isEmpty()) {
            return Optional.empty();
        }
        long counting = all.stream().filter(Witness::counts).count();
        String names = all.stream().map(Witness::name).collect(Collectors.joining(", "));
        return Optional.of(
                new Reason(
                        "confirmed_by",
                        "confirmed by %s; %d of %d report what they have in flight"
                                .formatted(names, counting, all.size()),
                        Map.of("confirmed", (double) all.size(), "counting", (double) counting)));
    }

    /** Data planes say nothing of pods that they could not be told of. */
    private Optional<Hold> unaddressed() {
        return wanted.endpoints().stream()
                .filter(e -> !numbers.containsKey(e.id()))
                .findFirst()
                .flatMap(e -> fleet.of(e.id()))
                .map(pod ->
                        new Hold(
                                Reason.of(
                                        "no_address",
                                        "pod %s has no address, or not the port %s; data planes are"
                                                        .formatted(pod.pod(), spec.port())
                                                + " not told of it"),
                                "an address and that port, or another dataPlane.port"));
    }

    /** What data planes pass on of what pods say in their answers. */
    @Override
    public Map<InstanceId, Told> told(ServiceName service) {
        Map<InstanceId, Told> others = isRefused() ? Map.of() : planes.told(cluster);
        Map<InstanceId, Told> told = new HashMap<>();
        numbers.forEach((id, number) -> {
            Told said = others.get(number);
            if (said != null) {
                told.put(id, said);
            }
        });
        return told;
    }

    @Override
    public Optional<Hold> uncounted() {
        return gates.uncounted()
                .or(refused)
                .or(planes::uncounted)
                .or(this::missing)
                .or(this::unaddressed);
    }

    private Optional<Hold> missing() {
        int there = planes.witnesses(cluster).size();
        if (there >= spec.least()) {
            return Optional.empty();
        }
        return Optional.of(
                new Hold(
                        new Reason(
                                "no_data_plane",
                                "%d of at least %d data planes have asked for the cluster '%s'"
                                        .formatted(there, spec.least(), cluster),
                                Map.of("there", (double) there, "least", (double) spec.least())),
                        "more data planes, or a smaller spec.dataPlane.xds.least"));
    }
}
