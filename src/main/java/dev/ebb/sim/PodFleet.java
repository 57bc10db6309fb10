package dev.ebb.sim;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.LaunchIntent;
import dev.ebb.control.Platform.Arrival;
import dev.ebb.control.Platform.Outside;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which pod is which instance for one life of Ebb, and what is wanted of each: the Kubernetes
 * driver's book, with numbers for uids. Single-threaded.
 */
final class PodFleet {
    private final SimWorkload workload;
    private final Map<InstanceId, Integer> bound = new TreeMap<>();
    private final Map<InstanceId, LaunchIntent> pending = new LinkedHashMap<>();
    private final Set<InstanceId> stopping = new TreeSet<>();
    private final Set<InstanceId> ended = new TreeSet<>();
    private final Set<InstanceId> served = new HashSet<>();
    private EndpointSnapshot snapshot;
    private Map<InstanceId, EndpointRole> roles = Map.of();

    PodFleet(SimWorkload workload) {
        this.workload = workload;
        this.snapshot = EndpointSnapshot.empty(workload.service.model.name());
    }

    void adopt(InstanceId id, SimPod pod, boolean hasServed) {
        bound.put(id, pod.number());
        if (hasServed) {
            served.add(id);
        }
    }

    void expect(LaunchIntent intent) {
        pending.put(intent.id(), intent);
    }

    void stop(InstanceId id) {
        if (pending.remove(id) != null) {
            ended.add(id);
        } else if (bound.containsKey(id)) {
            stopping.add(id);
        }
    }

    void forget(InstanceId id) {
        bound.remove(id);
        pending.remove(id);
        stopping.remove(id);
        ended.remove(id);
        served.remove(id);
    }

    void publish(EndpointSnapshot next) {
        snapshot = next;
        roles = next.endpoints().stream().collect(Collectors.toMap(Endpoint::id, Endpoint::role));
        roles.forEach((id, role) -> {
            if (role == EndpointRole.ACTIVE) {
                served.add(id);
            }
        });
    }

    /** Takes in which pods there are; who came and was not started by Ebb, and who went. */
    Outside see(List<SimPod> pods, int nextOrdinal, Now now) {
        Map<Integer, SimPod> present =
                pods.stream().collect(Collectors.toMap(SimPod::number, pod -> pod));
        Set<InstanceId> went = new HashSet<>();
        bound.forEach((id, number) -> {
            boolean there =
                    Optional.ofNullable(present.get(number))
                            .filter(pod -> pod.counts() || stopping.contains(id))
                            .isPresent();
            if (!there && ended.add(id) && !stopping.contains(id)) {
                went.add(id);
            }
        });
        List<Arrival> came = new ArrayList<>();
        for (SimPod pod : strangers(pods)) {
            Optional<InstanceId> expected = pending.keySet().stream().findFirst();
            InstanceId id =
                    expected.orElseGet(() ->
                            new InstanceId(
                                    workload.service.model.name(),
                                    Math.max(nextOrdinal, workload.nextOrdinal())));
            LaunchIntent intent =
                    expected.isPresent()
                            ? Objects.requireNonNull(pending.remove(id))
                            : intent(id, pod.number(), now);
            bound.put(id, pod.number());
            workload.name(pod.number(), intent);
            if (expected.isEmpty()) {
                came.add(new Arrival(intent, "uid-" + pod.number()));
            }
        }
        return came.isEmpty() && went.isEmpty() ? Outside.NOTHING : new Outside(came, went);
    }

    private List<SimPod> strangers(List<SimPod> pods) {
        Set<Integer> known = Set.copyOf(bound.values());
        return pods.stream().filter(pod -> pod.counts() && !known.contains(pod.number())).toList();
    }

    static LaunchIntent intent(InstanceId id, int number, Now now) {
        String uid = "uid-" + number + "-" + id.ordinal();
        return new LaunchIntent(id, uid, uid, 0, now.wallMillis());
    }

    Map<InstanceId, Liveness> liveness() {
        Map<InstanceId, Liveness> all = new HashMap<>();
        pending.keySet().forEach(id -> all.put(id, new Liveness.Unclear()));
        bound.keySet().forEach(id -> all.put(id, new Liveness.Running()));
        ended.forEach(id -> all.put(id, new Liveness.Exited(OptionalInt.empty())));
        return all;
    }

    /** What each pod's gate should say, true for in rotation; nothing is wanted of the others. */
    Map<Integer, Boolean> gates() {
        Map<Integer, Boolean> wanted = new TreeMap<>();
        bound.forEach((id, number) -> {
            if (!ended.contains(id)) {
                gate(id).ifPresent(open -> wanted.put(number, open));
            }
        });
        return wanted;
    }

    private Optional<Boolean> gate(InstanceId id) {
        if (stopping.contains(id)) {
            return Optional.of(false);
        }
        EndpointRole role = roles.get(id);
        if (role == null) {
            return Optional.empty();
        }
        return switch (role) {
            case ACTIVE -> Optional.of(true);
            case PARKED -> Optional.of(!served.contains(id));
            case DRAINING -> Optional.of(false);
        };
    }

    Set<Integer> victims() {
        return stopping.stream()
                .filter(id -> !ended.contains(id) && bound.containsKey(id))
                .map(bound::get)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    int pending() {
        return pending.size();
    }

    /**
     * How many pods there are to be: those that are instances, and those that were started. A pod
     * that is there and no instance yet is one of the latter.
     */
    int expected(List<SimPod> pods) {
        int strangers = strangers(pods).size();
        long counting = pods.stream().filter(SimPod::counts).count();
        return (int) counting - strangers + Math.max(pending.size(), strangers);
    }

    /** A victim that stays after all has ended as an instance, and comes anew as a pod. */
    void spare(Set<Integer> numbers) {
        for (InstanceId id : List.copyOf(stopping)) {
            Integer number = bound.get(id);
            if (number != null && numbers.contains(number)) {
                bound.remove(id);
                stopping.remove(id);
                ended.add(id);
            }
        }
    }

    /** How many are out of rotation, or are to be. */
    int out() {
        return (int) bound.keySet().stream().filter(id -> !ended.contains(id) && isOut(id)).count();
    }

    boolean isOut(InstanceId id) {
        return gate(id).filter(open -> !open).isPresent();
    }

    EndpointSnapshot snapshot() {
        return snapshot;
    }

    Map<InstanceId, Integer> bound() {
        return new TreeMap<>(bound);
    }
}
