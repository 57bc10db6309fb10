package dev.ebb.platform.kubernetes;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.Platform.Arrival;
import dev.ebb.control.Platform.Outside;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which pod is which instance, and what is wanted of each. The control thread says what is wanted;
 * a worker brings it about ({@link Reconciler}) and looks here. Thread-safe.
 */
final class Fleet {
    /** What the gate of a pod should say. */
    enum Wanted {
        IN_ROTATION,
        OUT_OF_ROTATION
    }

    /** A pod that is an instance. */
    record Bound(String uid, String pod) {}

    private static final Liveness RUNNING = new Liveness.Running();
    private static final Liveness UNCLEAR = new Liveness.Unclear();

    private final ServiceName service;
    private final Pattern names;

    /** Of each name. */
    private final String start;

    private final Map<InstanceId, Bound> bound = new TreeMap<>();
    private final Set<InstanceId> pending = new LinkedHashSet<>();
    private final Set<InstanceId> stopping = new HashSet<>();
    private final Set<InstanceId> ended = new HashSet<>();

    /** Those that have been in rotation: out of it again, they are parked, and not starting. */
    private final Set<InstanceId> served = new HashSet<>();

    private EndpointSnapshot snapshot;

    /** What is told to others, made anew after a change. */
    private @Nullable Map<InstanceId, Bound> shown;

    private @Nullable Map<InstanceId, Liveness> living;

    /** The pods that were taken in last, if nothing has changed here since. */
    private @Nullable List<PodView> taken;

    private Map<InstanceId, EndpointRole> roles = Map.of();

    Fleet(ServiceName service) {
        this.service = service;
        this.start = service.value() + "-";
        this.names = Pattern.compile("\\b" + Pattern.quote(service.value()) + "-\\d+\\b");
        this.snapshot = EndpointSnapshot.empty(service);
    }

    ServiceName service() {
        return service;
    }

    /** Who is who, or what becomes of somebody. */
    private void changed() {
        shown = null;
        living = null;
        taken = null;
    }

    // ---- What the control thread says

    /**
     * An instance of an earlier life; one that was out of rotation stays so.
     *
     * @param hasServed whether it has been in rotation
     */
    synchronized void adopt(InstanceId id, PodView pod, boolean hasServed) {
        changed();
        bound.put(id, new Bound(pod.uid(), pod.name()));
        if (hasServed) {
            served.add(id);
        }
    }

    synchronized void expect(InstanceId id) {
        changed();
        pending.add(id);
    }

    synchronized void stop(InstanceId id) {
        changed();
        if (pending.remove(id)) {
            ended.add(id);
        } else if (bound.containsKey(id)) {
            stopping.add(id);
        }
    }

    synchronized void forget(InstanceId id) {
        changed();
        bound.remove(id);
        pending.remove(id);
        stopping.remove(id);
        ended.remove(id);
        served.remove(id);
    }

    synchronized void publish(EndpointSnapshot next) {
        snapshot = next;
        roles = next.endpoints().stream().collect(Collectors.toMap(Endpoint::id, Endpoint::role));
        roles.forEach((id, role) -> {
            if (role == EndpointRole.ACTIVE) {
                served.add(id);
            }
        });
    }

    // ---- What is seen

    /**
     * Takes in which pods there are. A new one is the next that was started; where none was,
     * somebody else has started it. One that is gone without being asked to was ended by others.
     */
    @SuppressWarnings("ReferenceEquality") // the same list has the same pods, which is the rule
    synchronized Outside see(List<PodView> pods, int nextOrdinal, Now now) {
        if (pods == taken) {
            return Outside.NOTHING;
        }
        changed();
        Outside news = takeIn(pods, nextOrdinal, now);
        taken = pods;
        return news;
    }

    private Outside takeIn(List<PodView> pods, int nextOrdinal, Now now) {
        Map<String, PodView> present =
                pods.stream().collect(Collectors.toMap(PodView::uid, p -> p, (a, _) -> a));
        Set<InstanceId> went = new HashSet<>();
        bound.forEach((id, pod) -> {
            boolean there =
                    Optional.ofNullable(present.get(pod.uid()))
                            .filter(p -> p.counts() || stopping.contains(id))
                            .isPresent();
            if (!there && ended.add(id) && !stopping.contains(id)) {
                went.add(id);
            }
        });
        List<Arrival> came = new ArrayList<>();
        for (PodView pod : strangers(pods)) {
            Optional<InstanceId> expected = pending.stream().findFirst();
            InstanceId id =
                    expected.orElseGet(() -> new InstanceId(service, nextOrdinal + came.size()));
            pending.remove(id);
            bound.put(id, new Bound(pod.uid(), pod.name()));
            if (expected.isEmpty()) {
                came.add(new Arrival(intent(id, pod.name(), pod.uid(), now), pod.uid()));
            }
        }
        return came.isEmpty() && went.isEmpty() ? Outside.NOTHING : new Outside(came, went);
    }

    private List<PodView> strangers(List<PodView> pods) {
        Set<String> known = bound.values().stream().map(Bound::uid).collect(Collectors.toSet());
        return pods.stream()
                .filter(PodView::counts)
                .filter(p -> !known.contains(p.uid()))
                .sorted(
                        Comparator.comparing((PodView p) -> p.more().created())
                                .thenComparing(PodView::name))
                .toList();
    }

    /** Ports of pods are their own; here the name says which pod it is. */
    static LaunchIntent intent(InstanceId id, String pod, String token, Now now) {
        return new LaunchIntent(id, token, pod, 0, now.wallMillis());
    }

    synchronized Map<InstanceId, Liveness> liveness() {
        Map<InstanceId, Liveness> known = living;
        if (known != null) {
            return known;
        }
        Map<InstanceId, Liveness> all = new HashMap<>();
        pending.forEach(id -> all.put(id, UNCLEAR));
        bound.keySet().forEach(id -> all.put(id, RUNNING));
        ended.forEach(id -> all.put(id, new Liveness.Exited(OptionalInt.empty())));
        living = Map.copyOf(all);
        return living;
    }

    // ---- What the worker needs

    /** By uid, what each pod's gate should say; one of which nothing is wanted is not there. */
    synchronized Map<String, Wanted> gates() {
        Map<String, Wanted> wanted = new LinkedHashMap<>();
        bound.forEach((id, pod) -> {
            if (!ended.contains(id)) {
                gate(id).ifPresent(w -> wanted.put(pod.uid(), w));
            }
        });
        return wanted;
    }

    /** How many are out of rotation, or are to be. */
    synchronized int out() {
        int out = 0;
        for (InstanceId id : bound.keySet()) {
            if (!ended.contains(id) && isOut(id)) {
                out++;
            }
        }
        return out;
    }

    private Optional<Wanted> gate(InstanceId id) {
        if (stopping.contains(id)) {
            return Optional.of(Wanted.OUT_OF_ROTATION);
        }
        return switch (roles.getOrDefault(id, EndpointRole.DRAINING)) {
            case ACTIVE -> Optional.of(Wanted.IN_ROTATION);
            case PARKED ->
                    Optional.of(served.contains(id) ? Wanted.OUT_OF_ROTATION : Wanted.IN_ROTATION);
            case DRAINING ->
                    roles.containsKey(id) ? Optional.of(Wanted.OUT_OF_ROTATION) : Optional.empty();
        };
    }

    /** The uids of those that are to go. */
    synchronized Set<String> victims() {
        return stopping.stream()
                .filter(id -> !ended.contains(id))
                .map(bound::get)
                .filter(Objects::nonNull)
                .map(Bound::uid)
                .collect(Collectors.toSet());
    }

    /** How many were started that have no pod yet. */
    synchronized int pending() {
        return pending.size();
    }

    /**
     * How many pods there are to be, of these: the instances, and those that were started. A pod
     * that is there and is no instance yet will be one of the latter: it must not count twice.
     */
    synchronized int expected(List<PodView> pods) {
        int strangers = strangers(pods).size();
        int counting = (int) pods.stream().filter(PodView::counts).count();
        return counting - strangers + Math.max(strangers, pending.size());
    }

    /**
     * A victim that stays after all is somebody whom others started, as far as control knows: the
     * instance has ended, and the pod comes anew.
     */
    synchronized void spare(Set<String> uids) {
        changed();
        for (InstanceId id : List.copyOf(stopping)) {
            Bound pod = bound.get(id);
            if (pod != null && uids.contains(pod.uid())) {
                bound.remove(id);
                stopping.remove(id);
                ended.add(id);
            }
        }
    }

    synchronized EndpointSnapshot snapshot() {
        return snapshot;
    }

    /** Whether it was taken out of rotation, or is to be. */
    synchronized boolean isOut(InstanceId id) {
        return gate(id).filter(w -> w == Wanted.OUT_OF_ROTATION).isPresent();
    }

    synchronized Optional<Bound> of(InstanceId id) {
        return Optional.ofNullable(bound().get(id));
    }

    /** The same object as long as it is the same. */
    synchronized Map<InstanceId, Bound> bound() {
        Map<InstanceId, Bound> known = shown;
        if (known == null) {
            known = Map.copyOf(bound);
            shown = known;
        }
        return known;
    }

    /** A sentence of the core's, of pods in the place of instances. */
    String inWords(String text) {
        String named = text.contains(start) ? named(text) : text;
        return named.replace(" instances", " pods").replace(" instance", " pod");
    }

    private String named(String text) {
        Map<String, String> pods = new HashMap<>();
        bound().forEach((id, pod) -> pods.put(id.toString(), pod.pod()));
        return names.matcher(text)
                .replaceAll(name ->
                        Matcher.quoteReplacement(pods.getOrDefault(name.group(), name.group())));
    }
}
