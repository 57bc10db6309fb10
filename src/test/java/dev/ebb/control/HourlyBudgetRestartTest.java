package dev.ebb.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.Now;
import dev.ebb.core.PerHour;
import dev.ebb.core.Policy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an hour has had of parks is known to the next life of Ebb. */
class HourlyBudgetRestartTest {

    private static Rig rig() {
        Policy policy = Rig.quick(1, 10, 6);
        var rig = new Rig(policy.withIn(policy.in().withPerHour(new PerHour(2, 0))));
        rig.rate = 50;
        return rig.untilSo(r -> r.events("stop").size() == 2);
    }

    @Test
    void aRestartDoesNotBeginTheHourAnew() {
        Rig rig = rig();
        double stopped = rig.seconds;
        rig.crash().until(3000);
        assertThat(rig.events("stop")).hasSize(2);
        assertThat(rig.holds()).contains("per_hour");
        rig.until(stopped + 3700);
        assertThat(rig.events("stop").size()).isGreaterThan(2);
    }

    @Test
    void norDoesOneAfterACheckpoint() {
        Rig rig = rig();
        rig.crash().passes(30).crash().until(3000);
        assertThat(rig.events("stop")).hasSize(2);
        assertThat(rig.holds()).contains("per_hour");
    }

    @Test
    void theClocksOfTwoLivesAreTranslated() {
        Now before = new Now(500_000_000_000L, 10_000_000);
        List<Long> wall = KeptParks.toWall(List.of(400_000_000_000L), before);
        assertThat(wall).containsExactly(9_900_000L);
        assertThat(KeptParks.toMonotonic(wall, new Now(7_000_000_000L, 10_020_000)))
                .containsExactly(-113_000_000_000L);
        assertThat(KeptParks.toMonotonic(wall, new Now(7, 9_900_000 + 3_600_000))).isEmpty();
        assertThat(KeptParks.toMonotonic(wall, new Now(7, 9_000_000)))
                .as("a clock that went back")
                .containsExactly(7L);
    }
}
