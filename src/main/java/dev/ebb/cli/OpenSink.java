package dev.ebb.cli;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.Arrivals;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/**
 * A data plane that may close before control does: while Ebb ends, the gateway finishes first, and
 * what control still tells it is for nobody. And one that has a process before it, which answers
 * what it has: what waits there for an instance is demand as well. Control thread only.
 *
 * @param ending whether Ebb ends
 * @param before the process that this one took over from
 */
record OpenSink(EndpointSink inner, BooleanSupplier ending, Optional<Predecessor> before)
        implements EndpointSink {

    @Override
    public void publish(EndpointSnapshot snapshot) {
        try {
            inner.publish(snapshot);
        } catch (RejectedExecutionException e) {
            if (!ending.getAsBoolean()) {
                throw e;
            }
        }
        before.ifPresent(old -> old.learns(snapshot));
    }

    @Override
    public Report report(ServiceName service, Now now) {
        Report own = inner.report(service, now);
        int elsewhere = before.map(old -> old.waiting(service)).orElse(0);
        if (elsewhere == 0) {
            return own;
        }
        return new Report(
                own.acknowledgedGeneration(),
                own.endpoints(),
                own.latency(),
                own.queue(),
                own.standIns(),
                own.arrivals().map(a -> new Arrivals(a.requestsTotal(), a.waiting() + elsewhere)));
    }

    @Override
    public Map<InstanceId, Told> told(ServiceName service) {
        return inner.told(service);
    }

    @Override
    public void onDemand(Runnable wake) {
        inner.onDemand(wake);
        before.ifPresent(old -> old.onDemand(wake));
    }

    @Override
    public void startTakes(ServiceName service, double seconds) {
        inner.startTakes(service, seconds);
    }

    @Override
    public Optional<Hold> uncounted() {
        return before.flatMap(Predecessor::hold);
    }
}
