package dev.ebb.platform.kubernetes;

import dev.ebb.control.LaunchIntent;
import dev.ebb.control.Platform;
import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Liveness;
import dev.ebb.core.Now;
import dev.ebb.core.ServiceName;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Pods as instances. A start is one more replica, a stop a {@link Removal}; both are brought about
 * by the {@link Reconciler}, and here only wanted. Control thread only.
 */
final class PodPlatform implements Platform {
    private static final Liveness UNSEEN = new Liveness.Unseen();

    private final Fleet fleet;
    private final Sight sight;
    private final Supplier<Optional<Hold>> notOurs;
    private final BooleanSupplier steady;
    private final Runnable wake;
    private final Function<InstanceId, Optional<String>> zones;

    /**
     * @param notOurs why the workload's size is not Ebb's to change; empty when it is
     * @param wake has the reconciler look
     * @param steady whether what is seen of pods is up to date
     * @param zones of pods, as their labels say
     */
    PodPlatform(
            Fleet fleet,
            Sight sight,
            Supplier<Optional<Hold>> notOurs,
            BooleanSupplier steady,
            Runnable wake,
            Function<InstanceId, Optional<String>> zones) {
        this.fleet = fleet;
        this.sight = sight;
        this.notOurs = notOurs;
        this.steady = steady;
        this.wake = wake;
        this.zones = zones;
    }

    @Override
    public Planned plan(InstanceId id, Now now) {
        return isOnItsWay()
                ? ready(id, now)
                : notOurs.get()
                        .<Planned>map(hold -> new Planned.Impossible(hold.why().text()))
                        .orElseGet(() -> ready(id, now));
    }

    private static Planned ready(InstanceId id, Now now) {
        String token = UUID.randomUUID().toString();
        return new Planned.Ready(Fleet.intent(id, "pending", token, now));
    }

    /** Whether the workload asks for more pods than there are: the next one comes by itself. */
    private boolean isOnItsWay() {
        int expected = fleet.expected(sight.pods());
        return sight.workload().filter(w -> w.replicas() > expected).isPresent();
    }

    @Override
    public Started start(LaunchIntent intent) {
        fleet.expect(intent.id());
        wake.run();
        return new Started.Failed("its pod is not there yet");
    }

    @Override
    public void stop(InstanceId id, Duration grace) {
        fleet.stop(id);
        wake.run();
    }

    @Override
    public Map<InstanceId, Liveness> look() {
        Map<InstanceId, Liveness> known = fleet.liveness();
        if (steady.getAsBoolean()) {
            return known;
        }
        Map<InstanceId, Liveness> unseen = HashMap.newHashMap(known.size());
        known.forEach((id, l) -> unseen.put(id, l instanceof Liveness.Exited ? l : UNSEEN));
        return unseen;
    }

    /** The journal has bound them already; see {@link PodJournal}. */
    @Override
    public Map<InstanceId, String> adopt(Collection<Known> known) {
        Map<InstanceId, String> alive = new HashMap<>();
        for (Known one : known) {
            InstanceId id = one.intent().id();
            fleet.of(id).ifPresent(pod -> alive.put(id, pod.uid()));
        }
        return alive;
    }

    @Override
    public Outside outside(ServiceName service, int nextOrdinal, Now now) {
        return fleet.see(sight.pods(), nextOrdinal, now);
    }

    @Override
    public Optional<String> zone(InstanceId id) {
        return zones.apply(id);
    }

    @Override
    public void forget(InstanceId id) {
        fleet.forget(id);
    }
}
