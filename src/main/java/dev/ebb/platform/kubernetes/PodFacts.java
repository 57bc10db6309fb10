package dev.ebb.platform.kubernetes;

import dev.ebb.core.Hold;
import dev.ebb.core.InstanceId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is made of one workload's pods again and again, and anew only when they have changed.
 * Thread-safe, but for {@link #look} and {@link #of}, which are the control thread's.
 */
final class PodFacts {
    private final Sight raw;
    private final Sight sight;
    private final Fleet fleet;
    private final Informers informers;
    private final Made<List<PodView>, Map<String, PodView>> byUid = new Made<>(PodView::byUid);
    private final Made<List<PodView>, Map<String, PodView>> rawByUid;
    private final Made<List<PodView>, Optional<Hold>> noRequest = new Made<>(Holds::noRequest);
    private final Made<List<PodView>, List<String>> budgetKeys;
    private Map<String, PodView> rawNow = Map.of();

    /**
     * @param raw as the pods say it themselves
     * @param sight as it counts
     */
    PodFacts(Sight raw, Sight sight, Fleet fleet, Informers informers, String namespace) {
        this.raw = raw;
        this.sight = sight;
        this.fleet = fleet;
        this.informers = informers;
        this.rawByUid = raw.equals(sight) ? byUid : new Made<>(PodView::byUid);
        this.budgetKeys = new Made<>(pods -> Informers.budgetKeys(namespace, pods));
    }

    /** The pods as they count, by uid. */
    Made<List<PodView>, Map<String, PodView>> byUid() {
        return byUid;
    }

    /** A step begins. */
    void look() {
        rawNow = rawByUid.of(raw.pods());
    }

    /** The pod of an instance, as it said itself when the step began, or later. */
    Optional<PodView> of(InstanceId id) {
        return fleet.of(id)
                .map(Fleet.Bound::uid)
                .flatMap(uid -> {
                    if (!rawNow.containsKey(uid)) {
                        look();
                    }
                    return Optional.ofNullable(rawNow.get(uid));
                });
    }

    Optional<Hold> noRequest() {
        return noRequest.of(sight.pods());
    }

    /** Why so many pods must not be out of rotation. */
    Optional<Hold> budget(int out) {
        List<PodView> pods = raw.pods();
        return Holds.budget(informers.budgets(budgetKeys.of(pods)), pods, out);
    }
}
