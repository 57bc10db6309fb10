package dev.ebb.sim.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ebb.sim.lab.Gate.GateProblem;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conditions mean what they say, and what is no condition is refused with its place. */
class GateTest {
    private static final LinkedHashSet<String> KNOWN =
            new LinkedHashSet<>(List.of("ebb", "hpa", "target-tracking", "oracle"));

    private static final Map<String, Score> OTHERS =
            Map.of(
                    "hpa", score(130, 0.05, 0.01, 40, 20),
                    "target-tracking", score(200, 1, 0.5, 10, 4),
                    "oracle", score(100, 0, 0, 60, 50),
                    "ebb", score(0, 0, 0, 0, 0));

    private static Score score(double cost, double missed, double overload, int starts, int turns) {
        return new Score(cost, missed, overload, starts, turns, 0, 0, 0, 0, 1, Optional.empty());
    }

    private static List<String> broken(String text, Score mine) throws GateProblem {
        return Gate.parse(text, KNOWN).broken(mine, OTHERS::get);
    }

    @ParameterizedTest
    @CsvSource({
        "missed > 0.1%, true",
        "missed > 0.2%, false",
        "missed >= 0.2%, true",
        "missed<0.2%, false",
        "missed <= 0.2 %, true",
        "overload > 0%, true",
        "cost > 1.2 * oracle, false",
        "cost > 1.1*oracle, true",
        "cost > oracle, true",
        "cost > 115, true",
        "cost < hpa, true",
        "missed > 4 * hpa, false",
        "missed > 3.9 * hpa, true",
        "starts > 1000, false",
        "starts >= 0.5 * target-tracking, true",
        "direction_changes > 29, true",
        "missed > 0.1% and cost > 1.2 * oracle, false",
        "missed > 0.1% or cost > 1.2 * oracle, true",
        "cost > 1.2 * oracle and starts > 1 or missed > 0.1%, true",
        "cost > 1.2 * oracle and (starts > 1 or missed > 0.1%), false",
        "((missed > 0.1%)), true"
    })
    void whatHolds(String text, boolean holds) throws GateProblem {
        assertThat(!broken(text, score(116, 0.2, 0.1, 30, 30)).isEmpty()).isEqualTo(holds);
    }

    @Test
    void itSaysWhichComparisonsHoldWithTheirNumbers() throws GateProblem {
        Score mine = score(124, 0.2, 0, 30, 30);
        assertThat(broken("missed > 0.1% or starts > 99 or cost > 1.2 * oracle", mine))
                .containsExactly(
                        "missed 0.2000% > 0.1000%",
                        "cost 124 instance-hours > 120 instance-hours (1.200 * oracle)");
        assertThat(broken("missed > 0.1% and starts > 99", mine)).isEmpty();
    }

    @Test
    void itNamesThePoliciesThatHaveToBeRun() throws GateProblem {
        Gate gate = Gate.parse("cost > 1.2 * oracle or missed > hpa or missed > 1%", KNOWN);
        assertThat(gate.policies()).containsExactlyInAnyOrder("oracle", "hpa");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|1|wants cost, missed, overload, starts or direction_changes",
                "mised > 1%|1|wants cost, missed, overload, starts or direction_changes",
                "missed 1%|8|wants >, >=, < or <=",
                "missed > > 1%|10|wants a number or the name of a policy",
                "missed > 1.2.3%|10|wants a number or the name of a policy",
                "missed > -1%|10|wants a number or the name of a policy",
                "missed > 0.1|13|a limit for missed wants a '%'",
                "missed > 0.1 or cost > 3|14|a limit for missed wants a '%'",
                "cost > 10%|8|cost is not a percentage",
                "cost > 1.2 * orakel|14|wants the name of a policy (ebb, hpa, target-tracking,",
                "cost > hpaa|8|wants the name of a policy",
                "(cost > 1|10|wants ')'",
                "cost > 1)|9|wants 'and', 'or' or the end",
                "cost > 1 missed > 1%|10|wants 'and', 'or' or the end",
                "cost > 1 and|13|wants cost, missed, overload, starts or direction_changes"
            })
    void whatIsNoConditionIsRefusedWithItsPlace(String text, int column, String what) {
        assertThatThrownBy(() -> Gate.parse(text, KNOWN))
                .isInstanceOf(GateProblem.class)
                .hasMessageStartingWith(what)
                .hasMessageContaining("at column " + column + "\n  " + text)
                .hasMessageEndingWith("\n  " + " ".repeat(column - 1) + "^");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "or "})
    void depthHasALimit(String piece) {
        assertThatThrownBy(() -> Gate.parse(piece.repeat(100_000), KNOWN))
                .isInstanceOf(GateProblem.class);
    }
}
