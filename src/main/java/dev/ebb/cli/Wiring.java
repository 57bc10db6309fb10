package dev.ebb.cli;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.config.EbbConfig;
import dev.ebb.console.Backend;
import dev.ebb.console.View;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.InstanceStatus;
import dev.ebb.control.Journal;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.Order;
import dev.ebb.control.Platform;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.Gateway;
import dev.ebb.gateway.GatewayStartException;
import dev.ebb.gateway.GatewayStats;
import dev.ebb.gateway.Listening;
import dev.ebb.gateway.handover.HandoverException;
import dev.ebb.gateway.tls.TlsFilesException;
import dev.ebb.platform.process.ProcessPlatform;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running Ebb, put together from a configuration: lock, journal, gateway, platform, metrics,
 * control loop, admin API. Whatever keeps it from running is found before any instance is started.
 * Safe for use by several threads.
 */
public final class Wiring implements TakeOver.Heir {
    private static final Logger LOG = LoggerFactory.getLogger(Wiring.class);

    /** For the tick that is under way, and the last words of the journal. */
    private static final Duration CONTROL_END = Duration.ofSeconds(10);

    /** A client that asks for something within this time is told in the answer to come anew. */
    private static final Duration IDLE_MAX = Duration.ofSeconds(5);

    /** Beyond the drain's limit and the grace of the slowest service. */
    private static final Duration END_SLACK = Duration.ofSeconds(40);

    /**
     * What an outsider may put around two of the ports, to listen.
     *
     * @param failures the newest failures, for the view
     */
    public record Ears(
            UnaryOperator<Journal> journal,
            UnaryOperator<Platform> platform,
            Supplier<List<View.LastFailure>> failures) {
        public static final Ears NONE = new Ears(j -> j, p -> p, List::of);
    }

    /**
     * @param state the folder
     * @param file the configuration's name, for people
     * @param successor how this program is started anew for an upgrade; empty where it cannot be
     * @param stopping run when this process begins to end, and no other goes on for it
     */
    record Place(Path state, String file, Optional<Successor> successor, Runnable stopping) {}

    private final EbbConfig config;
    private final Place place;
    private final long startedWallMillis = System.currentTimeMillis();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Ears ears;
    private final Gateway gateway;
    private final EndpointSink sink;
    private final Optional<Predecessor> before;
    private final Upgrades upgrades;
    private volatile Optional<ControlPart> control = Optional.empty();

    /**
     * Takes everything that Ebb needs: the state directory, the journal, the ports. The gateway
     * answers 503 until {@link #begin}.
     *
     * @param file the configuration's name, for people
     * @throws Failure with one line for people; then nothing is taken, and nothing was started
     */
    public static Wiring open(EbbConfig config, String file, Path state, Ears ears) {
        return open(config, new Place(state, file, Optional.empty(), () -> {}), ears);
    }

    static Wiring open(EbbConfig config, Place place, Ears ears) {
        checkMachine();
        var lock = StateLock.take(place.state());
        Wiring wiring;
        try {
            wiring = new Wiring(config, place, ears, Optional.empty(), Optional.empty());
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
        try {
            wiring.control = Optional.of(wiring.control(lock));
            return wiring;
        } catch (RuntimeException e) {
            wiring.gateway.close(Duration.ZERO);
            throw e;
        }
    }

    /**
     * One that is to take over: its gateway has the other's sockets and accepts nothing yet, and
     * control is not taken before {@link #takeControl}.
     *
     * @param before the other one, which still has requests in flight
     * @throws Failure as above
     */
    static Wiring beside(
            EbbConfig config, Place place, Ears ears, List<Listening> sockets, Predecessor before) {
        checkMachine();
        return new Wiring(config, place, ears, Optional.of(sockets), Optional.of(before));
    }

    private static void checkMachine() {
        ProcessPlatform.problem()
                .ifPresent(why -> {
                    throw new Failure(Exit.FAILED, why);
                });
    }

    private Wiring(
            EbbConfig config,
            Place place,
            Ears ears,
            Optional<List<Listening>> sockets,
            Optional<Predecessor> before) {
        this.config = config;
        this.place = place;
        this.ears = ears;
        this.before = before;
        this.gateway = gateway(sockets);
        this.sink = new OpenSink(gateway, ending::get, before);
        this.upgrades = new Upgrades(new Handing(), place.state(), place.successor());
    }

    private ControlPart control(StateLock lock) {
        var backend =
                new Backend(this::view, this::order, this::stop, this::trouble, upgrades::begin);
        return ControlPart.open(lock, config, place, ears, sink, backend);
    }

    private Gateway gateway(Optional<List<Listening>> sockets) {
        try {
            var settings = Adapters.gateway(config);
            var services = Adapters.services(config, place.state());
            var fixed = Adapters.fixedRoutes(config);
            return sockets.isPresent()
                    ? Gateway.takeOver(settings, services, fixed, sockets.get())
                    : Gateway.start(settings, services, fixed);
        } catch (GatewayStartException e) {
            if (e.getCause() instanceof TlsFilesException) {
                throw new Failure(Exit.FAILED, "TLS in " + place.file() + ": " + e.getMessage());
            }
            throw new Failure(
                    Exit.FAILED,
                    e.getMessage() + " ('listen' in " + place.file() + ", or stop what has it)");
        }
    }

    /** Finds instances of an earlier life again, and begins to tick. To be called once. */
    public void begin() {
        try {
            mine().begin();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop(true);
        }
    }

    private ControlPart mine() {
        return control.orElseThrow(
                () -> new IllegalStateException("another process has the control"));
    }

    // ---- One process after the other

    /**
     * Takes the lock, the journal and the instances, and begins to tick.
     *
     * @throws Failure when they cannot be had
     */
    @Override
    public void takeControl() throws InterruptedException {
        ControlPart part = control(StateLock.take(place.state()));
        control = Optional.of(part);
        part.begin();
    }

    /** Puts on record what happened to Ebb itself. */
    @Override
    public void note(JournalEntry.OfEbb entry) {
        control.ifPresent(part -> part.loop().note(entry));
    }

    /** Begins or ends to take connections. */
    @Override
    public void accept(boolean on) {
        gateway.accept(on);
    }

    @Override
    public Set<InstanceId> healthy() {
        return control.stream()
                .flatMap(part -> part.status().services().stream())
                .flatMap(service -> service.instances().stream())
                .filter(i -> i.lifecycle().inRotation() && i.health() == Health.HEALTHY)
                .map(InstanceStatus::id)
                .collect(Collectors.toSet());
    }

    @Override
    public Set<InstanceId> inRotation() {
        return control.stream()
                .flatMap(part -> part.status().services().stream())
                .flatMap(service -> service.instances().stream())
                .filter(i -> i.lifecycle().inRotation())
                .map(InstanceStatus::id)
                .collect(Collectors.toSet());
    }

    @Override
    public void withdraw(Duration limit) throws InterruptedException {
        stop(true);
        await(limit);
    }

    /** This process, as one that may hand over. */
    private final class Handing implements Upgrades.Running {
        @Override
        public Optional<String> refusal() {
            if (ending.get()) {
                return Optional.of("Ebb is ending");
            }
            return before.flatMap(Predecessor::refusal);
        }

        @Override
        public Optional<List<Listening>> sockets() {
            return gateway.handles();
        }

        @Override
        public Set<InstanceId> healthy() {
            return Wiring.this.healthy();
        }

        @Override
        public void accept(boolean on) {
            gateway.accept(on);
        }

        @Override
        public void release() throws HandoverException, InterruptedException {
            if (!mine().finish(true, CONTROL_END)) {
                throw new HandoverException("the control loop does not end");
            }
            mine().close();
            control = Optional.empty();
        }

        @Override
        public void takeBack() throws InterruptedException {
            if (control.isPresent()) {
                mine().finish(true, CONTROL_END);
                mine().close();
            }
            takeControl();
        }

        @Override
        public void note(JournalEntry.OfEbb entry) {
            Wiring.this.note(entry);
        }

        @Override
        public int leave() {
            return Wiring.leave(gateway, leaveLimit());
        }

        @Override
        public Duration leaveLimit() {
            return config.gateway().upgradeDrain();
        }

        @Override
        public void learn(EndpointSnapshot snapshot) {
            // The new configuration may have services that this one does not know.
            if (waiting().containsKey(snapshot.service())) {
                gateway.publish(snapshot);
            }
        }

        @Override
        public Map<ServiceName, Integer> waiting() {
            return gateway.waitingForFirst();
        }

        @Override
        public void left() {
            ending.set(true);
            ended.countDown();
        }
    }

    /** Answers what is open, for so long at most, while another process accepts; then cuts. */
    static int leave(Gateway gateway, Duration limit) {
        Duration half = limit.dividedBy(2);
        return gateway.close(limit, half.compareTo(IDLE_MAX) < 0 ? half : IDLE_MAX);
    }

    EbbConfig config() {
        return config;
    }

    /** Something about the journal that people must be told. */
    public Optional<String> warning() {
        return control.flatMap(ControlPart::warning);
    }

    /** Where the gateway listens, without TLS if there is such a place. */
    public InetSocketAddress listening() {
        return gateway.addresses().stream()
                .findFirst()
                .or(gateway::tlsAddress)
                .orElseThrow(() -> new IllegalStateException("the gateway listens nowhere"));
    }

    /** Where requests are accepted, as URLs without a path; at least one. */
    public List<String> urls() {
        return Stream.concat(
                        gateway.addresses().stream().map(a -> "http://" + text(a)),
                        gateway.tlsAddress().stream().map(a -> "https://" + text(a)))
                .toList();
    }

    public InetSocketAddress adminAddress() {
        return mine().adminAddress();
    }

    public GatewayStats gatewayStats() {
        return gateway.stats();
    }

    /** The leader of an instance's session. */
    public OptionalLong pidOf(InstanceId id) {
        return mine().processes().leaderPid(id);
    }

    /** Carries out an order on the control thread; waits for a few seconds at most. */
    public Order.Answer order(Order order) {
        return control.map(part -> part.loop().order(order))
                .orElse(new Order.Answer.Refused("another process takes over; try again"));
    }

    public View view() {
        var about =
                new View.About(
                        BuildInfo.load().version(),
                        ProcessHandle.current().pid(),
                        startedWallMillis,
                        String.join(", ", urls()),
                        place.file(),
                        config.services().stream()
                                .flatMap(s ->
                                        s.routes().stream()
                                                .map(r ->
                                                        new View.Routed(
                                                                s.name().value(), r.toString())))
                                .toList());
        ControlPart part = mine();
        GatewayStats stats = gateway.stats();
        Map<String, View.Traffic> traffic = new HashMap<>();
        stats.services().forEach((name, t) -> traffic.put(name.value(), traffic(t)));
        traffic.put("", traffic(stats.unrouted()));
        return new View(
                about,
                part.status(),
                traffic,
                ears.failures().get(),
                part.loop().figures(),
                stats.tls().map(Wiring::tls),
                stats.accessLog().map(log -> new View.AccessLog(log.written(), log.dropped())));
    }

    static View.Tls tls(GatewayStats.Tls tls) {
        return new View.Tls(
                new View.Handshakes(tls.clients().done(), tls.clients().failed()),
                new View.Handshakes(tls.instances().done(), tls.instances().failed()),
                tls.certificates().stream()
                        .map(c ->
                                new View.Certificate(
                                        c.file().toString(), c.names(), c.expires().toEpochMilli()))
                        .toList());
    }

    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    static View.Traffic traffic(GatewayStats.Traffic t) {
        return new View.Traffic(
                t.requests(),
                t.answers(),
                t.failed(),
                t.rejected(),
                t.retried(),
                t.retriedByScaling(),
                Adapters.resilience(t.resilience()),
                t.truncated(),
                t.cancelled(),
                t.ejections(),
                t.readmissions(),
                t.latency());
    }

    private Optional<String> trouble() {
        return control.isPresent() ? mine().trouble() : Optional.of("nobody is in charge");
    }

    /**
     * Begins to end: the gateway closes gracefully, then instances are stopped, or kept for the
     * next start to adopt. Returns at once; a second call changes nothing.
     */
    public void stop(boolean keepInstances) {
        if (ending.compareAndSet(false, true)) {
            new Thread(() -> end(keepInstances), "ending").start();
        }
    }

    private void end(boolean keepInstances) {
        try {
            if (upgrades.giveUp()) {
                // Another process has everything; what is open here may still be answered.
                gateway.hurry(config.gateway().shutdown());
                ended.await();
                return;
            }
            place.stopping().run();
            gateway.close(config.gateway().shutdown());
            Duration grace =
                    config.services().stream()
                            .map(s -> s.policy().drain().grace())
                            .max(Duration::compareTo)
                            .orElse(Duration.ZERO);
            if (control.isPresent()) {
                if (!mine().finish(keepInstances, grace.plus(END_SLACK))) {
                    LOG.error("not all instances ended in time; the next start of Ebb adopts them");
                }
                mine().removeAdminFile();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            LOG.error("ending failed", e);
        } finally {
            control.ifPresent(ControlPart::close);
            gateway.close();
            ended.countDown();
        }
    }

    /** Waits until Ebb has ended. */
    public void await() throws InterruptedException {
        ended.await();
    }

    public boolean await(Duration limit) throws InterruptedException {
        return ended.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }
}
