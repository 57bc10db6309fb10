package dev.ebb.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Instances in zones: who goes leaves the others spread, unless that costs more. */
class ZonesTest {

    /** The first four in zone a, the others in zone b; whoever is older is warmer. */
    private static Fleet fleet(Policy policy, int instances) {
        var fleet = new Fleet(policy, instances);
        for (int i = 1; i <= instances; i++) {
            fleet.zones.put(Fleet.id(i), i <= 4 ? "a" : "b");
        }
        return fleet;
    }

    private static Policy weighing(double zone) {
        Policy quick = Fleet.quick(2, 12);
        return quick.withIn(
                quick.in().withCost(new Policy.Cost(1, 4, 2, 1, 1, 4, Optional.of(zone))));
    }

    private static Map<String, Long> spread(Fleet fleet) {
        Map<String, Long> counts = new TreeMap<>();
        fleet.state.instances().stream()
                .filter(Instance::isHealthyServing)
                .forEach(i -> counts.merge(fleet.zones.get(i.id()), 1L, Long::sum));
        return counts;
    }

    private static List<Ranked> ranking(Fleet fleet) {
        return new Chooser(fleet.policy, false, fleet.now()).rank(fleet.last.assessed());
    }

    @Test
    void theFullestZoneIsTakenFromFirst() {
        Fleet fleet = fleet(weighing(3), 6);
        fleet.until(20);
        List<Ranked> ranking = ranking(fleet);
        assertThat(ranking.stream().map(r -> r.id().ordinal()).toList().subList(0, 4))
                .containsExactly(4, 3, 6, 2);
        Map<String, Double> first = ranking.getFirst().reason().numbers();
        assertThat(first).containsEntry("cost_zone", -3.0);
        assertThat(ranking.getFirst().reason().text()).contains("in zone a", "zone -3.0");
        assertThat(ranking.get(1).reason().numbers())
                .as("without it there are three of five: half a one from the mean")
                .containsEntry("cost_zone", -1.5);
    }

    @Test
    void aServiceThatShrinksStaysSpread() {
        Fleet fleet = fleet(weighing(3), 8);
        fleet.rate = 100;
        fleet.until(5);
        assertThat(fleet.serving()).isEqualTo(8);
        fleet.untilSo(f -> f.serving() <= 4);
        assertThat(spread(fleet)).containsEntry("a", 2L).containsEntry("b", 2L);
        assertThat(fleet.events("Park")).isNotEmpty();
    }

    @Test
    void whatIsDearForOtherReasonsStaysDear() {
        Fleet fleet = fleet(weighing(3), 6);
        for (int i = 1; i <= 4; i++) {
            fleet.stuckInFlight.put(Fleet.id(i), 9);
        }
        fleet.until(20);
        assertThat(ranking(fleet).getFirst().id().ordinal()).isGreaterThan(4);
    }

    @Test
    void withoutAWeightOrASecondZoneNothingChanges() {
        Fleet without = fleet(weighing(0), 6);
        without.until(20);
        assertThat(ranking(without).getFirst().reason().numbers()).containsEntry("cost_zone", 0.0);
        Fleet one = new Fleet(weighing(3), 6);
        for (int i = 1; i <= 6; i++) {
            one.zones.put(Fleet.id(i), "a");
        }
        one.until(20);
        assertThat(ranking(one))
                .allMatch(r -> r.reason().numbers().getOrDefault("cost_zone", 1.0) == 0);
        assertThat(ranking(one).stream().map(Ranked::id).toList())
                .isEqualTo(ranking(without).stream().map(Ranked::id).toList());
    }
}
