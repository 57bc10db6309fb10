package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ebb.xds.FirstAnswer;
import dev.ebb.xds.RealEnvoy;
import dev.ebb.xds.RealGateway;
import dev.ebb.xds.Traffic;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Parking in the data planes alone: the pods have no gate, and Kubernetes' own EndpointSlices offer
 * them all the time.
 */
@Timeout(300)
class DataPlaneParkTest extends DataPlaneRig {
    private static final double MUCH = 0.17;

    private static Map<String, Object> alone(int shortest, int longest) {
        return Map.of(
                "park",
                "dataPlane",
                "trial",
                Map.of("shortestSeconds", shortest, "longestSeconds", longest));
    }

    private List<PodView> marked() {
        return cluster().pods().stream().filter(p -> p.more().parked()).toList();
    }

    @Test
    void theChosenPodGoesOnceEnvoyAndTheGatewayHaveConfirmedAndCounted() throws Exception {
        plane().deployReachableUngated(3);
        int xds = freePort();
        int proxy = freePort();
        PodLoad load = open(new PodLoad(plane().client, namespace(), cluster(), MUCH));
        RealOperator operator = open(operator(xds, proxy));
        apply(alone(1, 6));
        open(RealEnvoy.start(folder, "envoy-1", RealOperator.at(xds)));
        RealGateway gateway = open(RealGateway.start(folder, "gateway-1", xds));
        await().atMost(LONG).until(gateway::isReady);
        await().atMost(LONG).until(() -> cluster().pickable().size() == 3);
        await().atMost(LONG).until(() -> answers(proxy) && answers(gateway.port()));
        Traffic byEnvoy = open(new Traffic(proxy));
        Traffic byGateway = open(new Traffic(gateway.port()));
        Set<String> before = uids();

        load.cores(LITTLE);
        await().atMost(LONG).until(() -> replicas() == 2 && cluster().pods().size() == 2);
        Set<String> gone = new HashSet<>(before);
        gone.removeAll(uids());
        List<String> removed = operator.lines("remove ");
        assertThat(removed).hasSize(1);
        assertThat(removed.getFirst())
                .contains(namesOf(gone))
                .contains("EndpointSlices offer it on; that all requests come through")
                .contains("confirmed by envoy-1, gateway-1; 2 of 2 report");
        assertThat(marked()).isEmpty();
        more(byEnvoy);
        more(byGateway);
        byEnvoy.close();
        byGateway.close();
        assertThat(byEnvoy.failures).isEmpty();
        assertThat(byGateway.failures).isEmpty();
    }

    @Test
    void whoComesNextServesItAsParkedFirstOfAllAndBringsItBackAtOnce() throws Exception {
        plane().deployReachableUngated(3);
        int xds = freePort();
        int proxy = freePort();
        PodLoad load = open(new PodLoad(plane().client, namespace(), cluster(), MUCH));
        RealOperator first = open(operator(xds, proxy));
        apply(alone(100, 150));
        open(RealEnvoy.start(folder, "envoy-1", RealOperator.at(xds)));
        await().atMost(LONG).until(() -> cluster().pickable().size() == 3);
        await().atMost(LONG).until(() -> answers(proxy));
        Traffic traffic = open(new Traffic(proxy));
        Set<String> before = uids();

        load.cores(LITTLE);
        await().atMost(LONG).until(() -> !first.lines("parked ").isEmpty());
        assertThat(marked()).hasSize(1);
        PodView parked = marked().getFirst();
        assertThat(parked.ready()).as("in the eyes of Kubernetes").isTrue();
        assertThat(cluster().pickable()).hasSize(3);
        first.kill();
        more(traffic);

        RealOperator second = open(operator(xds, proxy));
        FirstAnswer answer = FirstAnswer.of(xds, ControlPlane.APP);
        assertThat(answer.health())
                .hasSize(3)
                .containsEntry(parked.more().address().orElseThrow(), "DRAINING");
        assertThat(healthy(answer)).hasSize(2);
        await().atMost(LONG).until(second::isServing);

        load.cores(MUCH);
        await().atMost(LONG).until(() -> marked().isEmpty());
        await().atMost(LONG)
                .until(() -> healthy(FirstAnswer.of(xds, ControlPlane.APP)).size() == 3);
        assertThat(second.lines("rescue ").getFirst()).contains(parked.name());
        assertThat(second.lines("start ")).isEmpty();
        assertThat(uids()).isEqualTo(before);
        more(traffic);
        traffic.close();
        assertThat(traffic.failures).isEmpty();
    }

    private static List<String> healthy(FirstAnswer answer) {
        return answer.health().entrySet().stream()
                .filter(e -> e.getValue().equals("HEALTHY"))
                .map(Map.Entry::getKey)
                .toList();
    }

    @Test
    void itIsRefusedWithoutADataPlaneThatCarriesAllRequests() {
        plane().deployReachableUngated(1);
        String message = "park: dataPlane needs a dataPlane that carries all requests";
        Map<String, Object> none = Map.of("park", "dataPlane", "dataPlane", Optional.empty());
        assertThatThrownBy(() -> apply(none)).hasMessageContaining(message);
        Map<String, Object> some = Map.of("carries", "some", "xds", Map.of());
        assertThatThrownBy(() -> apply(Map.of("park", "dataPlane", "dataPlane", some)))
                .hasMessageContaining(message);
    }
}
