package dev.ebb.cli;

import dev.ebb.config.EbbConfig;
import dev.ebb.console.AdminFile;
import dev.ebb.console.AdminServer;
import dev.ebb.console.Backend;
import dev.ebb.console.View;
import dev.ebb.control.Clock;
import dev.ebb.control.Controller;
import dev.ebb.control.Journal;
import dev.ebb.control.Order;
import dev.ebb.control.Platform;
import dev.ebb.control.Ports;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.gateway.Gateway;
import dev.ebb.gateway.GatewayStartException;
import dev.ebb.gateway.GatewayStats;
import dev.ebb.gateway.tls.TlsFilesException;
import dev.ebb.journal.FileJournal;
import dev.ebb.journal.Opening;
import dev.ebb.observe.ProcessMetrics;
import dev.ebb.platform.process.ProcessPlatform;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running Ebb, put together from a configuration: lock, journal, gateway, platform, metrics,
 * control loop, admin API. Whatever keeps it from running is found before any instance is started.
 * Safe for use by several threads.
 */
public final class Wiring {
    private static final Logger LOG = LoggerFactory.getLogger(Wiring.class);
    private static final Duration ROTATE_EVERY = Duration.ofSeconds(5);

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

    private final EbbConfig config;
    private final Path state;
    private final String file;
    private final Clock clock = new SystemClock();
    private final long startedWallMillis = System.currentTimeMillis();
    private final Deque<Runnable> undo = new ArrayDeque<>();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Ears ears;
    private final Gateway gateway;
    private final ProcessPlatform processes;
    private final Controller controller;
    private final ControlLoop loop;
    private final AdminServer admin;
    private final Optional<String> warning;

    private record SystemClock() implements Clock {
        @Override
        public Now now() {
            return new Now(System.nanoTime(), System.currentTimeMillis());
        }
    }

    /**
     * Takes everything that Ebb needs: the state directory, the journal, the ports. The gateway
     * answers 503 until {@link #begin}.
     *
     * @param file the configuration's name, for people
     * @throws Failure with one line for people; then nothing is taken, and nothing was started
     */
    public static Wiring open(EbbConfig config, String file, Path state, Ears ears) {
        ProcessPlatform.problem()
                .ifPresent(why -> {
                    throw new Failure(Exit.FAILED, why);
                });
        var lock = StateLock.take(state);
        try {
            return new Wiring(config, file, state, ears, lock);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private Wiring(EbbConfig config, String file, Path state, Ears ears, StateLock lock) {
        this.config = config;
        this.file = file;
        this.state = state;
        this.ears = ears;
        try {
            Opening.Ready opened = journal();
            undo.push(opened.journal()::close);
            warning = opened.report().warning();
            gateway = gateway();
            undo.push(gateway::close);
            processes = new ProcessPlatform(Adapters.launches(config), state);
            undo.push(processes::close);
            var metrics = new ProcessMetrics(Adapters.resources(config), processes::leaderPid);
            var alert = new ExitAlert(processes, processes::leaderPid);
            var ports =
                    new Ports(
                            ears.platform().apply(alert),
                            new OpenSink(gateway, ending::get),
                            metrics,
                            ears.journal().apply(opened.journal()));
            controller = new Controller(Adapters.plans(config), ports, BuildInfo.load().version());
            loop = new ControlLoop(controller, clock, config.tick());
            alert.onExit(loop::wake);
            admin = admin();
            undo.push(admin::close);
        } catch (RuntimeException e) {
            undo.forEach(Runnable::run);
            throw e;
        }
        undo.addLast(lock::close);
    }

    private Opening.Ready journal() {
        return switch (FileJournal.open(state, Adapters.journal(config))) {
            case Opening.Ready ready -> ready;
            case Opening.Refused(String why, boolean _) -> throw new Failure(Exit.FAILED, why);
        };
    }

    private Gateway gateway() {
        try {
            return Gateway.start(
                    Adapters.gateway(config),
                    Adapters.services(config),
                    Adapters.fixedRoutes(config));
        } catch (GatewayStartException e) {
            if (e.getCause() instanceof TlsFilesException) {
                throw new Failure(Exit.FAILED, "TLS in " + file + ": " + e.getMessage());
            }
            throw new Failure(
                    Exit.FAILED,
                    e.getMessage() + " ('listen' in " + file + ", or stop what has it)");
        }
    }

    private AdminServer admin() {
        String token = AdminFile.newToken();
        InetSocketAddress address = Adapters.socketAddress(config.admin());
        var backend = new Backend(this::view, this::order, this::stop, this::trouble);
        AdminServer server;
        try {
            server = AdminServer.start(address, token, backend);
        } catch (IOException e) {
            throw new Failure(
                    Exit.FAILED,
                    "the admin API cannot listen on %s: %s; choose another with 'admin' in %s"
                            .formatted(config.admin(), e.getMessage(), file));
        }
        try {
            InetSocketAddress real = server.address();
            new AdminFile(
                            real.getAddress().getHostAddress(),
                            real.getPort(),
                            ProcessHandle.current().pid(),
                            token)
                    .write(state);
            return server;
        } catch (IOException e) {
            server.close();
            throw new Failure(Exit.FAILED, "cannot write admin.json in %s: %s".formatted(state, e));
        }
    }

    /** Finds instances of an earlier life again, and begins to tick. To be called once. */
    public void begin() {
        var rotation = new Thread(this::rotate, "logs");
        rotation.setDaemon(true);
        rotation.start();
        try {
            loop.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop(true);
        }
    }

    private void rotate() {
        try {
            while (!ended.await(ROTATE_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                processes.rotateLogs();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("output of instances is not rotated any more", e);
        }
    }

    /** Something about the journal that people must be told. */
    public Optional<String> warning() {
        return warning;
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
        return admin.address();
    }

    public GatewayStats gatewayStats() {
        return gateway.stats();
    }

    /** The leader of an instance's session. */
    public OptionalLong pidOf(InstanceId id) {
        return processes.leaderPid(id);
    }

    /** Carries out an order on the control thread; waits for a few seconds at most. */
    public Order.Answer order(Order order) {
        return loop.order(order);
    }

    public View view() {
        var about =
                new View.About(
                        BuildInfo.load().version(),
                        ProcessHandle.current().pid(),
                        startedWallMillis,
                        String.join(", ", urls()),
                        file,
                        config.services().stream()
                                .flatMap(s ->
                                        s.routes().stream()
                                                .map(r ->
                                                        new View.Routed(
                                                                s.name().value(), r.toString())))
                                .toList());
        GatewayStats stats = gateway.stats();
        Map<String, View.Traffic> traffic = new HashMap<>();
        stats.services().forEach((name, t) -> traffic.put(name.value(), traffic(t)));
        traffic.put("", traffic(stats.unrouted()));
        return new View(
                about,
                controller.status(),
                traffic,
                ears.failures().get(),
                loop.figures(),
                stats.tls().map(Wiring::tls),
                stats.accessLog().map(log -> new View.AccessLog(log.written(), log.dropped())));
    }

    private static View.Tls tls(GatewayStats.Tls tls) {
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
                new View.Resilience(
                        t.resilience().retries(),
                        t.resilience().hedged(),
                        t.resilience().hedgesWon(),
                        t.resilience().queued(),
                        t.resilience().waiting()),
                t.truncated(),
                t.cancelled(),
                t.ejections(),
                t.readmissions(),
                t.latency());
    }

    private Optional<String> trouble() {
        return loop.trouble().or(() -> controller.status().alarm());
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
            gateway.close(config.gateway().shutdown());
            Duration grace =
                    config.services().stream()
                            .map(s -> s.policy().drain().grace())
                            .max(Duration::compareTo)
                            .orElse(Duration.ZERO);
            if (!loop.finish(keepInstances, grace.plus(END_SLACK))) {
                LOG.error("not all instances ended in time; the next start of Ebb adopts them");
            }
            AdminFile.remove(state);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException e) {
            LOG.error("ending failed", e);
        } finally {
            undo.forEach(Runnable::run);
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
