package dev.ebb.platform.kubernetes;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import dev.ebb.core.TrafficReading;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The services of the cluster as a data plane: told by the readiness gate, and heard by the
 * EndpointSlices. They acknowledge that a pod gets nothing new; they do not count what it has in
 * flight. So a pod is taken to be busy from then on for a time, and the record says that this stood
 * in for a count. Control thread only.
 */
final class GateSink implements EndpointSink {
    private static final Optional<Reason> READY =
            Optional.of(Reason.of("pod_ready", "its containers are ready"));
    private static final Optional<Reason> UNREADY =
            Optional.of(Reason.of("pod_unready", "a container of it is not ready"));

    private final Fleet fleet;
    private final Sight sight;
    private final Made<List<PodView>, Map<String, PodView>> byUid;
    private final Optional<Duration> settle;
    private final Supplier<Optional<Hold>> hold;
    private final Runnable wake;
    private final Map<String, Long> outSinceNanos = new HashMap<>();
    private long acknowledged;

    /**
     * @param byUid what it sees, by uid
     * @param settle how long a pod that nothing offers any more is taken to be busy; empty where
     *     others count what is in flight
     * @param hold what keeps every removal
     * @param wake has the reconciler look
     */
    GateSink(
            Fleet fleet,
            Sight sight,
            Made<List<PodView>, Map<String, PodView>> byUid,
            Optional<Duration> settle,
            Supplier<Optional<Hold>> hold,
            Runnable wake) {
        this.fleet = fleet;
        this.sight = sight;
        this.byUid = byUid;
        this.settle = settle;
        this.hold = hold;
        this.wake = wake;
    }

    @Override
    public void publish(EndpointSnapshot snapshot) {
        fleet.publish(snapshot);
        wake.run();
    }

    @Override
    public Report report(ServiceName service, Now now) {
        Map<String, PodView> pods = byUid.of(sight.pods());
        Map<InstanceId, Fleet.Bound> bound = fleet.bound();
        Map<InstanceId, EndpointReport> endpoints = HashMap.newHashMap(bound.size());
        // Of those in rotation nobody needs to know who offers them.
        boolean isOneOut = bound.keySet().stream().anyMatch(fleet::isOut);
        Set<String> pickable = isOneOut ? Set.copyOf(sight.pickable()) : Set.of();
        Set<String> offered = isOneOut ? Set.copyOf(sight.offeredAnyway()) : Set.of();
        TrafficReading idle = TrafficReading.none(now.monotonicNanos());
        boolean allOut = true;
        boolean stoodIn = false;
        boolean isOffered = false;
        outSinceNanos.keySet().retainAll(pods.keySet());
        for (var one : bound.entrySet()) {
            PodView pod = pods.get(one.getValue().uid());
            if (pod == null) {
                continue;
            }
            boolean busy = false;
            if (isOneOut && fleet.isOut(one.getKey())) {
                boolean isOut = !pod.ready() && !pickable.contains(pod.uid());
                allOut &= isOut;
                boolean settled = isOut && hasSettled(pod.uid(), now);
                stoodIn |= settled && settle.isPresent();
                isOffered |= settled && offered.contains(pod.uid());
                busy = !settled;
                if (!isOut) {
                    outSinceNanos.remove(pod.uid());
                }
            } else {
                outSinceNanos.remove(pod.uid());
            }
            TrafficReading traffic =
                    busy ? new TrafficReading(now.monotonicNanos(), 1, 0, 0, 0, 0) : idle;
            endpoints.put(one.getKey(), report(pod, traffic));
        }
        if (allOut) {
            acknowledged = fleet.snapshot().generation();
        }
        return new Report(
                acknowledged,
                endpoints,
                LatencyCounts.empty(),
                Optional.empty(),
                standIns(stoodIn, isOffered));
    }

    private List<Reason> standIns(boolean stoodIn, boolean isOffered) {
        List<Reason> all = new ArrayList<>();
        if (stoodIn) {
            settle.map(GateSink::standIn).ifPresent(all::add);
        }
        if (isOffered) {
            all.add(
                    Reason.of(
                            "stood_in_carries",
                            "EndpointSlices offer it on; that all requests come through the data"
                                    + " planes, as the ServiceScale says, stands in for their"
                                    + " notice"));
        }
        return all;
    }

    private boolean hasSettled(String uid, Now now) {
        long since = outSinceNanos.computeIfAbsent(uid, _ -> now.monotonicNanos());
        return settle.map(s -> now.isPast(since, s)).orElse(true);
    }

    private static Reason standIn(Duration settle) {
        double seconds = settle.toMillis() / 1000.0;
        return new Reason(
                "stood_in_settle",
                ("nothing counts requests at pods; that no EndpointSlice has offered it for %d s"
                                + " stands in for that")
                        .formatted(settle.toSeconds()),
                Map.of("settle_s", seconds));
    }

    private static EndpointReport report(PodView pod, TrafficReading traffic) {
        boolean well = pod.more().containersReady();
        Health health =
                well
                        ? Health.HEALTHY
                        : pod.inRotation().isEmpty() ? Health.UNKNOWN : Health.EJECTED;
        return new EndpointReport(traffic, health, well ? READY : UNREADY, Ledger.CLEAN);
    }

    @Override
    public Optional<Hold> uncounted() {
        return hold.get();
    }
}
