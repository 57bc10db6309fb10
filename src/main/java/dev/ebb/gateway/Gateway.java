package dev.ebb.gateway;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.balance.KeyTable;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.Arrivals;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.tls.Tls;
import dev.ebb.gateway.tls.TlsClient;
import dev.ebb.gateway.tls.TlsFilesException;
import dev.ebb.gateway.tls.TlsServer;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * The HTTP/1.1 reverse proxy: listens, and sends each request to one of its service's instances.
 * {@link #start} it, {@link #publish} snapshots (it answers 503 until then), {@link #close} it.
 *
 * <p>{@link #publish} and {@link #report} are for the control thread and wait for nothing; {@link
 * #stats} may be called by anyone. Times in snapshots and reports are {@code System.nanoTime}.
 */
public final class Gateway implements EndpointSink, AutoCloseable {
    private static final Duration IDLE_GRACE = Duration.ofMillis(300);
    private static final Duration LOOK_AT_CERTIFICATES = Duration.ofSeconds(1);
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(10);

    private final GatewaySettings settings;
    private final MultiThreadIoEventLoopGroup group;
    private final List<GatewayLoop> loops = new ArrayList<>();
    private final IdentityHashMap<EventLoop, GatewayLoop> byEventLoop = new IdentityHashMap<>();
    private final Map<ServiceName, Integer> indexes = new HashMap<>();
    private final List<GatewayService> services;
    private final KeyTables tables;
    private final List<HealthChecks> checks = new ArrayList<>();
    private final Listeners listeners;
    private final TlsParts tls;
    private final Optional<AccessLog> accessLog;
    private final AtomicInteger clients = new AtomicInteger();
    private final AtomicIntegerArray starts;
    private volatile Runnable onDemand = () -> {};
    private volatile boolean closed;
    private volatile boolean ended;
    private final ClosingTime closing = new ClosingTime();

    static {
        // Looks at one buffer in 128 with a stack trace. The tests switch it on.
        if (System.getProperty("io.netty.leakDetection.level") == null) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        }
    }

    private Gateway(
            GatewaySettings settings,
            List<GatewayService> services,
            List<FixedRoute> fixed,
            TlsParts tls,
            Optional<AccessLog> accessLog,
            Optional<List<Listening>> inherited) {
        this.settings = settings;
        this.accessLog = accessLog;
        this.tls = tls;
        this.services = List.copyOf(services);
        this.tables = new KeyTables(this.services);
        this.starts = new AtomicIntegerArray(services.size());
        var routes = new RouteTable(services, fixed, settings.timeouts());
        for (GatewayService service : services) {
            if (indexes.put(service.name(), indexes.size()) != null) {
                throw new IllegalArgumentException("two services are called " + service.name());
            }
        }
        group =
                new MultiThreadIoEventLoopGroup(
                        settings.loops().count(),
                        new DefaultThreadFactory("gateway", true),
                        settings.loops().transport().handlers());
        listeners =
                new Listeners(group, settings, inherited.orElse(List.of()), inherited.isEmpty());
        var seeds = new SplittableRandom();
        for (int i = 0; i < settings.loops().count(); i++) {
            EventLoop eventLoop = group.next();
            var loop = new GatewayLoop(this, eventLoop, i, settings, routes, seeds.split());
            loops.add(loop);
            byEventLoop.put(eventLoop, loop);
            loop.begin(this.services);
        }
        for (int i = 0; i < services.size(); i++) {
            checks.add(new HealthChecks(loops.getFirst(), i, services.get(i).balance().check()));
        }
    }

    /**
     * Listens at all addresses, or at none.
     *
     * @throws GatewayStartException when an address cannot be had; its message says why
     * @throws IllegalArgumentException when two services have one name or one route
     */
    public static Gateway start(GatewaySettings settings, List<GatewayService> services)
            throws GatewayStartException {
        return start(settings, services, List.of());
    }

    /**
     * The same, with routes that the gateway answers itself.
     *
     * @throws GatewayStartException when an address cannot be had; its message says why
     * @throws IllegalArgumentException when two services have one name, or two routes one match
     */
    public static Gateway start(
            GatewaySettings settings, List<GatewayService> services, List<FixedRoute> fixed)
            throws GatewayStartException {
        return start(settings, services, fixed, LOOK_AT_CERTIFICATES);
    }

    /**
     * The same, with sockets that another process has handed over. It accepts nothing until {@link
     * #accept}. Needs epoll.
     *
     * @throws GatewayStartException when an address cannot be had; its message says why
     */
    public static Gateway takeOver(
            GatewaySettings settings,
            List<GatewayService> services,
            List<FixedRoute> fixed,
            List<Listening> inherited)
            throws GatewayStartException {
        if (settings.loops().transport().resolved() != Transport.EPOLL) {
            throw new GatewayStartException(
                    "the transport %s cannot take over listening sockets; use EPOLL"
                            .formatted(settings.loops().transport()));
        }
        return start(settings, services, fixed, LOOK_AT_CERTIFICATES, Optional.of(inherited));
    }

    static Gateway start(
            GatewaySettings settings,
            List<GatewayService> services,
            List<FixedRoute> fixed,
            Duration lookAtCertificates)
            throws GatewayStartException {
        return start(settings, services, fixed, lookAtCertificates, Optional.empty());
    }

    private static Gateway start(
            GatewaySettings settings,
            List<GatewayService> services,
            List<FixedRoute> fixed,
            Duration lookAtCertificates,
            Optional<List<Listening>> inherited)
            throws GatewayStartException {
        if (!settings.loops().transport().available()) {
            throw new GatewayStartException(
                    "the transport %s is not available on this machine; use AUTO or NIO"
                            .formatted(settings.loops().transport()));
        }
        TlsParts tls;
        try {
            tls = TlsParts.of(settings, services, lookAtCertificates);
        } catch (TlsFilesException e) {
            throw new GatewayStartException(String.valueOf(e.getMessage()), e);
        }
        var gateway = new Gateway(settings, services, fixed, tls, openLog(settings), inherited);
        try {
            gateway.listeners.open(gateway::accept, gateway::acceptTls);
            tls.all().ifPresent(Tls::start);
        } catch (GatewayStartException e) {
            gateway.close(Duration.ZERO);
            throw e;
        }
        return gateway;
    }

    private static Optional<AccessLog> openLog(GatewaySettings settings)
            throws GatewayStartException {
        if (settings.accessLog().isEmpty()) {
            return Optional.empty();
        }
        AccessLogSettings log = settings.accessLog().get();
        try {
            return Optional.of(new AccessLog(log, AccessLog.sink(log), settings.loops().count()));
        } catch (IOException e) {
            throw new GatewayStartException("cannot write the access log: " + e, e);
        }
    }

    private GatewayLoop loopOf(Channel channel) {
        GatewayLoop loop = byEventLoop.get(channel.eventLoop());
        if (loop == null) {
            throw new IllegalStateException("a connection on a foreign event loop");
        }
        return loop;
    }

    /** Too many are told so only where that takes no handshake. */
    private void acceptTls(Channel channel) {
        GatewayLoop loop = loopOf(channel);
        if (clients.incrementAndGet() > settings.limits().clientConnections()) {
            clients.decrementAndGet();
            loop.unrouted().refused(Refusal.TOO_MANY_CONNECTIONS);
            var _ = channel.close();
            return;
        }
        loop.handshakes().orElseThrow().begin(channel);
    }

    private void accept(Channel channel) {
        GatewayLoop loop = loopOf(channel);
        if (clients.incrementAndGet() > settings.limits().clientConnections()) {
            clients.decrementAndGet();
            loop.unrouted().refused(Refusal.TOO_MANY_CONNECTIONS);
            var answer =
                    loop.rewriter()
                            .refusal(
                                    Refusal.TOO_MANY_CONNECTIONS,
                                    1,
                                    loop.requestIds().next(RequestIds.NONE),
                                    Hereafter.CLOSES,
                                    false,
                                    loop.allocator());
            channel.writeAndFlush(answer).addListener(io.netty.channel.ChannelFutureListener.CLOSE);
            return;
        }
        loop.accepted(channel);
    }

    void clientClosed() {
        clients.decrementAndGet();
    }

    Optional<AccessLog> accessLog() {
        return accessLog;
    }

    List<GatewayLoop> loops() {
        return loops;
    }

    Optional<TlsServer> tlsServer() {
        return tls.server();
    }

    Optional<TlsClient> tlsClient(ServiceName service) {
        return Optional.ofNullable(tls.clients().get(service));
    }

    /** Where it listens with TLS, with the port that was really taken. */
    public Optional<InetSocketAddress> tlsAddress() {
        return listeners.tlsAddress();
    }

    /** Where it listens without TLS, with the ports that were really taken. */
    public List<InetSocketAddress> addresses() {
        return listeners.addresses();
    }

    /** Its sockets, for another process; empty when the transport cannot hand them over. */
    public Optional<List<Listening>> handles() {
        return listeners.handles();
    }

    /**
     * Begins to take connections, or takes no more; those that wait in the system's queue stay
     * there for whoever accepts next. What is open goes on. Returns when it is so.
     */
    public void accept(boolean on) {
        listeners.accept(on);
    }

    // ---- Control's side

    @Override
    public void publish(EndpointSnapshot snapshot) {
        if (ended) {
            // Its loops end, and nobody is picked any more.
            return;
        }
        int service = index(snapshot.service());
        KeyTable table = tables.of(service, snapshot);
        for (GatewayLoop loop : loops) {
            loop.publish(service, snapshot, table);
        }
        loops.getFirst().tell(home -> checks.get(service).apply(snapshot));
    }

    private int index(ServiceName name) {
        Integer index = indexes.get(name);
        if (index == null) {
            throw new IllegalArgumentException("the gateway has no service " + name);
        }
        return index;
    }

    @Override
    public Report report(ServiceName service, Now now) {
        int index = index(service);
        // The acknowledgements before the counters: see TrafficSum.
        long acknowledged = Long.MAX_VALUE;
        for (GatewayLoop loop : loops) {
            acknowledged = Math.min(acknowledged, loop.service(index).acknowledged());
        }
        Map<InstanceId, List<LoopEndpoint>> parts = parts(index);
        var health = loops.getFirst().service(index).health();
        Map<InstanceId, EndpointReport> reports = new HashMap<>();
        parts.forEach((id, endpoints) -> {
            var view =
                    health.getOrDefault(
                            id, new LoopService.HealthView(Health.UNKNOWN, Optional.empty()));
            reports.put(id, LoopEndpoint.report(endpoints, view, now));
        });
        long[] sums = sums(index);
        return new Report(
                acknowledged,
                reports,
                Counters.latency(sums),
                Optional.of(Counters.queue(sums)),
                List.of(),
                Optional.of(new Arrivals(sums[Counters.REQUESTS], waitingForFirst(index))));
    }

    private Map<InstanceId, List<LoopEndpoint>> parts(int index) {
        Map<InstanceId, List<LoopEndpoint>> parts = new HashMap<>();
        for (GatewayLoop loop : loops) {
            loop.service(index)
                    .endpoints()
                    .forEach((id, endpoint) ->
                            parts.computeIfAbsent(id, key -> new ArrayList<>()).add(endpoint));
        }
        return parts;
    }

    @Override
    public Map<InstanceId, Told> told(ServiceName service) {
        int index = index(service);
        return services.get(index).loadReports() ? LoopEndpoint.told(parts(index)) : Map.of();
    }

    @Override
    public void onDemand(Runnable wake) {
        onDemand = wake;
    }

    /** A request waits for a first instance, and none did. */
    void demanded() {
        onDemand.run();
    }

    /** Any thread: how many requests wait for a first instance, by service. */
    public Map<ServiceName, Integer> waitingForFirst() {
        Map<ServiceName, Integer> waiting = new HashMap<>();
        indexes.forEach((name, index) -> waiting.put(name, waitingForFirst(index)));
        return waiting;
    }

    private int waitingForFirst(int index) {
        return loops.stream().mapToInt(loop -> loop.service(index).waitingForFirst()).sum();
    }

    @Override
    public void startTakes(ServiceName service, double seconds) {
        starts.set(index(service), Math.max(1, (int) Math.ceil(seconds)));
    }

    /** How long the start of an instance of this service takes, for Retry-After. */
    int startSeconds(int service) {
        return Math.max(1, starts.get(service));
    }

    private long[] sums(int index) {
        long[] sums = Counters.cells();
        for (GatewayLoop loop : loops) {
            loop.service(index).counters.addTo(sums);
        }
        return sums;
    }

    /** Any thread: what has been counted up to now. */
    public GatewayStats stats() {
        Map<ServiceName, GatewayStats.Traffic> byService = new HashMap<>();
        long[] connections = Counters.cells();
        for (int i = 0; i < services.size(); i++) {
            byService.put(services.get(i).name(), GatewayStats.Traffic.of(sums(i)));
            for (GatewayLoop loop : loops) {
                loop.service(i).counters.addTo(connections);
            }
        }
        long[] unrouted = Counters.cells();
        for (GatewayLoop loop : loops) {
            loop.unrouted().addTo(unrouted);
        }
        return new GatewayStats(
                byService,
                GatewayStats.Traffic.of(unrouted),
                new GatewayStats.Connections(
                        unrouted[Counters.CLIENTS_OPENED],
                        unrouted[Counters.CLIENTS_CLOSED],
                        connections[Counters.UPSTREAM_OPENED],
                        connections[Counters.UPSTREAM_CLOSED]),
                tls.all().map(some -> tlsStats()),
                accessLog.map(
                        log -> new GatewayStats.AccessLogLines(log.written(), log.dropped())));
    }

    private GatewayStats.Tls tlsStats() {
        List<TlsCounters> ofClients = new ArrayList<>();
        List<TlsCounters> ofInstances = new ArrayList<>();
        for (GatewayLoop loop : loops) {
            loop.handshakes().ifPresent(some -> ofClients.add(some.counters));
            for (int i = 0; i < services.size(); i++) {
                loop.service(i).tls.ifPresent(dialer -> ofInstances.add(dialer.counters));
            }
        }
        return new GatewayStats.Tls(
                TlsCounters.sum(ofClients),
                TlsCounters.sum(ofInstances),
                tls.server().map(TlsServer::certificates).orElse(List.of()));
    }

    // ---- The end

    /** Whether {@link #close} has begun. Any thread. */
    public boolean isClosing() {
        return closed;
    }

    /** Closes gracefully, and waits ten seconds at most. */
    @Override
    public void close() {
        close(CLOSE_DEADLINE);
    }

    /**
     * Accepts nothing more, tells clients to close, waits for what is in flight, then closes what
     * is left. Waits for all that; may be called twice.
     *
     * @return client connections that were still open at the deadline
     */
    public int close(Duration deadline) {
        return close(deadline, IDLE_GRACE);
    }

    /** A {@link #close} that goes on, or is to come, ends within this time. Any thread. */
    public void hurry(Duration limit) {
        closing.hurry(limit);
    }

    /**
     * The same.
     *
     * @param idle for how long a client that asks for nothing may still do so, and is then told in
     *     an answer that the connection closes
     */
    public synchronized int close(Duration deadline, Duration idle) {
        if (closed) {
            return 0;
        }
        closed = true;
        closing.begin(deadline);
        listeners.close();
        boolean graceful = !deadline.isZero();
        Duration grace = graceful && deadline.compareTo(idle) > 0 ? idle : deadline;
        loops.forEach(loop -> loop.beginClosing(grace, deadline));
        while (clients.get() > 0 && !closing.isOver()) {
            LockSupport.parkNanos(10_000_000);
        }
        int left = clients.get();
        ended = true;
        // Before any loop ends, because a check's result is told to all of them.
        loops.getFirst()
                .eventLoop()
                .submit(() -> checks.forEach(HealthChecks::close))
                .awaitUninterruptibly(1_000);
        loops.forEach(GatewayLoop::closeAll);
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
        tls.all().ifPresent(Tls::close);
        accessLog.ifPresent(AccessLog::close);
        return left;
    }
}
