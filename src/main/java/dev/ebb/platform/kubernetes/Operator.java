package dev.ebb.platform.kubernetes;

import dev.ebb.control.Clock;
import dev.ebb.control.Monitoring;
import dev.ebb.control.Order;
import dev.ebb.control.SelfReports;
import dev.ebb.control.ServiceStatus;
import dev.ebb.control.Status;
import dev.ebb.core.Hold;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ebb in a cluster: looks after every ServiceScale of some namespaces, as long as it leads. What it
 * remembers is only a load's recent past; all that must not be lost is in the pods. Safe for use by
 * several threads.
 */
public final class Operator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Operator.class);
    private static final Duration SWEEP_EVERY = Duration.ofSeconds(2);
    private static final double WRITES_PER_SECOND = 20;
    private static final double TOLD_PER_SECOND = 10;
    private static final int WRITES_AT_ONCE = 60;
    private static final int WORKERS = 4;
    private static final double STEPS_PER_SECOND = 10;
    private static final int STEPS_AT_ONCE = 20;

    /**
     * @param namespaces empty for all
     * @param tick between two decisions about each
     * @param metricsEvery between two questions to the metrics API for each namespace, if that is
     *     not more than 20 a second
     * @param lease empty where this is the only replica
     * @param identity of this replica and of no other
     */
    public record Settings(
            List<String> namespaces,
            Duration tick,
            Duration metricsEvery,
            Optional<LeaseSettings> lease,
            String identity,
            String version) {
        public Settings {
            namespaces = List.copyOf(namespaces);
        }
    }

    /**
     * @param good how long it is good for without being renewed
     * @param margin how long before its end nothing is written any more
     * @param renew between two renewals
     */
    public record LeaseSettings(
            String namespace, String name, Duration good, Duration margin, Duration renew) {}

    private final KubernetesClient client;
    private final Backpressure backpressure;
    private final Settings settings;
    private final Clock clock;
    private final Consumer<String> log;
    private final Map<String, Informers> informers = new HashMap<>();
    private final Map<String, Surroundings> surroundings = new HashMap<>();
    private final PodUsage usage;
    private final Optional<Leadership> leadership;
    private final Pace pace;
    private final Teller teller;
    private final Optional<PlaneBoard> planes;
    private final Optional<Monitoring> monitoring;
    private final SelfReports reports;
    private final Roster managed = new Roster();
    private final Map<String, ScaleStatus> refused = new HashMap<>();
    private final ScheduledExecutorService control = threads("operator", 1);
    private final ScheduledExecutorService workers = threads("reconciler", WORKERS);
    private final ScheduledExecutorService timers = threads("kubernetes", 3);
    private final Ticks ticks;
    private final Turns<Managed> turns;
    private final Looks looks = new Looks(workers, timers, this::isDue, this::guarded);
    private volatile Set<String> askedAbout = Set.of();
    private final Sighting sighting = Sighting.begun(System::nanoTime);
    private volatile boolean led;
    private volatile Optional<String> fault = Optional.empty();
    private long sweptNanos;

    private static ScheduledExecutorService threads(String name, int count) {
        return new ScheduledThreadPoolExecutor(
                count,
                Thread.ofPlatform().daemon().name(name + "-", 0).factory(),
                new ThreadPoolExecutor.DiscardPolicy());
    }

    /**
     * One that does nothing before {@link #start}.
     *
     * @param log takes a line for each decision; must not wait
     * @throws Access.RefusedException when the way to the API server cannot be used
     */
    public static Operator open(Access access, Settings settings, Clock clock, Consumer<String> log)
            throws Access.RefusedException {
        return open(access, settings, clock, log, OperatorPorts.NONE);
    }

    /**
     * One that serves data planes and asks a Prometheus, too, as long as it leads.
     *
     * @param ports closed by {@link #close}
     * @throws Access.RefusedException when the way to the API server cannot be used
     */
    public static Operator open(
            Access access,
            Settings settings,
            Clock clock,
            Consumer<String> log,
            OperatorPorts ports)
            throws Access.RefusedException {
        var heard = new Backpressure(System::nanoTime);
        return new Operator(access.client(heard), heard, settings, clock, log, ports);
    }

    /**
     * @param client one that does not retry by itself; closed by {@link #close}
     * @param backpressure hears what is answered to it
     */
    private Operator(
            KubernetesClient client,
            Backpressure backpressure,
            Settings settings,
            Clock clock,
            Consumer<String> log,
            OperatorPorts ports) {
        this.planes = ports.planes().map(PlaneBoard::new);
        this.monitoring = ports.monitoring();
        this.reports = ports.reports();
        this.client = client;
        this.backpressure = backpressure;
        this.settings = settings;
        this.clock = clock;
        this.log = log;
        this.usage = new PodUsage(client, this::running, clock, backpressure);
        this.leadership =
                settings.lease()
                        .map(l ->
                                new Leadership(
                                        client, l, settings.identity(), System::nanoTime, log));
        Fence fence = leadership.<Fence>map(l -> l).orElse(Fence.OPEN);
        this.pace = pace(fence, WRITES_PER_SECOND, WRITES_AT_ONCE);
        // What is told must not use up what a rescue needs.
        Pace telling = pace(fence, TOLD_PER_SECOND, WRITES_AT_ONCE);
        Pace steps = pace(Fence.OPEN, STEPS_PER_SECOND, STEPS_AT_ONCE);
        this.teller = new Teller(client, telling, settings.identity(), System::nanoTime);
        List<String> scopes = settings.namespaces().isEmpty() ? List.of("") : settings.namespaces();
        var news = new News();
        for (String scope : scopes) {
            var one =
                    new Informers(
                            client, scope.isEmpty() ? Optional.empty() : Optional.of(scope), news);
            informers.put(scope, one);
            surroundings.put(
                    scope,
                    new Surroundings(
                            client,
                            one,
                            usage,
                            pace,
                            steps,
                            teller,
                            this::blind,
                            sighting::isSteady,
                            clock,
                            log,
                            this.planes,
                            monitoring,
                            reports,
                            managed::named,
                            settings.version()));
        }
        this.ticks = new Ticks(settings.tick(), log, System::nanoTime);
        this.turns = new Turns<>(settings.tick(), System::nanoTime);
        this.sweptNanos = System.nanoTime();
    }

    /**
     * Reads the lists, begins to watch, and to act.
     *
     * @throws Access.RefusedException when the API server cannot be asked, or does not know the
     *     ServiceScale
     */
    public void start() throws Access.RefusedException {
        String server = client.getMasterUrl().toString();
        var patience = new Patience(log, System::nanoTime);
        try {
            informers.values().forEach(i -> i.start(e -> patience.hasWith(e, server)));
        } catch (KubernetesClientException e) {
            throw Access.refused(e, server);
        }
        leadership.ifPresent(l -> {
            long renew = settings.lease().orElseThrow().renew().toMillis();
            var _ =
                    timers.scheduleWithFixedDelay(
                            guarded(l::turn), 0, renew, TimeUnit.MILLISECONDS);
        });
        new Questions(timers, usage, () -> askedAbout, settings.metricsEvery()).begin();
        var _ =
                control.scheduleAtFixedRate(
                        guarded(this::tick), 0, settings.tick().toMillis(), TimeUnit.MILLISECONDS);
    }

    private Pace pace(Fence fence, double perSecond, int burst) {
        return new Pace(fence, perSecond, burst, backpressure, System::nanoTime);
    }

    private Optional<Set<String>> running(String namespace, String pod) {
        return Optional.ofNullable(informers.getOrDefault(namespace, informers.get("")))
                .flatMap(i -> i.view(namespace, pod))
                .map(p -> p.more().running());
    }

    /** A mistake of ours must not end the watch over pods. */
    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                fault = Optional.of("it failed: " + e + "; please report it");
                LOG.error("a task of the operator failed", e);
            }
        };
    }

    // ---- One tick

    private void tick() {
        if (!ticks.begin()) {
            return;
        }
        fault = Optional.empty();
        Now now = clock.now();
        sighting.look(informers.values().stream().allMatch(Informers::isWatching));
        boolean leads = leadership.map(Leadership::leads).orElse(true);
        if (leads != led) {
            led = leads;
            log.accept(
                    leads
                            ? settings.identity() + " leads"
                            : settings.identity() + " does not lead any more");
        }
        if (!leads) {
            managed.clear();
            ask(List.of());
            planes.ifPresent(PlaneBoard::rest);
            ticks.rested();
            return;
        }
        List<ScaleSpec> all =
                informers.values().stream()
                        .flatMap(Informers::scales)
                        .sorted(
                                Comparator.comparing(ScaleSpec::created)
                                        .thenComparing(ScaleSpec::words))
                        .toList();
        List<ScaleSpec> specs = CallerCircles.broken(all);
        planes.ifPresent(p -> p.serve(specs));
        boolean complete = adjust(specs, now);
        ask(specs);
        List<Managed> ours = List.copyOf(managed.all());
        Turns.Figures had =
                turns.take(ours, ticks.begunNanos(), Managed::isUnderWay, one -> step(one, now));
        // As long as somebody is not looked after yet, his pods are no strays.
        if (complete && now.monotonicNanos() - sweptNanos >= SWEEP_EVERY.toNanos()) {
            sweptNanos = now.monotonicNanos();
            workers.execute(guarded(this::sweep));
        }
        ticks.ended(ours.size(), had);
    }

    private void step(Managed one, Now now) {
        if (!control.isShutdown()) {
            guarded(() -> one.step(now)).run();
            looks.wake(one);
        }
    }

    /** The metrics API, the Prometheus where there is one, and pods, about exactly these. */
    private void ask(List<ScaleSpec> specs) {
        monitoring.ifPresent(m -> m.ask(MonitoringSpec.questions(specs)));
        reports.retain(PodReports.owners(specs));
        askedAbout =
                specs.stream()
                        .filter(s -> monitoring.isEmpty() || s.monitoring().usage().isEmpty())
                        .map(ScaleSpec::namespace)
                        .collect(Collectors.toSet());
    }

    /**
     * Looks after exactly these. Where they are so many that a tick is too short, the rest comes
     * with the next ones; returns whether all are there.
     */
    private boolean adjust(List<ScaleSpec> specs, Now now) {
        boolean complete = true;
        int newcomers = 0;
        Map<Target, ScaleSpec> owners = new HashMap<>();
        SliceOwners slices = SliceOwners.of(specs);
        Set<String> present = new HashSet<>();
        for (ScaleSpec spec : specs) {
            present.add(spec.uid());
            if (spec.target().isEmpty()) {
                managed.remove(spec.uid());
                var status = refused.computeIfAbsent(spec.uid(), _ -> new ScaleStatus());
                Hold hold = Holds.unsupported(spec);
                teller.changed(spec, status.refused(spec, hold, now.wallMillis()));
                continue;
            }
            Target target = spec.target().orElseThrow();
            ScaleSpec owner = owners.computeIfAbsent(target, _ -> spec);
            Optional<Hold> other =
                    owner.uid().equals(spec.uid())
                            ? slices.hold(spec)
                            : Optional.of(Holds.otherScale(owner.name(), target));
            boolean isNew = managed.of(spec.uid()).isEmpty();
            if (isNew && newcomers > 0 && ticks.isLate()) {
                complete = false;
                continue;
            }
            newcomers += isNew ? 1 : 0;
            guarded(() -> managed(spec, target, other).foreign(other)).run();
        }
        managed.retain(present);
        refused.keySet().retainAll(present);
        teller.retain(present);
        return complete;
    }

    private Managed managed(ScaleSpec spec, Target target, Optional<Hold> other) {
        Optional<Managed> before = managed.of(spec.uid());
        if (before.isPresent() && before.get().isFor(spec)) {
            return before.get();
        }
        Surroundings around =
                Objects.requireNonNull(
                        Optional.ofNullable(surroundings.get(spec.namespace()))
                                .orElse(surroundings.get("")));
        var slot = new Managed[1];
        ServiceName name =
                before.map(Managed::name).orElseGet(() -> Names.of(spec, managed::isTaken));
        var one =
                new Managed(
                        spec,
                        target,
                        name,
                        around,
                        before,
                        () -> Optional.ofNullable(slot[0]).ifPresent(looks::wake));
        slot[0] = one;
        // Before anybody can have it look.
        one.foreign(other);
        managed.put(one);
        log.accept(spec.words() + (before.isEmpty() ? " is looked after" : " has changed"));
        return one;
    }

    private void sweep() {
        new Sweep(client, pace, informers.values()).over(managed.all());
    }

    // ---- Reconciling

    /** Has those look that there is news of; each turn in a tick has them look, too. */
    private final class News implements Informers.Listener {
        @Override
        public void changed(String namespace, Set<Target> workloads) {
            managed.near(namespace, workloads).forEach(this::changed);
        }

        @Override
        public void changed(String namespace) {
            managed.in(namespace).forEach(this::changed);
        }

        private void changed(Managed one) {
            looks.wake(one);
            planes.ifPresent(p -> p.changed(one.spec(), task -> control.execute(guarded(task))));
        }
    }

    private boolean isDue(Managed one) {
        return managed.is(one) && blind().isEmpty() && backpressure.leftNanos() == 0;
    }

    // ---- For others

    /** Why the API server cannot be seen now. */
    private Optional<String> blind() {
        return sighting.lost()
                .map(d -> "the API server is not seen for %d s".formatted(d.toSeconds()));
    }

    /** Whether this replica acts. */
    public boolean leads() {
        return led;
    }

    /** Everything that is known of all, for people and programs. */
    public Status status() {
        List<ServiceStatus> services = new ArrayList<>();
        managed.all().stream()
                .sorted(Comparator.comparing(Managed::name))
                .forEach(m -> services.addAll(m.status().services()));
        return new Status(clock.now(), false, services, blind());
    }

    /** Carries out an order about one of them, on the control thread; waits for that. */
    public Order.Answer order(ServiceName service, Order order) {
        Optional<Managed> one =
                managed.all().stream().filter(m -> m.name().equals(service)).findFirst();
        if (one.isEmpty()) {
            return new Order.Answer.Refused("there is no service " + service + "; see: ebb status");
        }
        try {
            return control.submit(() -> one.get().order(order, clock.now()))
                    .get(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Order.Answer.Refused("interrupted");
        } catch (ExecutionException | TimeoutException e) {
            return new Order.Answer.Refused("it failed: " + e);
        }
    }

    /** What is wrong, if something is. */
    public Optional<String> trouble() {
        Duration since = ticks.sinceLast();
        Duration limit = settings.tick().multipliedBy(10).plusSeconds(10);
        return since.compareTo(limit) > 0
                ? Optional.of("no tick for %d s".formatted(since.toSeconds()))
                : fault.or(() -> leadership.flatMap(Leadership::refused)).or(this::blind);
    }

    /** How many reports that pods made of themselves were ignored, since they made no sense. */
    public long malformedReports() {
        return reports.malformed();
    }

    /** How the control thread is doing. */
    public OperatorFigures figures() {
        return ticks.figures();
    }

    /** Pods stay as they are: who comes next goes on. Gives the lease back. */
    @Override
    public void close() {
        control.shutdownNow();
        try {
            // First of all: it gives the others work.
            var _ = control.awaitTermination(5, TimeUnit.SECONDS);
            workers.shutdown();
            timers.shutdownNow();
            var _ = workers.awaitTermination(5, TimeUnit.SECONDS);
            var _ = timers.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Not before: to a sweep on its way, pods that nobody looks after would be strays.
        managed.clear();
        planes.ifPresent(PlaneBoard::close);
        monitoring.ifPresent(Monitoring::close);
        reports.close();
        teller.close();
        leadership.ifPresent(Leadership::giveUp);
        informers.values().forEach(Informers::close);
        client.close();
    }
}
