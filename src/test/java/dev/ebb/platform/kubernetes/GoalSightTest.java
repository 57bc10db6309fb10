package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.DataPlanes.Witness;
import dev.ebb.core.Hold;
import dev.ebb.core.objective.AnsweredGoal;
import dev.ebb.core.objective.Goals;
import dev.ebb.core.objective.LatencyGoal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GoalSightTest {
    private static final Goals LATENCY =
            new Goals(Optional.of(new LatencyGoal(0.99, 1_000_000)), Optional.empty(), 0.6);
    private static final Goals ANSWERED =
            new Goals(
                    Optional.empty(),
                    Optional.of(new AnsweredGoal(0.99, Duration.ofHours(1))),
                    0.6);

    private static final Witness GATEWAY = new Witness("gateway-1", 3, true, true);
    private static final Witness ENVOY = new Witness("envoy-1", 3, true, false);
    private static final Witness SILENT = new Witness("grpc-1", 3, false, false);

    private static Optional<String> code(Goals goals, boolean carried, Witness... witnesses) {
        return GoalSight.blind(goals, carried, List.of(witnesses))
                .map(Hold::why)
                .map(w -> w.code());
    }

    @Test
    void whereNothingIsWantedNothingHasToBeTold() {
        assertThat(code(Goals.NONE, false)).isEmpty();
    }

    @Test
    void somebodyHasToTellOfRequests() {
        assertThat(code(LATENCY, false)).contains("objective_unseen");
        assertThat(code(ANSWERED, false)).contains("objective_unseen");
        assertThat(code(ANSWERED, true)).contains("objective_unseen");
        assertThat(code(ANSWERED, true, ENVOY)).isEmpty();
    }

    /** Of requests by another way nobody would know. */
    @Test
    void eachDataPlaneHasToReport() {
        assertThat(code(ANSWERED, true, ENVOY, SILENT)).contains("objective_unseen");
        assertThat(GoalSight.blind(ANSWERED, true, List.of(ENVOY, SILENT)).orElseThrow().why())
                .hasToString(
                        GoalSight.blind(ANSWERED, true, List.of(SILENT))
                                .orElseThrow()
                                .why()
                                .toString())
                .extracting(why -> why.text())
                .asString()
                .endsWith("do not report: grpc-1");
    }

    @Test
    void howLongRequestsTakeIsToldByTheGatewayOnly() {
        assertThat(code(LATENCY, true, ENVOY)).contains("latency_unseen");
        assertThat(code(LATENCY, true, ENVOY, GATEWAY)).isEmpty();
    }
}
