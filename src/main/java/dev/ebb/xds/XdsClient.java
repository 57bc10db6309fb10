package dev.ebb.xds;

import com.google.protobuf.Any;
import dev.ebb.balance.Endpoint;
import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterStats;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway's side of xDS: what may be picked comes from Ebb, and is acknowledged only once every
 * event loop of the gateway picks from nothing older; what it has in flight goes back as load
 * reports. Without Ebb it goes on with what it knows, and tries to come back. One thread of its
 * own; safe for use by several.
 *
 * <p>Services, routes and where to listen are read once, at the start: a change of them is refused,
 * and said so to Ebb.
 */
public final class XdsClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(XdsClient.class);
    private static final long POLL_MILLIS = 2;

    /** A service that has no instance yet is not told of: nobody waits for it for longer. */
    private static final long ENDPOINTS_WAIT_MILLIS = 2_000;

    /** An answer with endpoints, until all loops have them. */
    private record Pending(
            XdsConnection from, String nonce, Map<String, String> versions, List<String> removed) {}

    private final XdsClientSettings settings;
    private final Optional<XdsCertificates> certificates;
    private final ScheduledExecutorService thread;
    private final CompletableFuture<Fleet> fleet = new CompletableFuture<>();
    private final Map<ResourceType, Map<String, String>> versions =
            new EnumMap<>(ResourceType.class);
    private final Map<ServiceName, EndpointSnapshot> snapshots = new HashMap<>();
    private final Map<ServiceName, LoadCounter> counters = new HashMap<>();
    private final Map<InstanceId, Long> ramps = new HashMap<>();
    private final Ears ears = new Ears();
    private FleetState state = FleetState.NONE;
    private Optional<EndpointSink> sink = Optional.empty();
    private Optional<Pending> pending = Optional.empty();
    private Optional<XdsConnection> connection = Optional.empty();
    private boolean complete;
    private boolean closed;
    private boolean told;
    private int failures;
    private long generation;

    // What is told about it: see XdsKnowledge.
    private final Map<ServiceName, Long> changedNanos = new HashMap<>();
    private final Map<ResourceType, String> refused = new EnumMap<>(ResourceType.class);
    private Optional<XdsConnection> heardFrom = Optional.empty();
    private long heardNanos;
    private long lost;
    private volatile XdsKnowledge known = XdsKnowledge.NOTHING;

    private XdsClient(XdsClientSettings settings, Optional<XdsCertificates> certificates) {
        this.settings = settings;
        this.certificates = certificates;
        for (ResourceType type : ResourceType.values()) {
            versions.put(type, new HashMap<>());
        }
        thread =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("xds-client").factory());
    }

    /**
     * Begins to connect, and goes on until it is closed.
     *
     * @throws IOException when a file for TLS cannot be used; its message says why
     */
    public static XdsClient start(XdsClientSettings settings) throws IOException {
        Optional<XdsCertificates> certificates = Optional.empty();
        if (settings.tls().isPresent()) {
            certificates = Optional.of(XdsCertificates.of(settings.tls().get()));
        }
        var client = new XdsClient(settings, certificates);
        client.ears.run(client::connect);
        return client;
    }

    /** What the gateway is to be; waits until Ebb has said it. */
    public Fleet fleet() throws InterruptedException {
        try {
            return fleet.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The gateway is there, with the services of {@link #fleet}. It has all endpoints at once. */
    public void serve(EndpointSink gateway) {
        CompletableFuture.runAsync(
                        () -> {
                            sink = Optional.of(gateway);
                            snapshots.values().forEach(gateway::publish);
                            lookAtLoops();
                        },
                        thread)
                .join();
    }

    /** What is known now. Any thread; waits for nothing. */
    public XdsKnowledge knowledge() {
        return known;
    }

    /** Something of it has changed. */
    private void tell() {
        List<XdsKnowledge.Service> services = new ArrayList<>();
        Map<String, String> inUse = known(ResourceType.ENDPOINT);
        new TreeMap<>(snapshots)
                .forEach((name, snapshot) ->
                        services.add(
                                new XdsKnowledge.Service(
                                        snapshot,
                                        inUse.getOrDefault(name.value(), ""),
                                        changedNanos.getOrDefault(name, 0L))));
        String why = String.join("; ", refused.values());
        known =
                new XdsKnowledge(
                        connection.isPresent() && connection.equals(heardFrom),
                        heardFrom.isPresent() ? OptionalLong.of(heardNanos) : OptionalLong.empty(),
                        lost,
                        why.isEmpty() ? Optional.empty() : Optional.of(why),
                        services);
    }

    private void heard(XdsConnection from) {
        heardFrom = Optional.of(from);
        heardNanos = System.nanoTime();
    }

    // ---- The connection

    private final class Ears implements XdsConnection.Ears {
        @Override
        public void run(Runnable task) {
            if (!thread.isShutdown()) {
                thread.execute(() -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        LOG.error("an answer of Ebb could not be taken in", e);
                    }
                });
            }
        }

        @Override
        public void answered(XdsConnection from, DeltaDiscoveryResponse answer) {
            if (failures > 0 || !told) {
                LOG.info("connected to Ebb at {}", settings.ebb());
            }
            told = true;
            failures = 0;
            heard(from);
            ResourceType.of(answer.getTypeUrl()).ifPresent(type -> take(from, type, answer));
            tell();
        }

        @Override
        public void wantsLoads(XdsConnection from, Duration every) {
            heard(from);
            tell();
            reportLater(from, every);
        }

        @Override
        public void ended(XdsConnection which, String why) {
            connection = Optional.empty();
            pending = Optional.empty();
            if (closed) {
                return;
            }
            lost++;
            tell();
            if (failures == 0) {
                LOG.warn(
                        "Ebb at {} cannot be reached, {}: {}",
                        settings.ebb(),
                        told ? "and what it said last stands" : "and is waited for",
                        why);
            }
            long wait = pause(failures);
            failures++;
            schedule(XdsClient.this::connect, wait);
        }
    }

    /** By chance between a half and all of what doubles each time, up to a limit. */
    private long pause(int before) {
        long doubled = settings.retryMin().toMillis() << Math.min(before, 20);
        long most = Math.min(doubled, settings.retryMax().toMillis());
        return most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
    }

    private void schedule(Runnable task, long millis) {
        if (!thread.isShutdown()) {
            var _ = thread.schedule(() -> ears.run(task), millis, TimeUnit.MILLISECONDS);
        }
    }

    /** What it has it says, so that it hears only of what differs. */
    private void connect() {
        if (closed) {
            return;
        }
        certificates.ifPresent(XdsCertificates::readAgain);
        var fresh = new XdsConnection(settings, certificates, ears);
        connection = Optional.of(fresh);
        fresh.subscribe(ResourceType.CLUSTER, List.of(), known(ResourceType.CLUSTER));
        if (!state.clusters().isEmpty()) {
            askForEndpoints(fresh);
        }
        fresh.subscribe(ResourceType.LISTENER, List.of(), known(ResourceType.LISTENER));
        fresh.subscribe(
                ResourceType.ROUTE,
                List.of(ListenerResources.ENVOY_NAME),
                known(ResourceType.ROUTE));
    }

    private void askForEndpoints(XdsConnection from) {
        from.subscribe(
                ResourceType.ENDPOINT, state.clusters().keySet(), known(ResourceType.ENDPOINT));
    }

    private Map<String, String> known(ResourceType type) {
        return versions.getOrDefault(type, Map.of());
    }

    private void take(XdsConnection from, ResourceType type, DeltaDiscoveryResponse answer) {
        refused.remove(type);
        try {
            if (type == ResourceType.ENDPOINT) {
                takeEndpoints(from, answer);
                return;
            }
            Map<String, Any> changed = new HashMap<>();
            answer.getResourcesList().forEach(r -> changed.put(r.getName(), r.getResource()));
            FleetState next =
                    state.with(type, changed, Set.copyOf(answer.getRemovedResourcesList()));
            if (complete && !next.equals(state)) {
                throw new BadResource(
                        "services, routes or the listener have changed, which this gateway reads at"
                                + " its start; start it anew");
            }
            boolean firstClusters = state.clusters().isEmpty() && !next.clusters().isEmpty();
            state = next;
            accept(type, answer);
            from.acknowledge(type, answer.getNonce());
            if (firstClusters) {
                askForEndpoints(from);
                schedule(() -> beComplete(true), ENDPOINTS_WAIT_MILLIS);
            }
            beComplete(false);
        } catch (BadResource | IllegalArgumentException e) {
            String why = String.valueOf(e.getMessage());
            refused.put(type, why);
            LOG.warn("what Ebb says of {} is refused: {}", type, why);
            from.refuse(type, answer.getNonce(), why);
        }
    }

    private void accept(ResourceType type, DeltaDiscoveryResponse answer) {
        Map<String, String> has = versions.computeIfAbsent(type, t -> new HashMap<>());
        answer.getResourcesList().forEach(r -> has.put(r.getName(), r.getVersion()));
        has.keySet().removeAll(answer.getRemovedResourcesList());
    }

    private void beComplete(boolean anyway) {
        boolean endpoints = snapshots.size() >= state.clusters().size();
        if (!complete && (endpoints || anyway)) {
            state.fleet()
                    .ifPresent(all -> {
                        complete = true;
                        fleet.complete(all);
                    });
        }
        if (!complete && anyway) {
            schedule(() -> beComplete(true), ENDPOINTS_WAIT_MILLIS);
        }
    }

    // ---- Endpoints

    private void takeEndpoints(XdsConnection from, DeltaDiscoveryResponse answer)
            throws BadResource {
        long now = System.nanoTime();
        Map<String, String> fresh = new HashMap<>();
        List<EndpointSnapshot> all = new ArrayList<>();
        for (Resource resource : answer.getResourcesList()) {
            ClusterLoadAssignment body =
                    FleetState.unpack(resource.getResource(), ClusterLoadAssignment.class);
            if (!state.clusters().containsKey(body.getClusterName())) {
                throw new BadResource("endpoints of '%s'".formatted(body.getClusterName()));
            }
            fresh.put(resource.getName(), resource.getVersion());
            all.add(
                    new EndpointSnapshot(
                            new ServiceName(body.getClusterName()),
                            ++generation,
                            EndpointReader.read(body, ramps, now)));
        }
        all.forEach(this::publish);
        // Until all loops have them, they are not what is in use.
        known(ResourceType.ENDPOINT).keySet().removeAll(fresh.keySet());
        pending =
                Optional.of(
                        new Pending(
                                from,
                                answer.getNonce(),
                                fresh,
                                List.copyOf(answer.getRemovedResourcesList())));
        beComplete(false);
        lookAtLoops();
    }

    private void publish(EndpointSnapshot snapshot) {
        ServiceName service = snapshot.service();
        snapshots.put(service, snapshot);
        changedNanos.put(service, System.nanoTime());
        counters.computeIfAbsent(service, s -> new LoadCounter(s.value())).know(snapshot);
        ramps.keySet().removeIf(id -> id.service().equals(service));
        for (Endpoint endpoint : snapshot.endpoints()) {
            if (endpoint.rampFromNanos() != Endpoint.NO_RAMP) {
                ramps.put(endpoint.id(), endpoint.rampFromNanos());
            }
        }
        sink.ifPresent(gateway -> gateway.publish(snapshot));
    }

    /** Acknowledges what all loops have, and otherwise looks again soon. */
    private void lookAtLoops() {
        if (pending.isEmpty() || sink.isEmpty()) {
            return;
        }
        Pending waiting = pending.get();
        if (!allLoopsHave(sink.get())) {
            schedule(this::lookAtLoops, POLL_MILLIS);
            return;
        }
        pending = Optional.empty();
        Map<String, String> has = known(ResourceType.ENDPOINT);
        has.putAll(waiting.versions());
        // One that is gone at Ebb keeps its endpoints here: nothing goes empty for that.
        has.keySet().removeAll(waiting.removed());
        waiting.from().acknowledge(ResourceType.ENDPOINT, waiting.nonce());
        tell();
    }

    private boolean allLoopsHave(EndpointSink gateway) {
        Now now = now();
        return snapshots.values().stream()
                .allMatch(s ->
                        gateway.report(s.service(), now).acknowledgedGeneration()
                                >= s.generation());
    }

    private static Now now() {
        return new Now(System.nanoTime(), System.currentTimeMillis());
    }

    // ---- Load

    private void reportLater(XdsConnection to, Duration every) {
        long millis = Math.max(10, every.toMillis());
        schedule(
                () -> {
                    if (connection.equals(Optional.of(to))) {
                        report(to, every);
                        reportLater(to, every);
                    }
                },
                millis);
    }

    private void report(XdsConnection to, Duration every) {
        List<ClusterStats> stats = new ArrayList<>();
        Now now = now();
        sink.ifPresent(gateway ->
                counters.forEach((service, counter) ->
                        stats.add(
                                counter.next(
                                        gateway.report(service, now),
                                        gateway.told(service),
                                        every))));
        to.report(stats);
    }

    /**
     * Ends the connection in order. To be called once the gateway has nothing in flight any more:
     * Ebb does not wait for this one from then on.
     */
    @Override
    public void close() {
        if (thread.isShutdown()) {
            return;
        }
        try {
            CompletableFuture.runAsync(this::leave, thread).get(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            LOG.warn("the connection to Ebb did not end in order: {}", e.toString());
        }
        thread.shutdownNow();
    }

    private void leave() {
        closed = true;
        try {
            if (connection.isPresent()) {
                connection.get().leave();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
