package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What bounds a number besides the load, on a real control plane. */
@Tag("kubernetes")
@Timeout(240)
class BoundsTest extends OperatorRig {
    private static final Map<String, Object> ONE_AN_HOUR =
            Map.of(
                    "scaleIn",
                    Map.of(
                            "windowSeconds", 2,
                            "stabilizationSeconds", 3,
                            "freshnessSeconds", 5,
                            "perHour", 1));

    /** Of three pods that nobody needs one goes in an hour, whoever leads. */
    @Test
    void theHourBindsTheNextOperatorToo() throws Exception {
        plane().deployServers(3);
        open(new PodLoad(plane().client, namespace(), cluster(), LITTLE / 3));
        Operator first = start();
        apply("automatic", 1, 4, "Deployment", ONE_AN_HOUR);
        await().atMost(LONG).until(() -> replicas() == 2 && settled());
        await().atMost(LONG).until(() -> status("parks").isPresent());
        await().atMost(LONG).until(() -> holds().contains("per_hour"));
        first.close();
        log.clear();

        start();
        await().atMost(LONG).until(() -> !lines("is looked after").isEmpty());
        await().atMost(LONG).until(() -> holds().contains("1 pod parked within an hour, 1 may be"));
        assertThat(lines("park ")).isEmpty();
        assertThat(replicas()).isEqualTo(2);

        apply("automatic", 1, 4);
        await().atMost(LONG).until(() -> replicas() == 1 && settled());
        assertThat(List.copyOf(lines("remove "))).hasSize(1);
    }

    private String holds() {
        return status("holds").map(Object::toString).orElse("");
    }
}
