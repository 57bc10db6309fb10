package dev.ebb.cli;

import dev.ebb.balance.EndpointSnapshot;
import dev.ebb.control.EndpointSink;
import dev.ebb.core.Hold;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A data plane that may close before control does: while Ebb ends, the gateway finishes first, and
 * what control still tells it is for nobody. Control thread only.
 *
 * @param ending whether Ebb ends
 * @param before what the process that this one took over from still has in flight
 */
record OpenSink(EndpointSink inner, BooleanSupplier ending, Supplier<Optional<Hold>> before)
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
    }

    @Override
    public Report report(ServiceName service, Now now) {
        return inner.report(service, now);
    }

    @Override
    public void onDemand(Runnable wake) {
        inner.onDemand(wake);
    }

    @Override
    public void startTakes(ServiceName service, double seconds) {
        inner.startTakes(service, seconds);
    }

    @Override
    public Optional<Hold> uncounted() {
        return before.get();
    }
}
