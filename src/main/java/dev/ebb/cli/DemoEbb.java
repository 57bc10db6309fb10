package dev.ebb.cli;

import dev.ebb.config.EbbConfig;
import dev.ebb.config.ServiceConfig;
import dev.ebb.control.Controller;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.Order;
import dev.ebb.control.Ports;
import dev.ebb.control.ServicePlan;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.demo.DemoRun;
import dev.ebb.demo.DemoSettings;
import dev.ebb.demo.HelloService;
import dev.ebb.demo.Rows;
import dev.ebb.demo.Stage;
import dev.ebb.demo.view.Scene;
import dev.ebb.gateway.Gateway;
import dev.ebb.gateway.GatewayService;
import dev.ebb.gateway.GatewaySettings;
import dev.ebb.gateway.GatewayStartException;
import dev.ebb.gateway.Route;
import dev.ebb.journal.FileJournal;
import dev.ebb.journal.JournalSettings;
import dev.ebb.journal.Opening;
import dev.ebb.observe.ProcessMetrics;
import dev.ebb.observe.ServiceResources;
import dev.ebb.platform.process.LaunchSettings;
import dev.ebb.platform.process.ProcessPlatform;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Ebb, wired for the demo: one service, a state directory of its own, no admin API. */
final class DemoEbb implements Stage, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DemoEbb.class);
    private static final Duration GATEWAY_END = Duration.ofSeconds(5);
    private static final Duration INSTANCES_END = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 50;

    private final ServiceConfig service;
    private final ProcessPlatform platform;
    private final Gateway gateway;
    private final FileJournal journal;
    private final Controller controller;
    private final ScheduledExecutorService control =
            new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "control"));
    private boolean ended;

    /** It cannot begin; the message says why and what to do. */
    static final class CannotStart extends Exception {
        private static final long serialVersionUID = 1;

        CannotStart(String why) {
            super(why);
        }
    }

    private DemoEbb(
            EbbConfig config, Gateway gateway, FileJournal journal, Path state, DemoRun run) {
        this.service = config.services().getFirst();
        this.gateway = gateway;
        this.journal = journal;
        platform = new ProcessPlatform(Map.of(service.name(), launch(service)), state);
        var resources =
                new ServiceResources(
                        service.resources().cpu(),
                        service.resources().memory(),
                        service.resources().concurrency(),
                        service.policy().range().max());
        var metrics = new ProcessMetrics(Map.of(service.name(), resources), platform::leaderPid);
        controller =
                new Controller(
                        List.of(
                                new ServicePlan(
                                        service.name(), service.policy(), service.balance())),
                        new Ports(run.platform(platform), gateway, metrics, run.journal(journal)),
                        BuildInfo.load().version());
    }

    /** Begins to run, with all instances that the demo begins with on their way. */
    static DemoEbb start(EbbConfig config, OptionalInt port, Path state, DemoRun run)
            throws CannotStart {
        Optional<String> unfit = ProcessPlatform.problem();
        if (unfit.isPresent()) {
            throw new CannotStart(unfit.get());
        }
        FileJournal journal =
                switch (FileJournal.open(state, JournalSettings.DEFAULT)) {
                    case Opening.Ready(FileJournal ready, var _) -> ready;
                    case Opening.Refused(String why, boolean _) -> throw new CannotStart(why);
                };
        try {
            var ebb = new DemoEbb(config, gateway(config, port), journal, state, run);
            ebb.begin(config.tick());
            return ebb;
        } catch (GatewayStartException e) {
            journal.close();
            throw new CannotStart(e.getMessage() + "; or choose another with --port");
        }
    }

    /** At the port that was asked for; else at the usual one, or at any if that is taken. */
    private static Gateway gateway(EbbConfig config, OptionalInt port)
            throws GatewayStartException {
        var service = config.services().getFirst();
        var services =
                List.of(new GatewayService(service.name(), List.of(Route.ALL), service.balance()));
        int first = port.orElse(config.listen().port());
        try {
            return Gateway.start(at(config, first), services);
        } catch (GatewayStartException e) {
            if (port.isPresent()) {
                throw e;
            }
            return Gateway.start(at(config, 0), services);
        }
    }

    private static GatewaySettings at(EbbConfig config, int port) {
        return GatewaySettings.DEFAULT.withListeners(
                new InetSocketAddress(config.listen().host(), port));
    }

    private static LaunchSettings launch(ServiceConfig service) {
        var run = service.run();
        var environment = new HashMap<>(run.environment());
        // Should the demo be ended by force, its instances end by themselves.
        environment.put(HelloService.PARENT, Long.toString(ProcessHandle.current().pid()));
        return new LaunchSettings(
                run.command(),
                run.directory(),
                environment,
                LaunchSettings.LOOPBACK,
                Optional.of(new LaunchSettings.PortRange(run.ports().first(), run.ports().last())),
                LaunchSettings.LogLimits.DEFAULT);
    }

    private void begin(Duration tick) {
        control.execute(() -> {
            controller.recover(now());
            order(OptionalInt.of(DemoSettings.USUAL.fleet()));
        });
        control.scheduleWithFixedDelay(this::step, 0, tick.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void step() {
        try {
            controller.step(now());
        } catch (RuntimeException e) {
            LOG.error("a tick failed", e);
        }
    }

    private void order(OptionalInt replicas) {
        if (controller.order(new Order.Scale(service.name(), replicas, true), now())
                instanceof Order.Answer.Refused(String why)) {
            LOG.error("could not set the number of instances: {}", why);
        }
    }

    private static Now now() {
        return new Now(System.nanoTime(), System.currentTimeMillis());
    }

    InetSocketAddress address() {
        return gateway.addresses().getFirst();
    }

    private Optional<ServiceStatus> status() {
        return controller.status().services().stream().findFirst();
    }

    @Override
    public List<Scene.Row> rows() {
        return status().map(Rows::of).orElse(List.of());
    }

    @Override
    public EndpointSink.Ledger ledger() {
        return status().map(ServiceStatus::ledger).orElse(EndpointSink.Ledger.CLEAN);
    }

    @Override
    public long retried() {
        return gateway.stats().total().retried();
    }

    @Override
    public void handOver() {
        control.execute(() -> order(OptionalInt.empty()));
    }

    @Override
    public boolean kill(InstanceId id) {
        var pid = platform.leaderPid(id);
        return pid.isPresent()
                && ProcessHandle.of(pid.getAsLong())
                        .map(ProcessHandle::destroyForcibly)
                        .orElse(false);
    }

    @Override
    public void shutdown() {
        if (ended) {
            return;
        }
        ended = true;
        gateway.close(GATEWAY_END);
        control.shutdown();
        try {
            boolean idle = control.awaitTermination(INSTANCES_END.toSeconds(), TimeUnit.SECONDS);
            long end = System.nanoTime() + INSTANCES_END.toNanos();
            var pause = new CountDownLatch(1);
            while (idle && !controller.shutdown(now(), false) && System.nanoTime() < end) {
                idle = !pause.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        journal.close();
        platform.close();
    }

    @Override
    public void close() {
        shutdown();
    }
}
