package dev.ebb.cli;

import dev.ebb.config.EbbConfig;
import dev.ebb.config.ServiceConfig;
import dev.ebb.control.Controller;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.InstanceStatus;
import dev.ebb.control.Journal;
import dev.ebb.control.Order;
import dev.ebb.control.Ports;
import dev.ebb.control.ServicePlan;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import dev.ebb.demo.DemoRun;
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
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ebb itself, wired for the demo. */
final class DemoEbb implements Stage {
    private final EbbConfig config;
    private final ServiceConfig service;
    private final ProcessPlatform platform;
    private final Gateway gateway;
    private final FileJournal journal;
    private final Controller controller;
    private final ScheduledExecutorService control =
            new ScheduledThreadPoolExecutor(1, r -> new Thread(r, "control"));

    DemoEbb(EbbConfig config, int port, Path state, DemoRun run, String version)
            throws GatewayStartException {
        this.config = config;
        this.service = config.services().getFirst();
        var env = new HashMap<>(service.run().environment());
        env.put("HELLO_PARENT", Long.toString(ProcessHandle.current().pid()));
        platform =
                new ProcessPlatform(
                        Map.of(
                                service.name(),
                                new LaunchSettings(
                                        service.run().command(),
                                        service.run().directory(),
                                        env,
                                        LaunchSettings.LOOPBACK,
                                        Optional.of(
                                                new LaunchSettings.PortRange(
                                                        service.run().ports().first(),
                                                        service.run().ports().last())),
                                        LaunchSettings.LogLimits.DEFAULT)),
                        state);
        var metrics =
                new ProcessMetrics(
                        Map.of(
                                service.name(),
                                new ServiceResources(
                                        service.resources().cpu(),
                                        service.resources().memory(),
                                        service.resources().concurrency(),
                                        service.policy().range().max())),
                        platform::leaderPid);
        gateway =
                Gateway.start(
                        GatewaySettings.DEFAULT.withListeners(
                                new InetSocketAddress("127.0.0.1", port)),
                        List.of(
                                new GatewayService(
                                        service.name(), List.of(Route.ALL), service.balance())));
        journal =
                switch (FileJournal.open(state, JournalSettings.DEFAULT)) {
                    case Opening.Ready(FileJournal ready, var report) -> ready;
                    case Opening.Refused(String why, boolean movable) ->
                            throw new IllegalStateException(why);
                };
        Journal recorded = run.journal(journal);
        controller =
                new Controller(
                        List.of(new ServicePlan(service.name(), service.policy(), service.balance())),
                        new Ports(run.platform(platform), gateway, metrics, recorded),
                        version);
        control.execute(
                () -> {
                    controller.recover(now());
                    controller.order(
                            new Order.Scale(service.name(), OptionalInt.of(5), true), now());
                });
        control.scheduleAtFixedRate(
                () -> {
                    try {
                        controller.step(now());
                    } catch (RuntimeException e) {
                        e.printStackTrace();
                    }
                },
                0,
                config.tick().toNanos(),
                TimeUnit.NANOSECONDS);
    }

    InetSocketAddress address() {
        return gateway.addresses().getFirst();
    }

    private static Now now() {
        return new Now(System.nanoTime(), System.currentTimeMillis());
    }

    private Optional<ServiceStatus> status() {
        return controller.status().services().stream().findFirst();
    }

    @Override
    public List<Scene.Row> rows() {
        var all = status().map(ServiceStatus::instances).orElse(List.of());
        double total = all.stream().mapToDouble(InstanceStatus::requestsPerSecond).sum();
        return all.stream()
                .map(
                        i ->
                                new Scene.Row(
                                        i.id(),
                                        i.lifecycle(),
                                        i.health(),
                                        i.cpu().isPresent()
                                                ? java.util.OptionalDouble.of(i.cpu().get())
                                                : java.util.OptionalDouble.empty(),
                                        i.inFlight(),
                                        i.requestsPerSecond(),
                                        total <= 0 ? 0 : i.requestsPerSecond() / total))
                .toList();
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
        control.execute(
                () ->
                        controller.order(
                                new Order.Scale(service.name(), OptionalInt.empty(), false),
                                now()));
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
        gateway.close(Duration.ofSeconds(5));
        var done = new CountDownLatch(1);
        try {
            control.shutdownNow();
            control.awaitTermination(5, TimeUnit.SECONDS);
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (!controller.shutdown(now(), false) && System.nanoTime() < end) {
                done.await(50, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        journal.close();
        platform.close();
    }
}
