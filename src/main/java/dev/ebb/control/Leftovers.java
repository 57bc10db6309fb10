package dev.ebb.control;

import dev.ebb.control.Journal.Durability;
import dev.ebb.control.JournalEntry.KeptInstance;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.Reason;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Instances of services that the configuration does not name any more. No route leads to them, so
 * they are ended, by order of whoever took the service out; never forgotten. Control thread only.
 */
final class Leftovers {
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Platform platform;
    private final Recorder recorder;
    private final Map<InstanceId, KeptInstance> instances = new TreeMap<>();
    private final Set<InstanceId> asked = new HashSet<>();

    Leftovers(Platform platform, Recorder recorder) {
        this.platform = platform;
        this.recorder = recorder;
    }

    void take(List<KeptInstance> left, Now now) {
        left.forEach(i -> instances.put(i.intent().id(), i));
        ask(now);
    }

    /** A stop is durable before it is carried out; what cannot be recorded waits. */
    private void ask(Now now) {
        for (KeptInstance one : instances.values()) {
            InstanceId id = one.intent().id();
            if (!asked.contains(id)
                    && recorder.require(moved(one, one.lifecycle(), Lifecycle.STOPPING, now))) {
                asked.add(id);
                platform.stop(id, GRACE);
            }
        }
    }

    void tick(Map<InstanceId, Liveness> liveness, Now now) {
        ask(now);
        instances
                .values()
                .removeIf(one -> {
                    InstanceId id = one.intent().id();
                    boolean ended = liveness.get(id) instanceof Liveness.Exited;
                    if (ended) {
                        recorder.record(
                                moved(one, Lifecycle.STOPPING, Lifecycle.GONE, now),
                                Durability.LATER);
                        platform.forget(id);
                    }
                    return ended;
                });
    }

    List<KeptInstance> kept() {
        return instances.values().stream()
                .map(i -> asked.contains(i.intent().id()) ? stopping(i) : i)
                .toList();
    }

    private static KeptInstance stopping(KeptInstance one) {
        return new KeptInstance(
                one.intent(), one.identity(), one.replaces(), Lifecycle.STOPPING, one.marks());
    }

    private static JournalEntry.Moved moved(
            KeptInstance one, Lifecycle from, Lifecycle to, Now now) {
        return new JournalEntry.Moved(
                now.wallMillis(),
                one.intent().id(),
                from,
                to,
                List.of(Reason.of("not_configured", "its service is not in the configuration")),
                0,
                true);
    }
}
