package dev.ebb.core;

import static dev.ebb.core.Fleet.id;
import static dev.ebb.core.Fleet.quick;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Timelines under a budget by the hour. */
class HourlyBudgetTest {

    private static Policy perHour(PerHour limit) {
        Policy policy = quick(1, 20);
        return policy.withIn(policy.in().withPerHour(limit));
    }

    private static double at(String event) {
        return Double.parseDouble(event.substring(0, event.indexOf(' ')));
    }

    @Test
    void parksNoMoreThanAnHourMayHaveAndSaysWhenTheNextMayBe() {
        Fleet fleet = new Fleet(perHour(new PerHour(2, 0)), 6);
        fleet.rate = 50;
        fleet.until(3000);
        assertThat(fleet.events("Park")).hasSize(2);
        assertThat(fleet.serving()).isEqualTo(4);
        double first = at(fleet.events("Park").getFirst());
        Hold hold =
                fleet.last.explanation().holds().stream()
                        .filter(h -> h.why().code().equals("per_hour"))
                        .findFirst()
                        .orElseThrow();
        assertThat(hold.why().text()).isEqualTo("2 instances parked within an hour, 2 may be");
        assertThat(hold.release()).isEqualTo("1970-01-01T01:00:%02.0fZ".formatted(first));

        fleet.until(first + 3599);
        assertThat(fleet.events("Park")).hasSize(2);
        fleet.until(first + 3605);
        assertThat(fleet.events("Park")).hasSize(3);
    }

    @Test
    void aShareIsOfTheInstancesThatThereAre() {
        Fleet fleet = new Fleet(perHour(new PerHour(0, 0.2)), 10);
        fleet.rate = 50;
        fleet.until(1500);
        // 2 of 10; with 8 left, a fifth is 1.
        assertThat(fleet.events("Park")).hasSize(2);
    }

    @Test
    void rescueIsNotLimitedAndAParkThatWasTakenBackCounts() {
        Fleet fleet = new Fleet(perHour(new PerHour(1, 0)), 5);
        fleet.rate = 60;
        fleet.untilParked();
        fleet.rate = 290;
        fleet.until(fleet.seconds + 6);
        assertThat(fleet.events("Rescue")).hasSize(1);
        fleet.rate = 60;
        fleet.until(fleet.seconds + 1000);
        assertThat(fleet.events("Park")).hasSize(1);
        assertThat(fleet.holds()).contains("per_hour");
    }

    @Test
    void replacementIsNotLimited() {
        Fleet fleet = new Fleet(perHour(new PerHour(1, 0)), 6);
        fleet.rate = 50;
        fleet.untilSo(f -> f.serving() == 5);
        fleet.state.instances().stream()
                .filter(Instance::isHealthyServing)
                .limit(2)
                .forEach(i -> fleet.liveness.put(i.id(), new Liveness.Exited(OptionalInt.of(1))));
        fleet.untilSo(f -> f.serving() >= 5 && f.events("Start").size() == 2);
    }

    @Test
    void aSizeThatAPersonOrderedIsNotLimited() {
        Fleet fleet = new Fleet(perHour(new PerHour(1, 0)), 6);
        fleet.state = fleet.state.withOrdered(OptionalInt.of(3));
        fleet.rate = 50;
        fleet.untilSo(f -> f.serving() == 3);
        assertThat(fleet.state.patience().parks()).isEmpty();
    }

    @Test
    void theSecondLookCountsAgain() {
        Fleet fleet = new Fleet(perHour(new PerHour(1, 0)), 12);
        fleet.rate = 50;
        fleet.untilSo(f -> !f.events("Park").isEmpty());
        Recheck recheck = new Recheck(fleet.state, fleet.observe(), fleet.policy);
        int next =
                fleet.state.instances().stream()
                        .filter(Instance::isHealthyServing)
                        .findFirst()
                        .orElseThrow()
                        .id()
                        .ordinal();
        assertThat(recheck.objection(fleet.state, new Command.Park(id(next)), Recheck.By.DECIDER))
                .map(Reason::code)
                .hasValue("per_hour");
    }
}
