package dev.ebb.platform.kubernetes;

import dev.ebb.control.Order;
import dev.ebb.core.InstanceId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** What must not be chosen becomes a mark of control's. Control thread only. */
final class Marks {
    private final Fleet fleet;
    private final PodFacts facts;
    private final Sight raw;
    private final Set<InstanceId> kept = new HashSet<>();

    /** What is known of being left alone was made of these. */
    private List<PodView> madeOf = List.of();

    private Map<InstanceId, Fleet.Bound> boundThen = Map.of();

    /**
     * @param raw as the pods say it themselves
     */
    Marks(Fleet fleet, PodFacts facts, Sight raw) {
        this.fleet = fleet;
        this.facts = facts;
        this.raw = raw;
    }

    /** Control has just taken in marks as pods' annotations have them. */
    void recovered() {
        fleet.bound().keySet().stream().filter(this::isKept).forEach(kept::add);
    }

    /**
     * Orders what has changed.
     *
     * @param others uids that must be left alone for another reason
     */
    @SuppressWarnings("ReferenceEquality") // the same list has the same pods
    void protect(Set<String> others, Consumer<Order> orders) {
        boolean news = madeOf != raw.pods() || boundThen != fleet.bound();
        if (!news && others.isEmpty() && kept.isEmpty()) {
            return;
        }
        madeOf = raw.pods();
        boundThen = fleet.bound();
        for (var one : boundThen.entrySet()) {
            InstanceId id = one.getKey();
            boolean keep = others.contains(one.getValue().uid()) || isKept(id);
            if (keep ? kept.add(id) : kept.remove(id)) {
                orders.accept(new Order.Protect(id, keep));
            }
        }
        kept.retainAll(boundThen.keySet());
    }

    /** What pods' annotations say of being left alone. */
    private boolean isKept(InstanceId id) {
        return facts.of(id).filter(pod -> pod.more().keep().isPresent()).isPresent();
    }
}
