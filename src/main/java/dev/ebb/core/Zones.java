package dev.ebb.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Over which zones a service's instances are spread, and what that adds to the cost of losing one:
 * as many weights as the mean of all zones has more instances than its own, one more or less at
 * most. So the fullest zone is the cheapest to take from, by a known amount, and what is dear for
 * other reasons stays dear. Each that is taken is no longer in its zone when the next is priced.
 * Where fewer than two zones are known, nothing is added. Pure; for one thread.
 */
final class Zones {
    private static final Comparator<LosingCost> CHEAPEST =
            Comparator.comparingDouble(LosingCost::total)
                    .thenComparing(p -> p.of().instance().id(), Comparator.reverseOrder());

    private final Map<String, Integer> counts = new TreeMap<>();
    private final double weight;

    /** Counts those that carry the service's load. */
    Zones(List<Assessed> instances, double weight) {
        this.weight = weight;
        for (Assessed one : instances) {
            if (one.instance().carriesLoad()) {
                one.zone().ifPresent(zone -> counts.merge(zone, 1, Integer::sum));
            }
        }
    }

    private double part(Optional<String> zone) {
        if (zone.isEmpty() || counts.size() < 2) {
            return 0;
        }
        int all = counts.values().stream().mapToInt(Integer::intValue).sum();
        double mean = (double) all / counts.size();
        int own = counts.getOrDefault(zone.get(), 0);
        return weight * Math.clamp(mean - own, -1.0, 1.0);
    }

    /**
     * In the order in which they would be taken, each with its zone's part at that moment.
     *
     * @param costs the cheapest first
     * @param most that are wanted
     */
    List<LosingCost> spread(List<LosingCost> costs, int most) {
        if (counts.size() < 2 || weight == 0) {
            return costs.subList(0, Math.min(most, costs.size()));
        }
        Map<String, Deque<LosingCost>> byZone = new TreeMap<>();
        for (LosingCost one : costs) {
            byZone.computeIfAbsent(one.of().zone().orElse(""), _ -> new ArrayDeque<>()).add(one);
        }
        List<LosingCost> order = new ArrayList<>();
        while (order.size() < most && !byZone.isEmpty()) {
            LosingCost next =
                    byZone.values().stream()
                            .map(Deque::getFirst)
                            .map(one -> one.inZone(part(one.of().zone())))
                            .min(CHEAPEST)
                            .orElseThrow();
            order.add(next);
            String zone = next.of().zone().orElse("");
            Deque<LosingCost> others = byZone.get(zone);
            if (others != null) {
                others.removeFirst();
                if (others.isEmpty()) {
                    byZone.remove(zone);
                }
            }
            counts.computeIfPresent(zone, (_, count) -> count - 1);
        }
        return order;
    }
}
