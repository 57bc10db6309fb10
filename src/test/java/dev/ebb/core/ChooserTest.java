package dev.ebb.core;

import static dev.ebb.core.Fleet.id;
import static dev.ebb.core.Fleet.quick;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Who goes first, and what the record says of it. */
class ChooserTest {
    private static Policy weighted(Policy.Cost cost) {
        Policy p = quick(2, 10);
        return new Policy(
                p.mode(),
                p.range(),
                p.targets(),
                p.out(),
                p.in().withCost(cost),
                p.trial(),
                p.drain(),
                p.start(),
                p.objective());
    }

    /** Four instances; what is set before is true of them all the time. */
    private static Fleet fleet(Policy.Cost cost) {
        Fleet fleet = new Fleet(weighted(cost), 4);
        fleet.rate = 60;
        return fleet;
    }

    private static List<Ranked> ranking(Fleet fleet) {
        fleet.until(15);
        return fleet.last.explanation().ranking();
    }

    private static List<Integer> order(List<Ranked> ranking) {
        return ranking.stream().map(r -> r.id().ordinal()).toList();
    }

    @Test
    void withoutAnyDifferenceTheYoungestNameGoesFirst() {
        assertThat(order(ranking(fleet(Policy.Cost.DEFAULT)))).containsExactly(4, 3, 2, 1);
    }

    @Test
    void whatMustMoveMakesAnInstanceDear() {
        Fleet fleet = fleet(Policy.Cost.DEFAULT);
        fleet.stuckInFlight.put(id(4), 3);
        fleet.stuckInFlight.put(id(3), 2);
        fleet.streams.put(id(3), 1);
        List<Ranked> ranking = ranking(fleet);
        assertThat(order(ranking)).containsExactly(2, 1, 4, 3);
        Map<String, Double> dearest = ranking.getLast().reason().numbers();
        assertThat(dearest).containsEntry("cost_streams", 4.0);
        assertThat(dearest.get("cost_in_flight")).isEqualTo(2, Offset.offset(0.2));
        double sum =
                dearest.entrySet().stream()
                        .filter(e -> e.getKey().startsWith("cost_"))
                        .mapToDouble(Map.Entry::getValue)
                        .sum();
        assertThat(sum).isEqualTo(ranking.getLast().cost(), Offset.offset(1e-9));
        assertThat(ranking.getLast().reason().text())
                .contains("1 streams", "in flight 2.", "streams 4.0");
    }

    @Test
    void whatIsTiedToAnInstanceMakesItDear() {
        Fleet fleet = fleet(Policy.Cost.DEFAULT);
        fleet.sessions.put(id(4), 10);
        fleet.sessions.put(id(3), 40);
        fleet.keyed.put(id(1), 0.25);
        fleet.keyed.put(id(2), 0.75);
        List<Ranked> ranking = ranking(fleet);
        assertThat(order(ranking)).containsExactly(4, 1, 3, 2);
        Map<String, Double> keyed = ranking.getLast().reason().numbers();
        assertThat(keyed.get("moves")).isEqualTo(0.75, Offset.offset(0.02));
        assertThat(keyed.get("cost_movement")).isEqualTo(15, Offset.offset(0.4));
        assertThat(ranking.getLast().reason().text())
                .contains("of the requests with keys", "movement 1");
        Map<String, Double> bound = ranking.getFirst().reason().numbers();
        assertThat(bound).containsEntry("sessions", 10.0).containsEntry("cost_sessions", 2.0);
        assertThat(ranking.getFirst().reason().text()).contains("10 sessions", "sessions 2.0");
    }

    @Test
    void theWeightsOfWhatTiesAreThePolicysToo() {
        var nothing = Optional.of(0.0);
        Fleet fleet = fleet(new Policy.Cost(1, 4, 2, 1, 1, 4, Optional.empty(), nothing, nothing));
        fleet.sessions.put(id(4), 1000);
        fleet.keyed.put(id(4), 1.0);
        List<Ranked> ranking = ranking(fleet);
        assertThat(order(ranking)).containsExactly(4, 3, 2, 1);
        assertThat(ranking.getFirst().reason().numbers())
                .containsEntry("sessions", 1000.0)
                .containsEntry("cost_sessions", 0.0)
                .containsEntry("cost_movement", 0.0);
    }

    @Test
    void theWeightsAreThePolicys() {
        Fleet fleet = fleet(new Policy.Cost(1, 0, 0, 1, 0, 0));
        fleet.stuckInFlight.put(id(4), 3);
        fleet.stuckInFlight.put(id(3), 2);
        fleet.streams.put(id(3), 1);
        List<Ranked> ranking = ranking(fleet);
        assertThat(order(ranking)).containsExactly(2, 1, 3, 4);
        assertThat(ranking.getLast().reason().numbers()).containsEntry("cost_warmth", 0.0);
    }

    @Test
    void anOlderConfigurationGoesFirstUnlessThatCostsMore() {
        Fleet fleet = fleet(Policy.Cost.DEFAULT);
        Reason old = Reason.of("outdated", "another command");
        fleet.outdated.put(id(1), old);
        fleet.outdated.put(id(2), old);
        fleet.stuckInFlight.put(id(2), 9);
        List<Ranked> ranking = ranking(fleet);
        assertThat(order(ranking)).containsExactly(1, 4, 3, 2);
        assertThat(ranking.getFirst().reason().text()).contains("of an older configuration");
    }

    @Test
    void theRecordNamesTheRunnerUpAndWhatMakesItDearer() {
        Fleet fleet = fleet(Policy.Cost.DEFAULT);
        fleet.stuckInFlight.put(id(1), 5);
        fleet.stuckInFlight.put(id(2), 5);
        fleet.stuckInFlight.put(id(3), 5);
        fleet.untilSo(f -> !f.events("Park").isEmpty());
        Planned park = fleet.last.commands().getFirst();
        assertThat(park.command()).isEqualTo(new Command.Park(id(4)));
        Optional<Reason> why =
                park.reasons().stream().filter(r -> r.code().equals("cheapest")).findFirst();
        assertThat(why.orElseThrow().text())
                .contains("it costs least to lose", "next would be shop-3 at")
                .contains("for its in flight (4.9 more)");
    }
}
