package dev.ebb.cli;

import dev.ebb.config.Address;
import dev.ebb.config.EbbConfig;
import dev.ebb.config.RunConfig;
import dev.ebb.config.ServiceConfig;
import dev.ebb.console.View;
import dev.ebb.control.EndpointSink;
import dev.ebb.control.Order;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.InstanceId;
import dev.ebb.demo.DemoRun;
import dev.ebb.demo.DemoSettings;
import dev.ebb.demo.HelloService;
import dev.ebb.demo.Rows;
import dev.ebb.demo.Stage;
import dev.ebb.demo.view.Scene;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Ebb that {@code ebb run} would run, as the demo's stage. */
final class DemoEbb implements Stage, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DemoEbb.class);
    private static final Duration LONGEST_END = Duration.ofSeconds(90);

    private final Wiring wiring;
    private final ServiceConfig service;

    private DemoEbb(Wiring wiring, ServiceConfig service) {
        this.wiring = wiring;
        this.service = service;
    }

    /**
     * Begins to run, with all instances that the demo begins with on their way.
     *
     * @param port of the gateway; without one the file's, or any other if that is taken
     * @throws Failure with one line for people; then nothing was started
     */
    static DemoEbb start(
            EbbConfig config, String file, Optional<Integer> port, Path state, DemoRun run) {
        var ears = new Wiring.Ears(run::journal, run::platform, List::of);
        Wiring wiring;
        try {
            wiring = Wiring.open(adapted(config, port), file, state, ears);
        } catch (Failure e) {
            if (port.isPresent()) {
                throw e;
            }
            wiring = Wiring.open(adapted(config, Optional.of(0)), file, state, ears);
        }
        var ebb = new DemoEbb(wiring, config.services().getFirst());
        wiring.begin();
        ebb.scale(OptionalInt.of(DemoSettings.USUAL.fleet()));
        return ebb;
    }

    /** Should the demo be ended by force, its instances see to their end themselves. */
    private static EbbConfig adapted(EbbConfig config, Optional<Integer> port) {
        ServiceConfig service = config.services().getFirst();
        RunConfig run = service.run();
        Map<String, String> environment = new HashMap<>(run.environment());
        environment.put(HelloService.PARENT, Long.toString(ProcessHandle.current().pid()));
        var watched =
                new ServiceConfig(
                        service.name(),
                        new RunConfig(run.command(), run.directory(), environment, run.ports()),
                        service.routes(),
                        service.resources(),
                        service.policy(),
                        service.balance(),
                        service.protocol(),
                        service.tls());
        var listen =
                port.isEmpty()
                        ? config.listen()
                        : config.listen().map(address -> new Address(address.host(), port.get()));
        return new EbbConfig(
                listen,
                config.tls(),
                config.admin(),
                config.tick(),
                config.gateway(),
                config.journal(),
                config.logs(),
                config.accessLog(),
                config.routes(),
                Optional.empty(),
                Optional.empty(),
                List.of(watched));
    }

    InetSocketAddress address() {
        return wiring.listening();
    }

    private void scale(OptionalInt replicas) {
        var order = new Order.Scale(service.name(), replicas, true);
        if (wiring.order(order) instanceof Order.Answer.Refused(String why)) {
            LOG.error("the number of instances could not be set: {}", why);
        }
    }

    private Optional<ServiceStatus> status() {
        return wiring.view().status().services().stream().findFirst();
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
        return wiring.view().traffic().values().stream().mapToLong(View.Traffic::retried).sum();
    }

    @Override
    public void handOver() {
        scale(OptionalInt.empty());
    }

    @Override
    public boolean kill(InstanceId id) {
        var pid = wiring.pidOf(id);
        return pid.isPresent()
                && ProcessHandle.of(pid.getAsLong())
                        .map(ProcessHandle::destroyForcibly)
                        .orElse(false);
    }

    @Override
    public void shutdown() {
        wiring.stop(false);
        try {
            if (!wiring.await(LONGEST_END)) {
                LOG.error("Ebb has not ended within {} s", LONGEST_END.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        shutdown();
    }
}
