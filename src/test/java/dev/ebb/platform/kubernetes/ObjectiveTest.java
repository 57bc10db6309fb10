package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A ServiceScale with an objective, on a real control plane; skipped where none was started. */
@Tag("kubernetes")
@Timeout(240)
class ObjectiveTest extends OperatorRig {
    private static final Map<String, Object> QUICK =
            Map.of(
                    "objective",
                    Map.of("latency", Map.of("percentile", 99.9, "belowMilliseconds", 200)));

    /** Nobody tells how long requests take: that none is seen to be slow says nothing. */
    @Test
    void whereNobodyTellsOfRequestsNothingIsRemovedAndTheConditionSaysWhy() throws Exception {
        plane().deployServers(3);
        PodLoad load = open(new PodLoad(plane().client, namespace(), cluster(), LITTLE));
        start();
        apply("automatic", 1, 6, "Deployment", QUICK);
        await().atMost(LONG)
                .until(() -> reason("ObjectiveSeen").equals(Optional.of("ObjectiveUnseen")));
        // Low for long enough that all other needs would let a pod go.
        await().atMost(LONG).until(() -> status("wanted").filter(w -> (int) w <= 2).isPresent());
        await().atMost(LONG).until(() -> reason("Holding").equals(Optional.of("ObjectiveUnseen")));
        assertThat(status("objective", "allowedPercent")).contains(60);
        assertThat(lines("park ")).isEmpty();

        load.cores(0.25);
        await().atMost(LONG).until(() -> replicas() == 4 && settled());
        assertThat(lines("park ")).isEmpty();

        load.cores(LITTLE);
        apply("automatic", 1, 6);
        await().atMost(LONG).until(() -> replicas() < 4 && settled());
        assertThat(reason("ObjectiveSeen")).isEmpty();
        assertThat(lines("remove ")).isNotEmpty();
    }
}
