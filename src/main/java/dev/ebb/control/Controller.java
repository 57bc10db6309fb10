package dev.ebb.control;

import dev.ebb.control.JournalEntry.KeptInstance;
import dev.ebb.control.JournalEntry.KeptService;
import dev.ebb.core.Instance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.Peer;
import dev.ebb.core.Reason;
import dev.ebb.core.ServiceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The control loop. Driven from outside by {@code step(now)}, which may be late, skip or restart.
 * All methods but {@link #status} belong to one thread. No fault of the outside world is thrown.
 */
public final class Controller {
    private final List<ServicePlan> plans;
    private final Ports ports;
    private final String version;
    private final Recorder recorder;
    private final Leftovers leftovers;
    private final List<ServiceLoop> loops = new ArrayList<>();
    private boolean frozen;
    private Optional<Shutdown> shutdown = Optional.empty();
    private volatile Status status;

    /**
     * @param version of this program, for the record
     */
    public Controller(List<ServicePlan> plans, Ports ports, String version) {
        this.plans = List.copyOf(plans);
        this.ports = ports;
        this.version = version;
        this.recorder = new Recorder(ports.journal());
        this.leftovers = new Leftovers(ports.platform(), recorder);
        this.status = new Status(new Now(0, 0), false, List.of(), Optional.empty());
    }

    /** Once, before the first step: reads the journal and finds earlier instances again. */
    public void recover(Now now) {
        Kept kept = Kept.from(ports.journal().recover());
        Recovery recovery = new Recovery(ports, recorder, kept, now);
        frozen = kept.frozen();
        for (ServicePlan plan : plans) {
            loops.add(recovery.recover(plan, frozen));
        }
        loops.forEach(loop -> loop.know(loops));
        leftovers.take(recovery.leftovers(plans), now);
        recorder.begin(checkpoint(now));
        recorder.note(new JournalEntry.Opened(now.wallMillis(), version));
        for (ServicePlan plan : plans) {
            recorder.note(
                    new JournalEntry.Configured(now.wallMillis(), plan.name(), plan.policy()));
        }
        loops.forEach(loop -> loop.publish(now, Long.MAX_VALUE));
        look(now);
    }

    /** One tick. */
    public void step(Now now) {
        recorder.tend(() -> checkpoint(now));
        loops.forEach(loop -> Outsiders.takeIn(loop, ports.platform(), recorder, now));
        Map<InstanceId, Liveness> liveness = ports.platform().look();
        List<InstanceId> ids = new ArrayList<>();
        loops.forEach(l -> l.state.instances().forEach(i -> ids.add(i.id())));
        MetricSource.Metrics metrics = ports.metrics().read(ids, now);
        for (ServiceLoop loop : loops) {
            loop.tick(now, liveness, metrics);
        }
        leftovers.tick(liveness, now);
        look(now);
    }

    /** Carries out what an operator asks for, or says why not. */
    public Order.Answer order(Order order, Now now) {
        Order.Answer answer = new Orders(this, ports, recorder, now).carryOut(order);
        loops.forEach(ServiceLoop::rememberSoon);
        look(now);
        return answer;
    }

    /**
     * Brings all that are on their way out, and can still be rescued, back into rotation: their
     * number is not Ebb's to decide any more.
     */
    public void takeBack(Reason why, Now now) {
        var orders = new Orders(this, ports, recorder, now);
        loops.forEach(loop -> orders.takeBack(loop, why));
        look(now);
    }

    /** In place of {@link #step} once Ebb is to end; returns whether it may. */
    public boolean shutdown(Now now, boolean keepInstances) {
        if (shutdown.isEmpty()) {
            shutdown = Optional.of(new Shutdown(loops, ports, recorder, now));
        }
        boolean done = keepInstances ? shutdown.get().keep(now) : shutdown.get().stopAll(now);
        look(now);
        return done;
    }

    /** Puts on record what happened to Ebb itself. */
    public void note(JournalEntry.OfEbb entry) {
        recorder.note(entry);
    }

    /** What each of its services is to those that it calls. */
    public List<Peer> peers() {
        return loops.stream().map(ServiceLoop::asPeer).toList();
    }

    /** The newest view. Any thread. */
    public Status status() {
        return status;
    }

    List<ServiceLoop> loops() {
        return loops;
    }

    boolean frozen() {
        return frozen;
    }

    void freezeAll(boolean on) {
        frozen = on;
        for (ServiceLoop loop : loops) {
            loop.state = loop.state.withFrozen(on);
        }
    }

    private void look(Now now) {
        status =
                new Status(
                        now,
                        frozen,
                        loops.stream().map(l -> StatusView.of(l, now)).toList(),
                        recorder.alarm());
    }

    private JournalEntry.Checkpoint checkpoint(Now now) {
        List<KeptService> services = new ArrayList<>();
        List<KeptInstance> instances = new ArrayList<>(leftovers.kept());
        for (ServiceLoop loop : loops) {
            ServiceState state = loop.state;
            services.add(
                    new KeptService(
                            state.name(),
                            state.nextOrdinal(),
                            state.frozen(),
                            state.ordered(),
                            KeptParks.toWall(state.patience().parks(), now),
                            loop.began));
            for (Instance instance : state.instances()) {
                LaunchIntent intent = loop.intents.get(instance.id());
                if (intent != null) {
                    instances.add(
                            new KeptInstance(
                                    intent,
                                    Optional.ofNullable(loop.identities.get(instance.id())),
                                    instance.replaces(),
                                    instance.lifecycle(),
                                    instance.marks()));
                }
            }
        }
        return new JournalEntry.Checkpoint(now.wallMillis(), frozen, services, instances);
    }
}
