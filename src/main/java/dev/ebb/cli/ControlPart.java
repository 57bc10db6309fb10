package dev.ebb.cli;

import dev.ebb.config.EbbConfig;
import dev.ebb.config.XdsConfig;
import dev.ebb.console.AdminFile;
import dev.ebb.console.AdminServer;
import dev.ebb.console.Backend;
import dev.ebb.control.Clock;
import dev.ebb.control.Controller;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.MetricSource;
import dev.ebb.control.Ports;
import dev.ebb.control.Status;
import dev.ebb.control.ToldMetrics;
import dev.ebb.core.Now;
import dev.ebb.journal.FileJournal;
import dev.ebb.journal.Opening;
import dev.ebb.observe.ProcessMetrics;
import dev.ebb.observe.prometheus.PrometheusQueries;
import dev.ebb.platform.process.ProcessPlatform;
import dev.ebb.xds.XdsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that only one process may have at a time, and that it can give away while its gateway goes
 * on: the lock, the journal, the instances, the control loop and the admin API. Made by {@link
 * #open}, at work after {@link #begin}, given away by {@link #finish} and {@link #close}. Safe for
 * use by several threads.
 */
final class ControlPart {
    private static final Logger LOG = LoggerFactory.getLogger(ControlPart.class);
    private static final Duration SAID_IS_GOOD = Duration.ofSeconds(10);
    private static final Duration ROTATE_EVERY = Duration.ofSeconds(5);

    private final EbbConfig config;
    private final Wiring.Place place;
    private final Deque<Runnable> undo = new ArrayDeque<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ProcessPlatform processes;
    private final Controller controller;
    private final ControlLoop loop;
    private final AdminServer admin;
    private final Optional<String> warning;
    private final Optional<XdsServer> xds;

    private record SystemClock() implements Clock {
        @Override
        public Now now() {
            return new Now(System.nanoTime(), System.currentTimeMillis());
        }
    }

    /**
     * @param lock ours from here on, whatever happens
     * @throws Failure with one line for people; then nothing is taken, the lock neither
     */
    static ControlPart open(
            StateLock lock,
            EbbConfig config,
            Wiring.Place place,
            Wiring.Ears ears,
            EndpointSink sink,
            Backend backend) {
        return new ControlPart(lock, config, place, ears, sink, backend);
    }

    private ControlPart(
            StateLock lock,
            EbbConfig config,
            Wiring.Place place,
            Wiring.Ears ears,
            EndpointSink sink,
            Backend backend) {
        this.config = config;
        this.place = place;
        undo.push(lock::close);
        try {
            Opening.Ready opened = journal();
            undo.push(opened.journal()::close);
            warning = opened.report().warning();
            processes = new ProcessPlatform(Adapters.launches(config), place.state());
            undo.push(processes::close);
            MetricSource metrics =
                    new ToldMetrics(
                            new ProcessMetrics(Adapters.resources(config), processes::leaderPid),
                            sink::told,
                            SAID_IS_GOOD);
            var alert = new ExitAlert(processes, processes::leaderPid);
            xds = config.xds().map(this::xds);
            xds.ifPresent(server -> undo.push(server::close));
            var queries =
                    PrometheusQueries.start(
                            QueryAdapters.questions(config, System::getenv), System::nanoTime);
            undo.push(queries::close);
            var ports =
                    new Ports(
                            ears.platform().apply(alert),
                            xds.<EndpointSink>map(server -> new Planes(sink, server)).orElse(sink),
                            metrics,
                            ears.journal().apply(opened.journal()),
                            queries);
            controller = new Controller(Adapters.plans(config), ports, BuildInfo.load().version());
            loop = new ControlLoop(controller, new SystemClock(), config.tick());
            alert.onExit(loop::wake);
            sink.onDemand(loop::wake);
            admin = admin(backend);
            undo.push(admin::close);
        } catch (RuntimeException e) {
            undo.forEach(Runnable::run);
            throw e;
        }
    }

    private Opening.Ready journal() {
        return switch (FileJournal.open(place.state(), Adapters.journal(config))) {
            case Opening.Ready ready -> ready;
            case Opening.Refused(String why, boolean _) -> throw new Failure(Exit.FAILED, why);
        };
    }

    private XdsServer xds(XdsConfig how) {
        try {
            return XdsServer.start(XdsAdapters.settings(config, how));
        } catch (IOException e) {
            throw new Failure(
                    Exit.FAILED,
                    "xDS cannot be served at %s: %s; see 'xds' in %s"
                            .formatted(how.listen(), e.getMessage(), place.file()));
        }
    }

    private AdminServer admin(Backend backend) {
        String token = AdminFile.newToken();
        InetSocketAddress address = Adapters.socketAddress(config.admin());
        AdminServer server;
        try {
            server = AdminServer.start(address, token, backend);
        } catch (IOException e) {
            throw new Failure(
                    Exit.FAILED,
                    "the admin API cannot listen on %s: %s; choose another with 'admin' in %s"
                            .formatted(config.admin(), e.getMessage(), place.file()));
        }
        try {
            InetSocketAddress real = server.address();
            new AdminFile(
                            real.getAddress().getHostAddress(),
                            real.getPort(),
                            ProcessHandle.current().pid(),
                            token)
                    .write(place.state());
            return server;
        } catch (IOException e) {
            server.close();
            throw new Failure(
                    Exit.FAILED, "cannot write admin.json in %s: %s".formatted(place.state(), e));
        }
    }

    /**
     * Finds instances of an earlier life again, and begins to tick. To be called once.
     *
     * @throws InterruptedException before it is known whether it has begun
     */
    void begin() throws InterruptedException {
        var rotation = new Thread(this::rotate, "logs");
        rotation.setDaemon(true);
        rotation.start();
        loop.start();
    }

    private void rotate() {
        try {
            while (!closed.await(ROTATE_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                processes.rotateLogs();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("output of instances is not rotated any more", e);
        }
    }

    Optional<String> warning() {
        return warning;
    }

    ProcessPlatform processes() {
        return processes;
    }

    Status status() {
        return controller.status();
    }

    ControlLoop loop() {
        return loop;
    }

    InetSocketAddress adminAddress() {
        return admin.address();
    }

    Optional<String> trouble() {
        return loop.trouble()
                .or(() -> controller.status().alarm())
                .or(() -> xds.flatMap(XdsServer::trouble));
    }

    /** Ends the instances, or leaves them, and then the loop. Returns whether it was in time. */
    boolean finish(boolean keepInstances, Duration limit) throws InterruptedException {
        return loop.finish(keepInstances, limit);
    }

    /** The file that says where the admin API is goes only when nobody follows. */
    void removeAdminFile() throws IOException {
        AdminFile.remove(place.state());
    }

    /** Gives everything up, the lock last. May be called twice. */
    void close() {
        if (closed.getCount() > 0) {
            closed.countDown();
            undo.forEach(Runnable::run);
        }
    }
}
