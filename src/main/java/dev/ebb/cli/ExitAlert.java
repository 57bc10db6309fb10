package dev.ebb.cli;

import dev.ebb.control.LaunchIntent;
import dev.ebb.control.Platform;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Says at once when an instance has ended, so that nobody waits for the next tick. Only for those
 * that this Ebb started itself; the exit of an adopted one is noticed by the tick. Control thread
 * only, but for the alert itself.
 */
final class ExitAlert implements Platform {
    private final Platform inner;
    private final Function<InstanceId, OptionalLong> pid;
    private volatile Runnable alert = () -> {};

    ExitAlert(Platform inner, Function<InstanceId, OptionalLong> pid) {
        this.inner = inner;
        this.pid = pid;
    }

    /**
     * @param action called by a thread of the JDK's; must not wait
     */
    void onExit(Runnable action) {
        alert = action;
    }

    @Override
    public Planned plan(InstanceId id, Now now) {
        return inner.plan(id, now);
    }

    @Override
    public Started start(LaunchIntent intent) {
        Started started = inner.start(intent);
        if (started instanceof Started.Running) {
            pid.apply(intent.id()).ifPresent(this::watch);
        }
        return started;
    }

    private void watch(long leader) {
        var _ = ProcessHandle.of(leader).map(p -> p.onExit().thenRun(() -> alert.run()));
    }

    @Override
    public void stop(InstanceId id, Duration grace) {
        inner.stop(id, grace);
    }

    @Override
    public Map<InstanceId, Liveness> look() {
        return inner.look();
    }

    @Override
    public Map<InstanceId, String> adopt(Collection<Known> known) {
        return inner.adopt(known);
    }

    @Override
    public void forget(InstanceId id) {
        inner.forget(id);
    }

    @Override
    public Optional<String> zone(InstanceId id) {
        return inner.zone(id);
    }
}
