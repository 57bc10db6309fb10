package dev.ebb.cli;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.console.AdminFile;
import dev.ebb.console.AdminServer;
import dev.ebb.console.Backend;
import dev.ebb.console.View;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.Order;
import dev.ebb.control.Status;
import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import dev.ebb.gateway.Gateway;
import dev.ebb.gateway.GatewayStartException;
import dev.ebb.gateway.GatewayStats;
import dev.ebb.gateway.Listening;
import dev.ebb.gateway.StaticGateway;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An {@code ebb proxy} that was given a state directory, and so can be found, ended by {@code ebb
 * stop} and upgraded. Only one process at a time has its {@link Desk}; the gateway goes on without
 * it. Safe for use by several threads.
 */
final class ProxyProcess implements TakeOver.Heir, Upgrades.Running {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyProcess.class);
    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");

    /** What only one process may have: the lock, and what listens at addresses of its own. */
    private record Desk(StateLock lock, AdminServer admin, AdminPage page) {
        void close() {
            page.close();
            admin.close();
            lock.close();
        }
    }

    private final ProxyCommand.Plan plan;
    private final Path state;
    private final Gateway gateway;
    private final Optional<Predecessor> before;
    private final PrintWriter out;
    private final PrintWriter err;
    private final ServiceNotice manager;
    private final Upgrades upgrades;
    private final long startedWallMillis = System.currentTimeMillis();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Optional<Desk> desk = Optional.empty();

    /**
     * @param words the command line
     * @param gateway ours from here on
     * @param before another process, which still has requests in flight
     */
    private ProxyProcess(
            ProxyCommand.Plan plan,
            List<String> words,
            Gateway gateway,
            Optional<Predecessor> before,
            PrintWriter out,
            PrintWriter err) {
        this.plan = plan;
        this.state = plan.state().orElseThrow();
        this.gateway = gateway;
        this.before = before;
        this.out = out;
        this.err = err;
        this.manager = new ServiceNotice(err);
        this.upgrades = new Upgrades(this, state, Optional.of(Successor.proxy(words)));
    }

    /** Runs one until it has ended. Returns the exit code. */
    static int run(ProxyCommand.Plan plan, List<String> words, PrintWriter out, PrintWriter err)
            throws InterruptedException {
        ProxyProcess proxy;
        if (plan.takeOver().isPresent()) {
            proxy =
                    TakeOver.from(
                            plan.takeOver().get(),
                            (sockets, before) ->
                                    new ProxyProcess(
                                            plan,
                                            words,
                                            beside(plan, sockets),
                                            Optional.of(before),
                                            out,
                                            err));
        } else {
            // The lock first: whoever starts a second one is told of it, and not of a port.
            StateLock.take(plan.state().orElseThrow()).close();
            Gateway gateway = ProxyCommand.open(plan);
            proxy = new ProxyProcess(plan, words, gateway, Optional.empty(), out, err);
            proxy.begin();
        }
        Exit.inOrder(proxy::endOnSignal);
        out.println(
                ProxyCommand.hello(
                        proxy.gateway,
                        plan.to(),
                        proxy.desk.map(Desk::page).orElse(AdminPage.NONE)));
        out.flush();
        proxy.manager.ready();
        proxy.ended.await();
        return Exit.OK;
    }

    private void begin() {
        try {
            takeControl();
        } catch (Failure e) {
            gateway.close(Duration.ZERO);
            throw e;
        }
    }

    private static Gateway beside(ProxyCommand.Plan plan, List<Listening> sockets) {
        try {
            return StaticGateway.takeOver(
                    plan.settings(), plan.policy(), plan.protocol(), plan.to(), sockets);
        } catch (GatewayStartException e) {
            throw new Failure(Exit.FAILED, String.valueOf(e.getMessage()));
        }
    }

    // ---- What only one process has

    @Override
    public void takeControl() {
        var lock = StateLock.take(state);
        var page = AdminPage.NONE;
        Optional<AdminServer> admin = Optional.empty();
        try {
            page = AdminPage.open(plan.shown(), new ProxyPlane(gateway, plan.to()));
            String token = AdminFile.newToken();
            var backend =
                    new Backend(
                            this::view,
                            _ -> new Order.Answer.Refused("a proxy has no instances to order"),
                            _ -> new Thread(this::end, "ending").start(),
                            Optional::empty,
                            upgrades::begin);
            admin = Optional.of(AdminServer.start(new InetSocketAddress(HERE, 0), token, backend));
            InetSocketAddress at = admin.get().address();
            long pid = ProcessHandle.current().pid();
            new AdminFile(at.getAddress().getHostAddress(), at.getPort(), pid, token).write(state);
            desk = Optional.of(new Desk(lock, admin.get(), page));
        } catch (IOException | Failure e) {
            admin.ifPresent(AdminServer::close);
            page.close();
            lock.close();
            throw e instanceof Failure failure
                    ? failure
                    : new Failure(Exit.FAILED, "cannot be in charge in %s: %s".formatted(state, e));
        }
    }

    private void closeDesk() {
        Optional<Desk> had = desk;
        desk = Optional.empty();
        had.ifPresent(Desk::close);
    }

    private View view() {
        GatewayStats stats = gateway.stats();
        var about =
                new View.About(
                        BuildInfo.load().version(),
                        ProcessHandle.current().pid(),
                        startedWallMillis,
                        ProxyCommand.listening(gateway),
                        "proxy to " + Texts.count(plan.to().size(), "endpoint"),
                        List.of());
        return new View(
                about,
                new Status(now(), false, List.of(), Optional.empty()),
                Map.of(StaticGateway.SERVICE.value(), Wiring.traffic(stats.total())),
                List.of(),
                new View.Loop(0, 0, 0, 0, 0),
                stats.tls().map(Wiring::tls),
                Optional.empty());
    }

    private static Now now() {
        return new Now(System.nanoTime(), System.currentTimeMillis());
    }

    // ---- One process after the other

    @Override
    public Set<InstanceId> inRotation() {
        return gateway.report(StaticGateway.SERVICE, now()).endpoints().keySet();
    }

    @Override
    public Set<InstanceId> healthy() {
        return gateway.report(StaticGateway.SERVICE, now()).endpoints().entrySet().stream()
                .filter(endpoint -> endpoint.getValue().health() == Health.HEALTHY)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    @Override
    public void accept(boolean on) {
        gateway.accept(on);
    }

    /** There is no journal; whoever reads the output learns of it. */
    @Override
    public void note(JournalEntry.OfEbb entry) {
        out.println(entry.text());
        out.flush();
    }

    @Override
    public void withdraw(Duration limit) {
        closeDesk();
        gateway.close(Duration.ZERO);
    }

    @Override
    public Optional<String> refusal() {
        return ending.get() ? Optional.of("Ebb is ending") : before.flatMap(Predecessor::refusal);
    }

    @Override
    public Optional<List<Listening>> sockets() {
        return gateway.handles();
    }

    @Override
    public void release() {
        closeDesk();
    }

    @Override
    public void takeBack() {
        closeDesk();
        takeControl();
    }

    @Override
    public int leave() {
        return Wiring.leave(gateway, leaveLimit());
    }

    @Override
    public Duration leaveLimit() {
        return plan.upgradeDrain();
    }

    /** Its instances are in the command line, and the same in both processes. */
    @Override
    public void learn(EndpointSnapshot snapshot) {}

    @Override
    public Map<ServiceName, Integer> waiting() {
        return Map.of();
    }

    @Override
    public void left() {
        ending.set(true);
        ended.countDown();
    }

    // ---- The end

    private boolean endOnSignal() {
        end();
        out.flush();
        err.flush();
        return true;
    }

    /** Ends in order, or waits until that is done. */
    private void end() {
        try {
            if (ending.compareAndSet(false, true)) {
                if (upgrades.giveUp()) {
                    // What is open here may still be answered, while another process accepts.
                    gateway.hurry(plan.shutdown());
                    ended.await();
                    return;
                }
                manager.stopping();
                ProxyCommand.close(gateway, plan.shutdown(), err);
                AdminFile.remove(state);
                closeDesk();
                ended.countDown();
            }
            ended.await(plan.shutdown().toMillis() + 10_000, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("admin.json stays in {}: {}", state, e.toString());
            closeDesk();
            ended.countDown();
        }
    }
}
