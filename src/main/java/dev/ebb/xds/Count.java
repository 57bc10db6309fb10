package dev.ebb.xds;

import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointRole;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Reason;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts together where all data planes stand with one service. What is in flight at an instance that
 * gets no new request is 0 for a data plane only if one of these holds: a load report that was
 * begun after its acknowledgement says so; or it reports nothing, and the quiet time has passed
 * since the acknowledgement; or it has been lost for longer than the grace. The last two are
 * stand-ins, and said to be. Under the lock of {@link Discovery}.
 */
final class Count {
    private final List<Endpoint> endpoints;
    private final Loads loads;
    private final long quietNanos;
    private final long nowNanos;
    private final Map<InstanceId, Long> inFlight = new HashMap<>();
    private final Map<String, Reason> standIns = new LinkedHashMap<>();
    private long acknowledged = Long.MAX_VALUE;

    Count(Optional<EndpointSnapshot> snapshot, Loads loads, long quietNanos, long nowNanos) {
        this.endpoints = snapshot.map(EndpointSnapshot::endpoints).orElse(List.of());
        this.loads = loads;
        this.quietNanos = quietNanos;
        this.nowNanos = nowNanos;
    }

    /**
     * @param namesakes how many streams have this service by this name, itself included
     */
    void connected(String node, int namesakes, DiscoveryStream<?, ?, ?> stream, long generation) {
        acknowledged = Math.min(acknowledged, generation);
        for (Endpoint endpoint : endpoints) {
            InstanceId id = endpoint.id();
            long reported = loads.inProgress(node, id);
            if (endpoint.role() == EndpointRole.ACTIVE) {
                add(id, reported);
            } else {
                add(id, closed(node, namesakes, id, stream.closedSince(id), reported));
            }
        }
    }

    private long closed(
            String node, int namesakes, InstanceId id, Optional<Long> since, long reported) {
        if (since.isEmpty()) {
            return Math.max(1, reported);
        }
        if (loads.isFresh(node, namesakes, nowNanos)) {
            return loads.isAfter(node, since.get()) ? reported : Math.max(1, reported);
        }
        if (nowNanos - since.get() < quietNanos) {
            return 1;
        }
        long quietSeconds = quietNanos / 1_000_000_000L;
        standIns.put(
                node,
                new Reason(
                        "stood_in_quiet",
                        ("the data plane %s reports no load; that it has sent %s nothing new for"
                                        + " %d s stands in for its count")
                                .formatted(node, id, quietSeconds),
                        Map.of("quiet_s", (double) quietSeconds)));
        return loads.inProgressNow(node, id, nowNanos);
    }

    /**
     * @param waited whether it may still come back
     */
    void lost(Lost one, boolean waited) {
        if (waited) {
            acknowledged = Math.min(acknowledged, one.generation());
            endpoints.stream()
                    .filter(e -> e.role() != EndpointRole.ACTIVE)
                    .forEach(e -> add(e.id(), 1));
            return;
        }
        long seconds = (nowNanos - one.sinceNanos()) / 1_000_000_000L;
        standIns.put(
                one.node(),
                new Reason(
                        "stood_in_lost",
                        ("the data plane %s has been away for %d s and acknowledged generation %d"
                                        + " last; its absence stands in for its acknowledgement")
                                .formatted(one.node(), seconds, one.generation()),
                        Map.of("away_s", (double) seconds)));
    }

    private void add(InstanceId id, long requests) {
        inFlight.merge(id, requests, Long::sum);
    }

    Standing standing() {
        return new Standing(acknowledged, inFlight, List.copyOf(standIns.values()));
    }
}
