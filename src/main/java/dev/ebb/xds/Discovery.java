package dev.ebb.xds;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.DataPlanes.Witness;
import dev.ebb.control.EndpointSink.Told;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.LatencyCounts;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceName;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterStats;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All data planes: what they are told, and what they have acknowledged. One lock over everything,
 * held for short; nothing waits under it, since an answer that is sent is only put in a queue, and
 * of each type and stream there is one at most. Safe for use by several threads.
 */
final class Discovery {
    private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);
    private static final int STREAMS_MAX = 1000;
    private static final int LOST_MAX = 1000;

    /** So many times the grace, and a data plane that never came back is no longer spoken of. */
    private static final int FORGET = 10;

    private final XdsSettings settings;
    private final LongSupplier clock;
    private final long startNanos;
    private final Store store;
    private final Loads loads;
    private final Set<DiscoveryStream<?, ?, ?>> streams = new LinkedHashSet<>();
    private final List<Lost> lost = new ArrayList<>();

    Discovery(XdsSettings settings, LongSupplier clock) {
        this.settings = settings;
        this.clock = clock;
        this.startNanos = clock.getAsLong();
        this.store = new Store(settings);
        this.loads = new Loads(settings.reports().toNanos());
    }

    long nanoTime() {
        return clock.getAsLong();
    }

    /** Under the lock only. */
    Store store() {
        return store;
    }

    // ---- From streams

    synchronized <Q> void received(DiscoveryStream<Q, ?, ?> stream, Q request) {
        long now = nanoTime();
        stream.handle(request, now);
        stream.flush();
        settle(stream);
    }

    void joined(DiscoveryStream<?, ?, ?> stream) {
        if (streams.size() >= STREAMS_MAX) {
            stream.fail(
                    Status.RESOURCE_EXHAUSTED.withDescription(
                            "more than " + STREAMS_MAX + " streams are open"));
            return;
        }
        streams.add(stream);
        LOG.info("the data plane {} has connected", stream.nodeId().orElse(""));
    }

    void refused(DiscoveryStream<?, ?, ?> stream, ResourceType type, String why) {
        LOG.warn("{} refused {}: {}", stream.nodeId().orElse(""), type.url, why);
    }

    /** One that has a service anew is a lost one that is back, if there is one by its name. */
    private void settle(DiscoveryStream<?, ?, ?> stream) {
        Iterator<Lost> all = lost.iterator();
        while (all.hasNext()) {
            Lost one = all.next();
            boolean back =
                    stream.nodeId().equals(Optional.of(one.node()))
                            && stream.openedNanos - one.sinceNanos() >= 0
                            && stream.generation(one.service()).orElse(0) > 0
                            && stream.settled.add(one.service());
            if (back) {
                all.remove();
            }
        }
    }

    /** It has ended its stream, and did not lose it. */
    synchronized void left(DiscoveryStream<?, ?, ?> stream) {
        if (!stream.endsInOrder()) {
            closed(stream);
        } else if (stream.close() && streams.remove(stream)) {
            LOG.info("the gateway {} has ended", stream.nodeId().orElse(""));
        }
    }

    synchronized void closed(DiscoveryStream<?, ?, ?> stream) {
        if (!stream.close() || !streams.remove(stream)) {
            return;
        }
        String node = stream.nodeId().orElse("");
        LOG.info("the data plane {} has lost its connection, or closed it", node);
        for (XdsService service : store.services()) {
            OptionalLong generation = stream.generation(service.name());
            if (generation.isPresent()) {
                lost.add(new Lost(node, service.name(), generation.getAsLong(), nanoTime()));
            }
        }
        while (lost.size() > LOST_MAX) {
            Lost dropped = lost.removeFirst();
            LOG.warn("too many data planes were lost; {} is not waited for", dropped.node());
        }
    }

    synchronized void reported(String node, Object by, Collection<ClusterStats> clusters) {
        long before = loads.figures().ignored();
        loads.report(node, by, clusters, nanoTime());
        long ignored = loads.figures().ignored();
        // At the first and whenever their number has one digit more.
        if (Long.toString(ignored).length() > Long.toString(before).length()
                || (before == 0 && ignored > 0)) {
            LOG.warn(
                    "instances say figures of themselves that cannot be, such as negative ones, or"
                            + " too many; {} were ignored up to now, the last by the reports of {}",
                    ignored,
                    node);
        }
    }

    synchronized void reportsEnded(String node, Object by) {
        loads.ended(node, by);
    }

    // ---- From control

    /** Takes in which services there are. */
    synchronized void serve(List<XdsService> services) {
        if (!store.services().equals(services)) {
            List<XdsService> before = store.services();
            store.serve(services);
            before.stream()
                    .map(XdsService::name)
                    .filter(name -> !services().contains(name.value()))
                    .forEach(loads::forget);
            flush();
        }
    }

    synchronized List<String> services() {
        return store.services().stream().map(s -> s.name().value()).toList();
    }

    /** Who has asked for a service; one with several streams for it is as far as the slowest. */
    synchronized List<Witness> witnesses(ServiceName service) {
        long now = nanoTime();
        Map<String, Witness> all = new TreeMap<>();
        Map<String, Integer> names = names(service);
        for (DiscoveryStream<?, ?, ?> stream : streams) {
            String node = stream.nodeId().orElse("");
            stream.generation(service)
                    .ifPresent(g ->
                            all.merge(
                                    node,
                                    new Witness(
                                            node,
                                            g,
                                            loads.isFresh(node, names.getOrDefault(node, 1), now),
                                            stream.reportsTimes()),
                                    (a, b) -> a.generation() < b.generation() ? a : b));
        }
        return List.copyOf(all.values());
    }

    /** How many streams have a service, by the name that they give. */
    private Map<String, Integer> names(ServiceName service) {
        Map<String, Integer> names = new HashMap<>();
        streams.stream()
                .filter(s -> s.generation(service).isPresent())
                .forEach(s -> names.merge(s.nodeId().orElse(""), 1, Integer::sum));
        return names;
    }

    synchronized void publish(EndpointSnapshot snapshot) {
        store.publish(snapshot);
        loads.know(snapshot);
        flush();
    }

    synchronized void eject(ServiceName service, Set<InstanceId> instances) {
        if (store.eject(service, instances)) {
            flush();
        }
    }

    synchronized void flush() {
        List.copyOf(streams).forEach(DiscoveryStream::flush);
    }

    /** Where all stand; what waited for time alone is sent. */
    synchronized Standing standing(ServiceName service) {
        flush();
        long now = nanoTime();
        long graceNanos = settings.grace().toNanos();
        lost.removeIf(one -> now - one.sinceNanos() > FORGET * graceNanos);
        var count = new Count(store.snapshot(service), loads, settings.quiet().toNanos(), now);
        Map<String, Integer> names = names(service);
        for (DiscoveryStream<?, ?, ?> stream : streams) {
            String node = stream.nodeId().orElse("");
            stream.generation(service)
                    .ifPresent(g -> count.connected(node, names.getOrDefault(node, 1), stream, g));
        }
        for (Lost one : lost) {
            if (one.service().equals(service)) {
                count.lost(one, now - one.sinceNanos() < graceNanos);
            }
        }
        return count.standing();
    }

    synchronized LatencyCounts latency(ServiceName service) {
        return loads.latency(service);
    }

    /** What instances have said of their own load, where the service is one that is asked. */
    synchronized Map<InstanceId, Told> told(ServiceName service) {
        boolean asked =
                store.services().stream().anyMatch(s -> s.name().equals(service) && s.reported());
        return asked ? loads.figures().of(service) : Map.of();
    }

    /** Why gateways apart have ejected an instance; empty when not enough of them have. */
    synchronized Optional<Reason> ejected(InstanceId id) {
        return loads.ejected(id, nanoTime());
    }

    synchronized Loads.Totals totals(InstanceId id) {
        return loads.totals(id);
    }

    /** Why requests may be on their way that nobody counts; see the port. */
    synchronized Optional<Hold> uncounted() {
        long now = nanoTime();
        long graceNanos = settings.grace().toNanos();
        if (now - startNanos < graceNanos) {
            return Optional.of(
                    new Hold(
                            Reason.of(
                                    "data_planes_may_return",
                                    "Ebb has just started, and data planes of before may still"
                                            + " be on their way back"),
                            "%d s since the start".formatted(settings.grace().toSeconds())));
        }
        // Who refuses other things goes on with the endpoints of the services that it has.
        Optional<Hold> refusal =
                refusal(s -> s.refusal(ResourceType.ENDPOINT))
                        .map(why ->
                                new Hold(
                                        Reason.of("data_plane_refused", why),
                                        "its acknowledgement"));
        return refusal.or(() ->
                lost.stream()
                        .filter(one -> now - one.sinceNanos() < graceNanos)
                        .findFirst()
                        .map(one -> waiting(one, now)));
    }

    private Hold waiting(Lost one, long now) {
        long seconds = (now - one.sinceNanos()) / 1_000_000_000L;
        return new Hold(
                new Reason(
                        "data_plane_lost",
                        "the data plane %s lost its connection %d s ago"
                                .formatted(one.node(), seconds),
                        Map.of("since_s", (double) seconds)),
                "its return, or %d s without it".formatted(settings.grace().toSeconds()));
    }

    /** Who refuses what it was sent, and why. */
    synchronized Optional<String> refusal() {
        return refusal(DiscoveryStream::refusal);
    }

    private Optional<String> refusal(Function<DiscoveryStream<?, ?, ?>, Optional<String>> of) {
        return streams.stream()
                .flatMap(s ->
                        of.apply(s).stream()
                                .map(why ->
                                        "the data plane %s refuses what it was sent: %s"
                                                .formatted(s.nodeId().orElse(""), why)))
                .findFirst();
    }
}
