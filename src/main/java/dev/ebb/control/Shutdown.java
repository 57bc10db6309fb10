package dev.ebb.control;

import dev.ebb.control.Journal.Durability;
import dev.ebb.core.Instance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The end of Ebb, ordered by a person: instances are kept for the next life, or stopped as soon as
 * nothing is in flight to them, at the latest after a limit. Control thread only.
 */
final class Shutdown {
    private static final Duration DRAIN_MAX = Duration.ofSeconds(20);
    private static final Reason ORDERED = Reason.of("shutdown", "Ebb was told to stop");

    private final List<ServiceLoop> loops;
    private final Ports ports;
    private final Recorder recorder;
    private final Now since;
    private boolean closed;

    Shutdown(List<ServiceLoop> loops, Ports ports, Recorder recorder, Now since) {
        this.loops = loops;
        this.ports = ports;
        this.recorder = recorder;
        this.since = since;
    }

    /** Leaves everything as it is for the next start to adopt. */
    boolean keep(Now now) {
        int kept = loops.stream().mapToInt(l -> l.state.instances().size()).sum();
        return close(now, kept);
    }

    /** One more look; returns whether all have ended. */
    boolean stopAll(Now now) {
        Map<InstanceId, Liveness> liveness = ports.platform().look();
        boolean all = true;
        for (ServiceLoop loop : loops) {
            EndpointSink.Report report = ports.sink().report(loop.plan.name(), now);
            for (Instance instance : loop.state.instances()) {
                all &= end(loop, instance, liveness.get(instance.id()), report, now);
            }
        }
        return all && close(now, 0);
    }

    private boolean end(
            ServiceLoop loop,
            Instance instance,
            @Nullable Liveness liveness,
            EndpointSink.Report report,
            Now now) {
        if (instance.lifecycle() == Lifecycle.GONE) {
            return true;
        }
        boolean ended =
                liveness instanceof Liveness.Exited
                        || liveness instanceof Liveness.NotStarted
                        || instance.exited();
        if (ended) {
            become(loop, instance, Lifecycle.GONE, 0, now);
            ports.platform().forget(instance.id());
            return true;
        }
        Duration grace = loop.plan.policy().drain().grace();
        if (instance.lifecycle() == Lifecycle.STOPPING) {
            if (now.isPast(instance.sinceNanos(), grace)) {
                ports.platform().stop(instance.id(), grace);
            }
            return false;
        }
        int inFlight =
                Optional.ofNullable(report.endpoints().get(instance.id()))
                        .map(e -> e.traffic().inFlight())
                        .orElse(0);
        boolean idle = inFlight == 0 && ports.sink().uncounted().isEmpty();
        if (idle || now.isPast(since.monotonicNanos(), DRAIN_MAX)) {
            become(loop, instance, Lifecycle.STOPPING, inFlight, now);
            ports.platform().stop(instance.id(), grace);
        }
        return false;
    }

    /** The journal gets its chance; a person's order to stop is carried out without it, too. */
    private void become(ServiceLoop loop, Instance instance, Lifecycle to, int inFlight, Now now) {
        recorder.record(
                new JournalEntry.Moved(
                        now.wallMillis(),
                        instance.id(),
                        instance.lifecycle(),
                        to,
                        List.of(ORDERED),
                        inFlight,
                        true),
                to == Lifecycle.STOPPING ? Durability.DURABLE : Durability.LATER);
        loop.state = loop.state.with(instance.id(), i -> i.in(to, now.monotonicNanos()));
    }

    private boolean close(Now now, int kept) {
        if (!closed) {
            closed = true;
            recorder.record(new JournalEntry.Closed(now.wallMillis(), kept), Durability.DURABLE);
        }
        return true;
    }
}
