package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ebb.xds.FirstAnswer;
import dev.ebb.xds.RealEnvoy;
import dev.ebb.xds.Traffic;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two operators, of which one leads and serves, and an Envoy that knows one address for both, as
 * behind a Service: it goes from one to the other, and both say the same.
 */
@Timeout(300)
class DataPlaneFailoverTest extends DataPlaneRig {

    @Test
    void theNextLeaderServesTheSameResourcesAndGoesOnAndNoRequestFails() throws Exception {
        plane().deployReachable(3);
        int xds = freePort();
        int proxy = freePort();
        PodLoad load = open(new PodLoad(plane().client, namespace(), cluster(), 0.17));
        RealOperator first = open(replica("first", xds, proxy));
        await().atMost(LONG).until(first::leads);
        RealOperator second = open(replica("second", xds, proxy));
        apply(Map.of("trial", Map.of("shortestSeconds", 150, "longestSeconds", 200)));
        open(RealEnvoy.start(folder, "envoy-1", RealOperator.at(xds)));
        await().atMost(LONG).until(() -> cluster().pickable().size() == 3);
        await().atMost(LONG).until(() -> answers(proxy));
        Traffic traffic = open(new Traffic(proxy));
        Set<String> before = uids();
        load.cores(LITTLE);
        await().atMost(LONG).until(() -> !first.lines("parked ").isEmpty());
        FirstAnswer served = FirstAnswer.of(xds, ControlPlane.APP);
        assertThat(served.health().values())
                .containsExactlyInAnyOrder("HEALTHY", "HEALTHY", "DRAINING");
        assertThat(second.leads()).isFalse();

        first.kill();
        await().atMost(LONG).until(second::leads);
        assertThat(FirstAnswer.of(xds, ControlPlane.APP)).as("after a crash").isEqualTo(served);
        more(traffic);

        RealOperator third = open(replica("third", xds, proxy));
        await().atMost(LONG).until(() -> third.output().contains("admin at"));
        second.end();
        await().atMost(LONG).until(third::leads);
        assertThat(FirstAnswer.of(xds, ControlPlane.APP)).as("handed over").isEqualTo(served);
        assertThat(uids()).isEqualTo(before);

        apply(Map.of());
        await().atMost(LONG).until(() -> replicas() == 2 && cluster().pods().size() == 2);
        assertThat(third.lines("remove ").getFirst()).contains("confirmed by envoy-1");
        more(traffic);
        traffic.close();
        assertThat(traffic.failures).isEmpty();
    }
}
